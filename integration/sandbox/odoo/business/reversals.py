"""The wizard that reverses an invoice or a bill by a credit note of all of it."""

from __future__ import annotations

from typing import Any, ClassVar

from ..faults import UserError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, on_records, serves
from .invoices import OPPOSITE
from .posting import post
from .settling import settle_reversal

ONLY_POSTED = "You can only reverse posted moves."
OTHER_COMPANIES = "All selected moves for reversal must belong to the same company."
OTHER_JOURNAL = "Journal should be the same type as the reversed entry."
COPIED_MOVE = (
    "partner_id", "partner_shipping_id", "currency_id", "company_id", "invoice_origin", "invoice_user_id", "narration",
)  # fmt: skip
COPIED_LINE = (
    "display_type", "name", "product_id", "product_uom_id", "quantity", "discount", "price_unit", "sequence",
    "purchase_line_id",
)  # fmt: skip


@serves("account.move.reversal")
class Reversal(Model):
    """Which documents to reverse, on which day and why."""

    since: ClassVar[dict[str, int]] = {"refund_moves": 17, "modify_moves": 17}

    def label(self, record: Record) -> str:
        return f"account.move.reversal,{record.id}"

    @computes("residual")
    def _residual(self, record: Record) -> float:
        return float(record.move_ids[0].amount_residual) if len(record.move_ids) == 1 else 0.0

    @computes("move_type")
    def _move_type(self, record: Record) -> Any:
        return record.move_ids[0].move_type if len(record.move_ids) == 1 else "some_invoice"

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        context = self.env.context
        active = context.get("active_ids") or [] if context.get("active_model") == "account.move" else []
        moves = self.env.browse_all("account.move", active)
        if len({move.company_id for move in moves}) > 1 and self.env.traits.number >= 17:
            raise UserError(OTHER_COMPANIES)
        if any(move.state != "posted" for move in moves):
            raise UserError(ONLY_POSTED)
        found: dict[str, Any] = {
            "company_id": moves[0].company_id.id if moves else self.env.company.id,
            "date": self.env.now.date(),
            "move_ids": [[6, 0, list(active)]],
        }
        if moves:
            found["journal_id"] = moves[0].journal_id.id
        if "refund_method" in self.fields:
            found |= {"refund_method": "cancel" if len(moves) > 1 else "refund", "date_mode": "custom"}
        return found

    def check(self, record: Record) -> None:
        kinds = {move.journal_id.type for move in record.move_ids}
        if kinds and record.journal_id.type not in kinds:
            raise UserError(OTHER_JOURNAL)

    @on_records
    def reverse_moves(self, ids: Any, is_modify: bool = False) -> dict[str, Any]:
        """16 says in a field how to reverse; later versions by the method."""
        record = self.records(ids)[0]
        how = record.refund_method if "refund_method" in self.fields else "modify" if is_modify else "refund"
        made = [self._reverse(record, move, settle=how != "refund") for move in record.move_ids]
        if how == "modify":
            made = [self._copy(move, move.move_type, date=record.date) for move in record.move_ids]
        record.put(new_move_ids=tuple(move.id for move in made))
        return self._action(made)

    @on_records
    def refund_moves(self, ids: Any) -> dict[str, Any]:
        return self.reverse_moves(ids)

    @on_records
    def modify_moves(self, ids: Any) -> dict[str, Any]:
        return self.reverse_moves(ids, is_modify=True)

    def _reverse(self, record: Record, move: Record, *, settle: bool) -> Record:
        """A draft of the opposite kind; where the document is to be settled by it, posted at once."""
        by_entry = "date_mode" in self.fields and record.date_mode == "entry"
        day = move.date if by_entry else record.date
        reason = f", {record.reason}" if record.reason else ""
        refund = self._copy(
            move,
            OPPOSITE[move.move_type],
            ref=f"Reversal of: {move.name}{reason}",
            date=day,
            invoice_date=day,
            invoice_date_due=day,
            journal_id=record.journal_id.id,
            reversed_entry_id=move.id,
        )
        if settle:
            post([refund])
            if not self.env.traits.settles_reversals:
                settle_reversal(refund)
        return refund

    def _copy(self, move: Record, kind: str, **changes: Any) -> Record:
        lines = [[0, 0, _line_values(line)] for line in move.invoice_line_ids]
        values = {name: move.raw(name) for name in COPIED_MOVE}
        values |= {"move_type": kind, "journal_id": move.journal_id.id, "invoice_line_ids": lines, **changes}
        return self.env.browse("account.move", self.env.model("account.move").create_all([values])[0])

    def _action(self, moves: list[Record]) -> dict[str, Any]:
        action: dict[str, Any] = {
            "name": "Reverse Moves",
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "context": {"default_move_type": moves[0].move_type},
        }
        if len(moves) == 1:
            return {**action, "view_mode": "form", "res_id": moves[0].id}
        listed = "list,form" if self.env.traits.number >= 18 else "tree,form"
        return {**action, "view_mode": listed, "domain": [["id", "in", [move.id for move in moves]]]}


def _line_values(line: Record) -> dict[str, Any]:
    links = {"tax_ids": [[6, 0, list(line.raw("tax_ids"))]], "sale_line_ids": [[6, 0, list(line.raw("sale_line_ids"))]]}
    return {**{name: line.raw(name) for name in COPIED_LINE}, **links}
