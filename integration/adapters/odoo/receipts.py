"""Reads an incoming picking with its backorders, and posts a receipt to it."""

from functools import partial
from typing import Any, ClassVar

from integration.adapters.odoo.arrivals import Arrivals
from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.family import of_picking
from integration.adapters.odoo.pickings import picking as read_picking
from integration.adapters.odoo.poster import Codes, Poster, Posting
from integration.adapters.odoo.posting import CLOSED
from integration.adapters.odoo.reading import Spec
from integration.adapters.odoo.receiving import Arriving, differences, extras_of, values
from integration.adapters.odoo.specs import INCOMING
from integration.canonical.erp import Picking, PostedReceipt, ReceiptPosting
from integration.errors import Rejected


class Receipts(Poster):
    codes = Codes("receipt", refused="CD-7009", differs="CD-7010", already="CD-7011")
    spec: ClassVar[Spec] = INCOMING

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self._arrivals = Arrivals(caller)

    def chain(self, picking_id: int) -> tuple[Picking, ...]:
        """One call, and one for each generation of backorders."""
        rows = of_picking(self._reading, picking_id, INCOMING)
        return tuple(read_picking(row, self._call.version) for row in rows)

    def receive(self, picking: Picking, posting: ReceiptPosting) -> PostedReceipt:
        posted: PostedReceipt = self.in_words(partial(self._receive, picking, posting), picking, posting)
        return posted

    def loss_place(self, company_id: int) -> int:
        """Where scrap goes; since 19 it goes where differences of counts go."""
        flagged = bool(self._call.fields("stock.location", ["scrap_location"]))
        wanted = ("scrap_location", "=", True) if flagged else ("usage", "=", "inventory")
        domain = [wanted, ("company_id", "in", [company_id, False])]
        rows = self._call.rows("stock.location", domain, ["company_id"], companies=[company_id], order="company_id, id")
        if not rows:
            raise Rejected("CD-7009", connection=self._call.slug, detail="there is no place for scrap")
        return int(rows[0]["id"])

    def give_up(self, picking: Picking) -> Picking:
        """Cancels a picking that nothing more will come of; one that is closed stays as it is."""
        if picking.state not in CLOSED:
            self._call("stock.picking", "action_cancel", [picking.id], companies=[picking.company_id])
        return self.chain(picking.id)[0]

    def _receive(self, picking: Picking, posting: ReceiptPosting) -> PostedReceipt:
        if picking.state == "done":
            return self._already(picking, posting)
        self._check(picking, posting)
        known = self._arrivals.known(picking, posting)
        written = values(picking, posting, self._call.version, known)
        chain = self.post(picking, posting, written, lambda held: differences(held, posting, known))
        return self._posted(chain[0], self.open_ones(chain), posting, known)

    def _already(self, picking: Picking, posting: ReceiptPosting) -> PostedReceipt:
        if picking.mark != posting.mark:
            raise self.rejected(self.codes.already, picking, posting)
        chain = self.chain(picking.id)
        known = self._arrivals.known(picking, posting) if posting.extras else Arriving()
        return self._posted(chain[0], self.open_ones(chain), posting, known)

    def _check(self, picking: Picking, posting: ReceiptPosting) -> None:
        if picking.state == "cancel":
            raise self.refused(picking, posting, "it is cancelled")
        open_moves = {move.id for move in picking.moves if move.state not in CLOSED}
        for line in posting.lines:
            if line.quantity > 0 and line.move_id not in open_moves:
                raise self.refused(picking, posting, f"it has no open line {line.move_id}")

    def _posted(
        self, picking: Picking, backorders: tuple[int, ...], posting: ReceiptPosting, known: Arriving
    ) -> PostedReceipt:
        return PostedReceipt(picking=picking, backorders=backorders, extras=extras_of(picking, posting, known))

    def policy(self, picking: Picking, posting: Posting) -> dict[str, Any]:
        """What came in expired is in the warehouse all the same."""
        return {**super().policy(picking, posting), "skip_sms": True, "skip_expired": True}
