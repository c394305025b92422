"""Adds to Odoo's stock, or takes from it, by a count of what it holds plus the difference.

The difference is what counts: when the stock changes between our count and its application, Odoo refuses the
application as a conflict, and it is counted anew.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.quantities import SMALLEST, exact, same
from integration.canonical.stock import Adjustment, Landed
from integration.errors import InvalidDocument, Locked, OutcomeUnknown, Rejected, Throttled, Unreachable

TURNS = 4
COUNTING = {"inventory_mode": True}
QUANT = [
    "location_id",
    "quantity",
    "inventory_diff_quantity",
    "inventory_quantity_set",
    "user_id",
    "package_id",
    "owner_id",
    "write_uid",
]
Shares = Mapping[int, Decimal]  # by the quant's id; 0 for one that is not there yet


class Adjusting:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def adjust(self, adjustment: Adjustment) -> Landed:
        try:
            return self._adjust(adjustment)
        except Rejected as error:
            if error.code != "CD-4008":
                raise
            raise self._refused(adjustment, str(error.context.get("detail"))) from None
        except Locked:
            raise self._busy(adjustment) from None

    def found(self, adjustment: Adjustment) -> Landed | None:
        """What of it is in Odoo: its done movements, by the text that they have."""
        done = self._call.version.move_done
        domain = [
            ("reference", "=like", f"{adjustment.mark} %"),
            ("product_id", "=", adjustment.product_id),
            ("state", "=", "done"),
        ]
        rows = self._call.rows("stock.move", domain, [done, "location_dest_id"], companies=[adjustment.company_id])
        here = {adjustment.location_id, *adjustment.also}
        signed = [exact(row[done]) * (1 if row["location_dest_id"][0] in here else -1) for row in rows]
        ids = tuple(sorted(int(row["id"]) for row in rows))
        return Landed(moves=ids, quantity=exact(sum(signed, Decimal(0)))) if rows else None

    def _read_back(self, adjustment: Adjustment) -> Landed | None:
        """It was applied: that we cannot read what came of it does not undo it."""
        try:
            return self.found(adjustment)
        except (Unreachable, Throttled):
            raise self._unknown() from None

    def _adjust(self, adjustment: Adjustment) -> Landed:
        """Until what stands under the mark is what was asked for, whoever else counts the same quants meanwhile."""
        landed, lot_id, begun = self.found(adjustment), self._lot(adjustment), set[int]()
        for _ in range(TURNS):
            if landed is not None and landed.quantity == adjustment.quantity:
                break
            rest = adjustment.quantity - (landed.quantity if landed is not None else 0)
            rows = self._quants(adjustment, lot_id)
            self._nobody_counts(adjustment, rows)
            counted = self._count(adjustment, lot_id, spread(rest, rows, adjustment.location_id), rows)
            begun |= counted.keys()
            if not self._as_counted(adjustment, counted):
                continue
            answer, before = self._apply(adjustment, sorted(counted)), landed
            landed = self._read_back(adjustment)
            if landed == before and not _is_conflict(answer):
                self._take_back(adjustment, sorted(counted))
                raise self._refused(adjustment, f"it was applied and is not there ({_named(answer)})")
            if not _is_conflict(answer):
                begun -= counted.keys()
        self._leave_none(adjustment, sorted(begun))
        if landed is not None and landed.quantity == adjustment.quantity:
            return landed
        raise self._busy(adjustment) if landed is None else self._unknown()

    def _lot(self, adjustment: Adjustment) -> int | None:
        """Goods that were found may be of a lot that Odoo does not know yet; what is lost cannot be."""
        if not adjustment.lot:
            return None
        company = adjustment.company_id
        domain = [
            ("name", "=", adjustment.lot),
            ("product_id", "=", adjustment.product_id),
            ("company_id", "in", [company, False]),
        ]
        known = self._call.rows("stock.lot", domain, ["name"], companies=[company], limit=1)
        if known:
            return int(known[0]["id"])
        if adjustment.quantity < 0:
            raise InvalidDocument("CD-8007", **self._about(adjustment), lot=adjustment.lot)
        fields = ["name", "product_id/.id", "company_id/.id"]
        row = [adjustment.lot, str(adjustment.product_id), str(company)]
        [made] = self._call.load("stock.lot", fields, [row], companies=[company])
        return made

    def _quants(self, adjustment: Adjustment, lot_id: int | None) -> list[Row]:
        """Where it may lie: what is ours first, at the place itself before the fullest; then what others own."""
        places = [adjustment.location_id, *adjustment.also]
        domain = [
            ("product_id", "=", adjustment.product_id),
            ("location_id", "in", places),
            ("lot_id", "=", lot_id or False),
        ]
        rows = self._call.rows("stock.quant", domain, QUANT, companies=[adjustment.company_id])
        main = adjustment.location_id
        return sorted(
            rows,
            key=lambda row: (
                bool(row.get("owner_id")),
                row["location_id"][0] != main,
                -float(row["quantity"]),
                row["id"],
            ),
        )

    def _nobody_counts(self, adjustment: Adjustment, rows: Sequence[Row]) -> None:
        """A count that a person has begun in Odoo would be lost by ours."""
        own = self._call.uid()
        for row in rows:
            by = row.get("user_id") or row.get("write_uid")
            if row["inventory_quantity_set"] and by and by[0] != own:
                raise Rejected("CD-8006", **self._about(adjustment), place=row["location_id"][1], user=by[1])

    def _count(
        self, adjustment: Adjustment, lot_id: int | None, shares: Shares, rows: Sequence[Row]
    ) -> dict[int, Decimal]:
        """Writes what would lie there; the difference by quant."""
        held = {int(row["id"]): row for row in rows}
        counted: dict[int, Decimal] = {}
        for quant, share in shares.items():
            how: dict[str, Any] = {"companies": [adjustment.company_id], "context": COUNTING}
            if quant:
                total = exact(held[quant]["quantity"]) + share
                self._call("stock.quant", "write", [quant], vals={"inventory_quantity": float(total)}, **how)
                counted[quant] = share
                continue
            values = {
                "product_id": adjustment.product_id,
                "location_id": adjustment.location_id,
                "inventory_quantity": float(share),
                "user_id": False,  # else Odoo puts the user's name into the text of the movement
                **({"lot_id": lot_id} if lot_id else {}),
            }
            counted[self._call.create("stock.quant", values, **how)] = share
        return counted

    def _as_counted(self, adjustment: Adjustment, counted: Shares) -> bool:
        """Whether Odoo took exactly the difference from what it holds: the stock may have changed meanwhile."""
        domain = [("id", "in", sorted(counted))]
        rows = self._call.rows("stock.quant", domain, QUANT, companies=[adjustment.company_id])
        differences = {int(row["id"]): exact(row["inventory_diff_quantity"]) for row in rows}
        return all(same(differences.get(quant, Decimal(0)), share, SMALLEST) for quant, share in counted.items())

    def _apply(self, adjustment: Adjustment, quants: Sequence[int]) -> object:
        context = {**COUNTING, "inventory_name": f"{adjustment.mark} {adjustment.text}"}
        how: dict[str, Any] = {"companies": [adjustment.company_id], "context": context}
        try:
            return self._call("stock.quant", "action_apply_inventory", list(quants), **how)
        except Rejected:
            self._take_back(adjustment, quants)
            raise

    def _take_back(self, adjustment: Adjustment, quants: Sequence[int]) -> None:
        """Leaves no count behind that somebody might apply."""
        forget = self._call.version.forget_count
        self._call("stock.quant", forget, list(quants), companies=[adjustment.company_id])

    def _leave_none(self, adjustment: Adjustment, quants: Sequence[int]) -> None:
        """Counts that went out of date before they were applied."""
        try:
            if quants:
                self._take_back(adjustment, quants)
        except (Unreachable, Throttled):
            raise self._unknown() from None

    def _about(self, adjustment: Adjustment) -> dict[str, Any]:
        return {"connection": self._call.slug, "document": adjustment.text, "sku": adjustment.sku}

    def _refused(self, adjustment: Adjustment, detail: str) -> Rejected:
        return Rejected("CD-8008", **self._about(adjustment), quantity=adjustment.quantity, detail=detail)

    def _unknown(self) -> OutcomeUnknown:
        return OutcomeUnknown("CD-1006", connection=self._call.slug, verb="stock.quant.action_apply_inventory")

    def _busy(self, adjustment: Adjustment) -> Locked:
        return Locked("CD-1004", connection=self._call.slug, document=f"the stock of {adjustment.sku}")


def spread(quantity: Decimal, rows: Sequence[Row], place: int) -> dict[int, Decimal]:
    """The difference by quant, 0 for one to be made. Added goods lie in the place itself, in no package, and are ours;
    lost ones are taken from where there are some, in the order of the rows.

    What is nowhere is taken from the place itself, which goes below zero, as Odoo's users have it.
    """
    here = (row for row in rows if row["location_id"][0] == place)
    plain = next((int(row["id"]) for row in here if not row.get("package_id") and not row.get("owner_id")), 0)
    if quantity > 0:
        return {plain: quantity}
    shares: dict[int, Decimal] = {}
    left = -quantity
    for row in rows:
        share = min(left, max(exact(row["quantity"]), Decimal(0)))
        if share:
            shares[int(row["id"])] = -share
            left -= share
    if left:
        shares[plain] = shares.get(plain, Decimal(0)) - left
    return shares


def _is_conflict(answer: object) -> bool:
    return isinstance(answer, Mapping) and answer.get("res_model") == "stock.inventory.conflict"


def _named(answer: object) -> str:
    return str(answer.get("res_model") or answer.get("type")) if isinstance(answer, Mapping) else "no answer"
