"""Whether Odoo has delivered, received and billed of each order line what was booked of it here.

    delivered in Odoo = shipped - what came back        received in Odoo = received

A page of lines at a time, by Odoo's id of the line: nothing is kept of it but what differs. Goods move meanwhile: a
line that differs is looked at movement by movement, twice, and what changed here in between is left to the next look.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from integration.adapters.base import ErpGateway
from integration.canonical.agreed import LineMove
from integration.models import Connection, DocumentLine, Variance, Warehouse
from integration.reconcile import booked, comparing, instead, invoices
from integration.reconcile.booked import Side
from integration.reconcile.comparing import Booked, Differs, Pair
from integration.reconcile.noting import Compared, Found, Key

PAGE = 1_000  # lines
INVOICED = Variance.Subject.INVOICED


@dataclass(frozen=True, slots=True)
class _Look:
    """``moving``: lines that changed here while they were looked at."""

    differs: Sequence[Differs]
    moving: frozenset[int] = frozenset()


def compare(side: Side, warehouse: Warehouse, erp: ErpGateway, ids: Sequence[int]) -> Compared:
    """``ids``: at most PAGE, ascending."""
    lines = sorted({*ids, *instead.lines_of(warehouse.erp, ids)})
    ours = booked.of(side, warehouse.erp, lines)
    suspects, billable = [], []
    for pair in comparing.merged(ours, erp.agreed.lines(side.model, lines)):
        if not comparing.agrees(pair):
            suspects.append(pair.booked[0].line_id)
        elif pair.line is not None and pair.line.open:
            billable.append(pair)
    look = _twice(side, warehouse.erp, erp, suspects, ids)
    bills = invoices.look(side, warehouse, erp, billable)
    found = [*_found(side.subject, look.differs), *_found(INVOICED, bills.differs)]
    left_out = {str(side.subject): look.moving, str(INVOICED): bills.moving.union(suspects)}
    looked_at = _open_before(side, warehouse.erp, lines, left_out) | _instead_before(ours, left_out)
    return Compared(len(ids), looked_at, found)


def _twice(side: Side, connection: Connection, erp: ErpGateway, ids: Sequence[int], within: Sequence[int]) -> _Look:
    """Two looks that say the same: what has landed in Odoo and is not booked yet looks otherwise the next time."""
    first = _closely(side, connection, erp, ids, within)
    if not first.differs:
        return first
    again = sorted({each.booked.line_id for each in first.differs})
    second = _closely(side, connection, erp, again, within)
    changed = {each.booked.line_id for each in second.differs if each not in first.differs}
    same = [each for each in second.differs if each.booked.line_id not in changed]
    return _Look(same, first.moving | second.moving | changed)


def _closely(side: Side, connection: Connection, erp: ErpGateway, ids: Sequence[int], within: Sequence[int]) -> _Look:
    """What is booked is read before Odoo and after it: only where both are the same do the two fit together."""
    if not ids:
        return _Look(())
    before = _by_line(booked.of(side, connection, ids, within))
    moves = erp.agreed.moves(side.model, ids)
    lines = {line.id: line for line in erp.agreed.lines(side.model, ids)}
    posted = booked.posted(connection, moves)
    after = _by_line(booked.of(side, connection, ids, within))
    moving = frozenset(line for line, ours in before.items() if after.get(line) != ours)
    own = _moves_by_line(moves)
    still = [line for line in before if line not in moving]
    differs = [
        each
        for line in still
        for each in comparing.differences(Pair(before[line], lines.get(line)), own.get(line, ()), posted)
    ]
    return _Look(differs, moving)


def _by_line(ours: Iterable[Booked]) -> Mapping[int, Sequence[Booked]]:
    found = defaultdict[int, list[Booked]](list)
    for each in ours:
        found[each.line_id].append(each)
    return found


def _moves_by_line(moves: Iterable[LineMove]) -> Mapping[int, Sequence[LineMove]]:
    found = defaultdict[int, list[LineMove]](list)
    for move in moves:
        found[move.line_id].append(move)
    return found


def _found(subject: str, differs: Sequence[Differs]) -> list[Found]:
    rows = DocumentLine.objects.in_bulk([each.booked.row for each in differs])
    return [
        Found(row.document_id, subject, instead.name_of(row, each.booked), each.booked.sku, each.says, each.found)
        for each in differs
        for row in [rows[each.booked.row]]
    ]


def _open_before(
    side: Side, connection: Connection, ids: Sequence[int], left_out: Mapping[str, Collection[int]]
) -> set[Key]:
    """What differed of these lines until now, on whichever of our lines, but for what nothing can be said about."""
    known = booked.open_of(side, connection, ids, list(left_out))
    return {(document, subject, line, "") for document, subject, line, of in known if of not in left_out[subject]}


def _instead_before(ours: Sequence[Booked], left_out: Mapping[str, Collection[int]]) -> set[Key]:
    """The same of what left in the place of lines."""
    others = [each for each in ours if each.instead]
    rows = DocumentLine.objects.in_bulk([each.row for each in others])
    return {
        (row.document_id, subject, instead.name_of(row, each), "")
        for each in others
        for row in [rows[each.row]]
        for subject, moving in left_out.items()
        if each.line_id not in moving
    }
