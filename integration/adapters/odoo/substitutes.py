"""Another product in a line's place, as a change of the order: a line of the substitute at the old line's price comes
first, and its move joins the open transfer by Odoo's own procurement; then the old line shrinks.

Not in one write: Odoo makes new lines last, and a transfer whose only line shrank to nothing is cancelled by then.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.quantities import exact
from integration.canonical.erp import Replaced, Swap, Swapped
from integration.errors import Rejected

LINE = (
    "product_id", "product_uom_qty", "qty_delivered", "price_unit", "discount", "tax_id", "tax_ids", "product_uom",
    "product_uom_id", "order_id", "name", "sequence",
)  # fmt: skip
SAYS = re.compile(r"^.+ in place of (.+) \(of [0-9.]+ ordered\), shipment .+\.$", re.MULTILINE)  # as ``_says``


class Substitutes:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def find(self, order_id: int, swaps: Sequence[Swap], *, company: int) -> list[Swapped] | None:
        """None: not all of them are on the order."""
        found = [self._made(order_id, swap, company) for swap in swaps]
        made = [each for each in found if each is not None]
        return made if len(made) == len(swaps) else None

    def add(self, order_id: int, swaps: Sequence[Swap], *, company: int) -> list[Swapped]:
        """Looks first. Raises Rejected CD-5021: nothing is written then."""
        known = self.find(order_id, swaps, company=company)
        if known is not None:
            return known
        self._refuse_locked(order_id, swaps[0], company)
        lines, products = self._lines(order_id, swaps, company), self._products(swaps, company)
        vals = {"order_line": self._commands(swaps, lines, products)}
        with self._about(swaps[0]):
            self._call("sale.order", "write", [order_id], vals=vals, companies=[company])
        made = self.find(order_id, swaps, company=company)
        if made is None:
            raise _refused(swaps[0], "Odoo took the change of the order and does not show it", self._call.slug)
        return made

    def on(self, order_id: int, *, company: int) -> list[Replaced]:
        own = [("order_id", "=", order_id)]
        rows = self._call.rows("sale.order.line", own, ["name"], companies=[company], order="id")
        said = [(row, SAYS.search(str(row["name"]))) for row in rows]
        return [Replaced(sale_line_id=row["id"], sku=words[1]) for row, words in said if words]

    def is_shrunk(self, swaps: Sequence[Swap], made: Sequence[Swapped], *, company: int) -> bool:
        ordered = self._ordered(swaps, company)
        return all(exact(ordered[line]["product_uom_qty"]) == rest for line, rest in _rests(swaps, made).items())

    def shrink(self, swaps: Sequence[Swap], made: Sequence[Swapped], *, company: int) -> None:
        """The price goes along: a change of the quantity alone has Odoo look it up anew."""
        ordered = self._ordered(swaps, company)
        for line_id, rest in _rests(swaps, made).items():
            row = ordered[line_id]
            vals = {"product_uom_qty": float(rest), "price_unit": row["price_unit"], "discount": row["discount"]}
            with self._about(swaps[0]):
                self._call("sale.order.line", "write", [line_id], vals=vals, companies=[company])

    def _ordered(self, swaps: Sequence[Swap], company: int) -> dict[int, Row]:
        domain = [("id", "in", sorted({swap.sale_line_id for swap in swaps}))]
        rows = self._call.rows("sale.order.line", domain, LINE, companies=[company])
        return {row["id"]: row for row in rows}

    def _made(self, order_id: int, swap: Swap, company: int) -> Swapped | None:
        parts = _says(swap)
        own = [("order_id", "=", order_id)]
        for row in self._call.rows("sale.order.line", own, LINE, companies=[company], order="id"):
            said = re.search(re.escape(parts[0]) + r"([0-9.]+)" + re.escape(parts[1]), str(row["name"]))
            if said:
                return Swapped(
                    line=swap.line,
                    substitute=swap.substitute,
                    sale_line_id=row["id"],
                    product_id=row["product_id"][0],
                    quantity=exact(row["product_uom_qty"]),
                    price=exact(row["price_unit"]),
                    before=exact(said[1]),
                )
        return None

    def _refuse_locked(self, order_id: int, swap: Swap, company: int) -> None:
        """A locked order takes the new line and refuses to let the old one shrink."""
        rows = self._call.rows("sale.order", [("id", "=", order_id)], ["state", "locked"], companies=[company])
        if not rows or rows[0]["state"] == "done" or rows[0].get("locked"):
            raise _refused(swap, "the order is locked" if rows else "the order is gone", self._call.slug)

    @contextmanager
    def _about(self, swap: Swap) -> Iterator[None]:
        """Odoo's own refusal, said of the substitute."""
        try:
            yield
        except Rejected as error:
            raise _refused(swap, str(error.context.get("detail")), self._call.slug) from None

    def _lines(self, order_id: int, swaps: Sequence[Swap], company: int) -> dict[int, Row]:
        """The lines in whose place it goes. Raises for one that cannot shrink so much."""
        found = {number: row for number, row in self._ordered(swaps, company).items() if row["order_id"][0] == order_id}
        taken = _taken(swaps)
        for swap in swaps:
            row = found.get(swap.sale_line_id)
            if row is None:
                raise _refused(swap, "the line is not on the order any more", self._call.slug)
            if row["product_id"][0] != swap.product_id:
                raise _refused(swap, f"the order's line is {row['product_id'][1]}, a kit", self._call.slug)
            if _unit(row)[1] != swap.unit:
                detail = f"the order counts it in {_unit(row)[1]}, the delivery in {swap.unit}"
                raise _refused(swap, detail, self._call.slug)
            if exact(row["product_uom_qty"]) - taken[swap.sale_line_id] < exact(row["qty_delivered"]):
                raise _refused(swap, "less of it is open on the order", self._call.slug)
        return found

    def _products(self, swaps: Sequence[Swap], company: int) -> dict[str, Row]:
        domain = [("default_code", "in", [s.substitute for s in swaps]), ("company_id", "in", [company, False])]
        fields = ["default_code", "display_name", "uom_id"]
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self._call.rows("product.product", domain, fields, companies=[company]):
            found[str(row["default_code"])].append(row)
        for swap in swaps:
            count = len(found[swap.substitute])
            if count != 1:
                how = "several products" if count else "no product"
                raise _refused(swap, f"Odoo has {how} with the code {swap.substitute}", self._call.slug)
            unit = found[swap.substitute][0]["uom_id"][1]
            if unit != swap.unit:
                detail = f"{swap.substitute} is counted in {unit}, {swap.sku} in {swap.unit}"
                raise _refused(swap, detail, self._call.slug)
        return {code: rows[0] for code, rows in found.items()}

    def _commands(
        self, swaps: Sequence[Swap], lines: Mapping[int, Row], products: Mapping[str, Row]
    ) -> list[list[Any]]:
        commands = []
        for swap in swaps:
            line, product = lines[swap.sale_line_id], products[swap.substitute]
            before, after = _says(swap)
            unit, taxes = ("product_uom_id", "tax_ids") if "tax_ids" in line else ("product_uom", "tax_id")
            values = {
                "product_id": product["id"],
                "name": f"{product['display_name']}\n{before}{exact(line['product_uom_qty']):f}{after}",
                "product_uom_qty": float(swap.quantity),
                "price_unit": line["price_unit"],
                "discount": line["discount"],
                "sequence": line["sequence"],
                unit: _unit(line)[0],
                taxes: [[6, 0, line[taxes]]],
            }
            commands.append([0, 0, values])
        return commands


