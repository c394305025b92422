"""The wizards that `button_validate` answers with."""

from __future__ import annotations

from typing import Any

from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, on_records, serves
from . import validation


class PickingWizard(Model):
    """A question about pickings; answering it validates them again."""

    def _again(self, **context: Any) -> Any:
        """Go on with the validation that asked, under the context that answers."""
        ids = list(self.env.context.get("button_validate_picking_ids") or [])
        if not ids:
            return True
        env = self.env.with_context(**context)
        return validation.validate(env, env.existing("stock.picking", ids))


@serves("stock.backorder.confirmation")
class BackorderConfirmation(PickingWizard):
    """Create a backorder?"""

    def label(self, record: Record) -> str:
        return f"stock.backorder.confirmation,{record.id}"

    def created(self, record: Record, values: dict[str, Any]) -> None:
        for picking in record.pick_ids:
            row = {"backorder_confirmation_id": record.id, "picking_id": picking.id, "to_backorder": True}
            self.env.model("stock.backorder.confirmation.line").create_all([row])

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"show_transfers": False}

    @on_records
    def process(self, ids: Any) -> Any:
        record = self.records(ids)[0]
        dropped = [line.picking_id.id for line in record.backorder_confirmation_line_ids if not line.to_backorder]
        return self._again(skip_backorder=True, picking_ids_not_to_backorder=dropped)

    @on_records
    def process_cancel_backorder(self, ids: Any) -> Any:
        record = self.records(ids)[0]
        dropped = [picking.id for picking in record.pick_ids]
        return self._again(skip_backorder=True, picking_ids_not_to_backorder=dropped)


@serves("stock.backorder.confirmation.line")
class BackorderConfirmationLine(Model):
    """One picking of the question."""

    def label(self, record: Record) -> str:
        return f"stock.backorder.confirmation.line,{record.id}"


@serves("stock.immediate.transfer")
class ImmediateTransfer(PickingWizard):
    """16: ship everything that is reserved?"""

    def created(self, record: Record, values: dict[str, Any]) -> None:
        if record.immediate_transfer_line_ids:
            return
        for picking in record.pick_ids:
            row = {"immediate_transfer_id": record.id, "picking_id": picking.id, "to_immediate": True}
            self.env.model("stock.immediate.transfer.line").create_all([row])

    @on_records
    def process(self, ids: Any) -> Any:
        for line in self.records(ids)[0].immediate_transfer_line_ids:
            if line.to_immediate:
                validation.ship_reserved(line.picking_id)
        return self._again(skip_immediate=True)


@serves("confirm.stock.sms")
class ConfirmSms(PickingWizard):
    """Send customers a text message?"""

    @on_records
    def send_sms(self, ids: Any) -> Any:
        self._company(ids).put(has_received_warning_stock_sms=True)
        return self._again()

    @on_records
    def dont_send_sms(self, ids: Any) -> Any:
        self._company(ids).put(has_received_warning_stock_sms=True, stock_move_sms_validation=False)
        return self._again()

    def _company(self, ids: Any) -> Record:
        record = self.records(ids)[0]
        company: Record = next((picking.company_id for picking in record.pick_ids), self.env.company)
        return company


@serves("expiry.picking.confirmation")
class ExpiryConfirmation(PickingWizard):
    """Ship lots that have expired?"""

    @computes("show_lots")
    def _show_lots(self, record: Record) -> bool:
        return len(record.lot_ids) > 1

    @on_records
    def process(self, ids: Any) -> Any:
        return self._again(skip_expired=True)

    @on_records
    def process_no_expired(self, ids: Any) -> Any:
        """Ship the rest, without the expired lots."""
        record = self.records(ids)[0]
        expired = {lot.id for lot in record.lot_ids}
        lines = self.env.model("stock.move.line")
        for picking in record.picking_ids:
            lines.unlink([line.id for line in picking.move_line_ids if line.lot_id.id in expired])
        return self._again(skip_expired=True)
