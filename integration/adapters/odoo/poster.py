"""Posts a warehouse's document to a picking: written whole, compared, validated, and read back as the verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.pickings import picking as read_picking
from integration.adapters.odoo.posting import CLOSED
from integration.adapters.odoo.reading import Reading, Spec
from integration.adapters.odoo.specs import PICKING
from integration.canonical.erp import Picking, ReceiptPosting, ShipmentPosting
from integration.errors import Locked, Rejected

Posting = ShipmentPosting | ReceiptPosting
Differences = Callable[[Picking], Sequence[str]]
# What Odoo may ask when a picking is validated, and the method that answers yes.
WIZARDS = {
    "stock.backorder.confirmation": ("process", "process_cancel_backorder"),
    "stock.immediate.transfer": ("process", "process"),
    "confirm.stock.sms": ("send_sms", "send_sms"),
}


@dataclass(frozen=True, slots=True)
class Codes:
    """Which case each refusal is. ``number``: what the document's number is called in it."""

    number: str
    refused: str
    differs: str
    already: str


class Poster:
    codes: ClassVar[Codes]
    spec: ClassVar[Spec] = PICKING

    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)

    def chain(self, picking_id: int) -> tuple[Picking, ...]:
        """The picking first, then its backorders as Odoo made them. Empty when it is gone."""
        raise NotImplementedError

    def in_words(self, post: Callable[[], Any], picking: Picking, posting: Posting) -> Any:
        """Odoo's own refusal, said of the document; a lost race, said of the picking."""
        try:
            return post()
        except Rejected as error:
            if error.code != "CD-4008":
                raise
            raise self.refused(picking, posting, str(error.context.get("detail"))) from None
        except Locked:
            raise Locked("CD-1004", connection=self._call.slug, document=picking.name) from None

    def post(
        self, picking: Picking, posting: Posting, written: Mapping[str, Any], differ: Differences
    ) -> Sequence[Picking]:
        """Nothing is validated unless Odoo holds exactly what the document says. The chain as it is then."""
        self.write(picking, written)
        rows = self._reading.by_id("stock.picking", [picking.id], self.spec)
        held = [read_picking(row, self._call.version) for row in rows]
        found = differ(held[0]) if held else ["no such transfer any more"]
        if found:
            raise self.rejected(self.codes.differs, picking, posting, difference="; ".join(found))
        how: dict[str, Any] = {"companies": [picking.company_id], "context": self.policy(picking, posting)}
        answer = self._call("stock.picking", "button_validate", [picking.id], **how)
        return self._verdict(picking, posting, answer, differ)

    def write(self, picking: Picking, written: Mapping[str, Any]) -> None:
        self._call("stock.picking", "write", [picking.id], vals=dict(written), companies=[picking.company_id])

    def policy(self, picking: Picking, posting: Posting) -> dict[str, Any]:
        """What Odoo need not ask."""
        context: dict[str, Any] = {"skip_backorder": True, "skip_immediate": True}
        if not posting.keep_backorder:
            context["picking_ids_not_to_backorder"] = [picking.id]
        return context

    def asked(self, picking: Picking, posting: Posting, model: str) -> Rejected:
        """Odoo asks what only a person can answer."""
        return self.refused(picking, posting, f"it asks a question that only a person can answer ({model})")

    def open_ones(self, chain: Sequence[Picking]) -> tuple[int, ...]:
        return tuple(each.id for each in chain[1:] if each.state not in CLOSED)

    def refused(self, picking: Picking, posting: Posting, detail: str) -> Rejected:
        return self.rejected(self.codes.refused, picking, posting, detail=detail)

    def rejected(self, code: str, picking: Picking, posting: Posting, **context: Any) -> Rejected:
        number = posting.receipt if isinstance(posting, ReceiptPosting) else posting.shipment
        whole = {"connection": self._call.slug, self.codes.number: number, "picking": picking.name, **context}
        return Rejected(code, **whole)

    def _verdict(self, picking: Picking, posting: Posting, answer: object, differ: Differences) -> Sequence[Picking]:
        """What Odoo answers proves nothing; what it holds afterwards does."""
        chain = self.chain(picking.id)
        if chain and chain[0].state != "done" and isinstance(answer, Mapping):
            self._answer_wizard(chain[0], posting, answer)
            chain = self.chain(picking.id)
        if not chain or chain[0].state != "done":
            raise self.refused(picking, posting, "it was validated and is still open")
        found = differ(chain[0])
        if found:
            raise self.refused(picking, posting, "it was validated with " + "; ".join(found))
        return chain

    def _answer_wizard(self, picking: Picking, posting: Posting, action: Mapping[str, Any]) -> None:
        model = str(action.get("res_model") or action.get("type") or "")
        if model not in WIZARDS:
            raise self.asked(picking, posting, model)
        context = {**(action.get("context") or {}), **self.policy(picking, posting)}
        how: dict[str, Any] = {"companies": [picking.company_id], "context": context}
        wizard = self._call.create(model, {}, **how)
        keep, drop = WIZARDS[model]
        self._call(model, keep if posting.keep_backorder else drop, [wizard], **how)