def _taken(swaps: Sequence[Swap]) -> dict[int, Decimal]:
    taken: defaultdict[int, Decimal] = defaultdict(Decimal)
    for swap in swaps:
        taken[swap.sale_line_id] += swap.quantity
    return dict(taken)


def _unit(row: Row) -> tuple[int, str]:
    number, name = row.get("product_uom_id") or row["product_uom"]
    return int(number), str(name)


def _rests(swaps: Sequence[Swap], made: Sequence[Swapped]) -> dict[int, Decimal]:
    """What is still ordered of each old line."""
    before = {swap.sale_line_id: each.before for swap, each in zip(swaps, made, strict=True)}
    return {line: before[line] - taken for line, taken in _taken(swaps).items()}


def _says(swap: Swap) -> tuple[str, str]:
    """On the order and the invoice, around the quantity that was ordered; by it the line is found again."""
    return f"{swap.substitute} in place of {swap.sku} (of ", f" ordered), shipment {swap.shipment}."


def _refused(swap: Swap, detail: str, connection: str) -> Rejected:
    return Rejected(
        "CD-5021",
        connection=connection,
        shipment=swap.shipment.partition(" of ")[0],
        quantity=swap.quantity,
        sku=swap.sku,
        substitute=swap.substitute,
        order=swap.shipment.partition(" of ")[2],
        detail=detail,
    )
