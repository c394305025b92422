"""Transfers that belong to no order: which pickings make one, and what it looks like.

Goods that go from one warehouse to another leave by one picking and come in by the next; the moves are linked. Those
pickings, with their backorders, are one transfer, known by the lowest id among them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.pickings import Row, address, latest_write, picking, usage
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.specs import FAMILY, LEG
from integration.canonical.erp import Picking, Root, Transfer

CLOSED = ("draft", "done", "cancel")
PASSING = ["|", "|", ("picking_type_id.code", "=", "incoming"), ("location_id.usage", "=", "transit")]
PASSING.append(("location_dest_id.usage", "=", "transit"))
_COMES = ("supplier", "customer", "transit")


class Legs:
    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)

    def roots(self, ids: Sequence[int]) -> list[Root]:
        """The transfers that these pickings belong to; none for what only moves inside a warehouse, or leaves for a
        customer without an order."""
        groups = self._groups(ids)
        return [Root(model="transfer", id=min(group)) for group in groups if any(map(passes, group.values()))]

    def transfers(self, ids: Sequence[int]) -> list[Transfer]:
        """By the id of their first picking; those that are gone are left out. Two calls and more, by their length."""
        groups = {min(group): list(group) for group in self._groups(ids)}
        wanted = sorted({number for first in ids for number in groups.get(first, ())})
        rows = {row["id"]: row for row in self._reading.by_id("stock.picking", wanted, LEG)}
        families = ([rows[number] for number in groups.get(first, ()) if number in rows] for first in ids)
        return [self._transfer(family) for family in families if family]

    def open_ids(self, *, after_id: int, limit: int) -> list[int]:
        """Pickings, not transfers: what is open and passes a warehouse's border without an order."""
        domain: list[Any] = [("id", ">", after_id), ("state", "not in", list(CLOSED)), ("sale_id", "=", False)]
        if self._call.fields("stock.move", ["purchase_line_id"]):
            domain.append(("move_ids.purchase_line_id", "=", False))
        found = self._call("stock.picking", "search", domain=[*domain, *PASSING], limit=limit, order="id")
        return [int(number) for number in found]

    def _groups(self, ids: Sequence[int]) -> list[dict[int, Row]]:
        """Pickings that hang together, each group once."""
        known = self._around(ids)
        groups: list[dict[int, Row]] = []
        for start in sorted(known):
            if not any(start in group for group in groups):
                groups.append(_group(start, known))
        return groups

    def _around(self, ids: Sequence[int]) -> dict[int, Row]:
        """These pickings and all that are linked to them, as far as they belong to no order."""
        known: dict[int, Row] = {}
        seen: set[int] = set()
        wanted = set(ids)
        while wanted:
            seen |= wanted
            rows = self._reading.by_id("stock.picking", sorted(wanted), FAMILY)
            known.update({row["id"]: row for row in rows if not _has_order(row)})
            wanted = {other for row in known.values() for other in _beside(row)} - seen
        return known

    def _transfer(self, rows: Sequence[Row]) -> Transfer:
        rows = sorted(rows, key=lambda row: int(row["id"]))
        legs = [self._leg(row, rows) for row in rows]
        named = next((leg for leg in legs if leg.ships_to_warehouse), legs[0])
        return Transfer(
            id=legs[0].id,
            name=named.name,
            company_id=named.company_id,
            written_at=max(latest_write(row) for row in rows),
            pickings=tuple(legs),
        )

    def _leg(self, row: Row, rows: Sequence[Row]) -> Picking:
        """A ship leg goes to the address of the warehouse that its goods come in at."""
        leg = picking(row, self._call.version)
        if not leg.ships_to_warehouse:
            return leg
        inward = (each for each in rows if usage(each, "location_id") == "transit")
        there = next((found for each in inward if (found := _warehouse_address(each))), None)
        ship_to = address(there) if there else leg.ship_to
        return leg.model_copy(update={"ship_to": ship_to, "code": "outgoing"})


def _group(start: int, known: dict[int, Row]) -> dict[int, Row]:
    group: dict[int, Row] = {}
    wanted = [start]
    while wanted:
        number = wanted.pop()
        if number in group or number not in known:
            continue
        group[number] = known[number]
        wanted += _beside(known[number])
        wanted += [other for other, row in known.items() if number in _beside(row)]
    return group


def passes(row: Row) -> bool:
    """Over a warehouse's border without an order: from one to another, or in from somebody."""
    source, destination = usage(row, "location_id"), usage(row, "location_dest_id")
    return destination == "transit" or (destination == "internal" and source in _COMES)


def _has_order(row: Row) -> bool:
    return bool(row.get("sale_id")) or any(move.get("purchase_line_id") for move in row.get("move_ids") or ())


def _beside(row: Row) -> list[int]:
    return [number for number in _linked(row) if number != row["id"]]


def _linked(row: Row) -> Iterator[int]:
    for each in [row.get("backorder_id"), *(row.get("backorder_ids") or ())]:
        if each:
            yield int(each["id"])
    for move in row.get("move_ids") or ():
        for beside in [*(move.get("move_orig_ids") or ()), *(move.get("move_dest_ids") or ())]:
            if beside.get("picking_id"):
                yield int(beside["picking_id"]["id"])


def _warehouse_address(row: Row) -> Row | None:
    partner: Row | None = ((row.get("picking_type_id") or {}).get("warehouse_id") or {}).get("partner_id")
    return partner
