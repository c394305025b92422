"""Returns: what a customer sent back is taken into Odoo's stock, once, by what the warehouse says of its condition.

Operational impact: the customer's credit depends on it, and stock that may be sold again.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from integration.adapters.base import ErpGateway
from integration.canonical.erp import ExtraLine, Move, Picking, PostingDetail, PostingLine, ReceiptPosting
from integration.errors import InvalidDocument, Locked, Permanent, Rejected
from integration.flows import (
    backorders,
    intents,
    judging,
    origins,
    return_bookings,
    return_transfers,
    returning,
    shadow,
    sites,
)
from integration.flows.intents import Goods
from integration.flows.origins import Origin
from integration.flows.returning import Case
from integration.jobs import effects, locks, rollout, shipments
from integration.jobs.remote import open_erp
from integration.jobs.rollout import Wanted
from integration.jobs.work import Outcome, Work
from integration.models import Document, Effect, Mode, RolloutFlow, SyncJob, Warehouse
from integration.rules import returns as rules
from integration.rules.codes import CodeBook, CodeKind
from integration.rules.returns import Returned, Target

VERB = "take_in"
CLOSED = ("done", "cancel")
PATIENT_TRIES, PAUSE = 3, 20.0
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Known:
    """What Odoo holds of it. ``announced``: the transfer that waits for the goods, with its backorders."""

    origin: Origin | None
    left: Sequence[Picking]
    back: Sequence[Picking]
    announced: Sequence[Picking]
    facts: rules.Facts
    places: Mapping[str, int] = field(default_factory=dict)


def handle(work: Work) -> Outcome:
    case = returning.understand(work)
    if work.mode == Mode.SHADOW:
        return shadow.only(work, partial(_wanted, case), partial(_book, work, case))
    if rollout.stays(case.warehouse, [RolloutFlow.RETURN], _key(case, case.advised or _order(case)), case.source):
        return Outcome(shadow.STAYS)
    return _book(work, case)


def _wanted(case: Case) -> Wanted:
    """By what was announced; a return that nobody announced, by its order."""
    document = case.advised or _order(case)
    return Wanted(
        warehouse=case.warehouse,
        flow=RolloutFlow.RETURN,
        key=_key(case, document),
        reference=document.reference if document else case.told.receipt,
        source=case.source,
        lines=returning.plain_lines(case),
        happened_at=case.told.received_at,
        document=document,
    )


def _key(case: Case, document: Document | None) -> str:
    return f"return/{document.pk}" if document else case.source


def _book(work: Work, case: Case) -> Outcome:
    work.connection = erp = case.warehouse.erp
    order = _order(case)
    _note(work, order, case.warehouse)
    with locks.held(work, _locks(case, order)), open_erp(erp, work) as gateway:
        if returning.is_booked(case):
            return judging.judge(work, case, gateway)
        return _take_in(work, case, gateway)


def _order(case: Case) -> Document | None:
    if case.advised:
        return case.advised.parent
    origin = _find(case)
    return origin.order if origin else None


def _note(work: Work, order: Document | None, warehouse: Warehouse) -> None:
    """Whatever comes of it stands on the order's page: an announced return has a document of its own.

    Not where another warehouse takes it in than ships the order: its people do not see that, and would not see this.
    Nor where it is only tried: that is the job of a replay.
    """
    if order is None or work.job.document_id is not None or work.rehearsal is not None:
        return
    if Document.objects.filter(parent=order, warehouse=warehouse).exists():
        work.job.document = order
        SyncJob.objects.filter(pk=work.job.pk).update(document=order)


def _locks(case: Case, order: Document | None) -> list[str]:
    """Two parcels of one order are counted one after the other, whatever each of them names."""
    return [f"return/{order.pk}" if order else f"return/{case.partner.pk}/{case.told.receipt}"]


def _take_in(work: Work, case: Case, gateway: ErpGateway) -> Outcome:
    known = look(case, gateway)
    _not_by_hand(case, known.announced)
    ours = {picking.id for picking in known.back if picking.mark == case.mark}
    others = [picking for picking in known.back if picking.id not in ours]
    candidates = candidates_of(known, others)
    shares = rules.translate(case.told, known.facts, candidates)
    try:
        allocated = rules.allocate(case.told, shares, known.facts, candidates)
    except Permanent:
        _wait_for_shipment(work, case, known)
        raise
    memory = {"said": returning.plain(returning.said(shares)), "mark": case.mark}
    done = [
        _post(work, case, gateway, known, origin, group, memory)
        for origin, group in _by_origin(case, known, allocated).items()
    ]
    names = ", ".join(str(effect.result["picking"]) for effect in done)
    note = f"{case.told.receipt} on {names}" if done else f"nothing of {case.told.receipt} is taken in"
    return Outcome(note, partial(return_bookings.commit, case, known.origin, done))


def _wait_for_shipment(work: Work, case: Case, known: Known) -> None:
    """What is not in the books yet did not leave there: the return may have overtaken its shipment."""
    deliveries = known.origin.deliveries if known.origin else ()
    nothing_left = not any(picking.state == "done" for picking in known.left)
    ahead = next((one for one in deliveries if nothing_left or shipments.waiting(one, case.partner)), None)
    if ahead is None:
        return
    if work.job.tries <= PATIENT_TRIES:
        raise Locked("CD-1004", connection=case.partner.name, document=ahead.reference, retry_after=PAUSE)
    raise Rejected("CD-7042", **case.about(release=ahead.reference))


def look(case: Case, gateway: ErpGateway) -> Known:
    """Raises Rejected CD-7030."""
    announced = backorders.own(case.advised, gateway.incoming(case.advised.erp_id)) if case.advised else ()
    origin = _origin(case, announced)
    pickings = set(origin.pickings if origin else ())
    pickings |= {picking.return_of for picking in announced if picking.return_of}
    left = gateway.returns.left(sorted(pickings)) if pickings else ()
    back = gateway.returns.back(sorted(pickings)) if pickings else ()
    lines = [line for delivery in (origin.deliveries if origin else ()) for line in sites.released_lines(delivery)]
    advised = sites.released_lines(case.advised) if case.advised else ()
    book = returning.book_of(case)
    facts = rules.Facts(
        connection=case.partner.name,
        source=case.source,
        book=book,
        lines=[*advised, *lines],
        units=_units(case, gateway, book, (*left, *announced)),
        decided=case.decided,
    )
    return Known(origin, left, back, announced, facts, returning.places(case))


def _not_by_hand(case: Case, announced: Sequence[Picking]) -> None:
    """Somebody has validated what was announced: to take it in once more would credit it twice."""
    by_hand = next((one for one in announced if one.state == "done" and one.mark is None), None)
    if by_hand is not None and all(one.state in CLOSED for one in announced):
        raise Rejected("CD-7011", **case.about(picking=by_hand.name))


def _units(case: Case, gateway: ErpGateway, book: CodeBook, pickings: Sequence[Picking]) -> dict[str, str]:
    """Of products that came back and of which nothing left: a move that was cancelled says nothing of what did."""
    known = {move.sku for picking in pickings for move in picking.moves if move.state == "done"}
    told = {line.sku for line in case.told.lines}
    wanted = {code.odoo for code in book.codes if code.kind == CodeKind.PRODUCT and code.partner in told} - known
    found = gateway.stock.products(case.warehouse.company_id, skus=sorted(wanted)) if wanted else ()
    return {product.sku: product.unit for product in found}


def _origin(case: Case, announced: Sequence[Picking]) -> Origin | None:
    if announced:
        taken = next((picking.return_of for picking in announced if picking.return_of), None)
        return origins.of_transfer(case.warehouse.erp, taken) if taken else None
    found = _find(case)
    if found is None and not case.without_order:
        raise Rejected("CD-7030", **case.about(named=case.named or origins.words(case.told)))
    return found


def _find(case: Case) -> Origin | None:
    return origins.find(case.warehouse, case.told, case.named)


def candidates_of(known: Known, back: Sequence[Picking]) -> list[rules.Returnable]:
    """What left; of a transfer that says nothing of that, what it waits for."""
    if known.left:
        return rules.returnables(known.left, back)
    waiting = [picking for picking in known.announced if picking.state not in CLOSED]
    return [
        rules.Returnable(
            picking.id, move.id, move.sale_line_id, move.product_id, move.sku or "", move.unit, move.tracking,
            left=move.demand, lots={},
        )
        for picking in waiting
        for move in picking.moves
    ]  # fmt: skip


def _by_origin(case: Case, known: Known, shares: Sequence[Returned]) -> dict[int, list[Returned]]:
    """By the transfer that they left with. What left with none goes along with the first; 0: there is no other."""
    grouped: defaultdict[int, list[Returned]] = defaultdict(list)
    for share in (one for one in shares if one.move):
        assert share.move is not None  # noqa: S101  (the line above)
        grouped[share.move.picking_id].append(share)
    loose = [share for share in shares if share.move is None]
    if loose:
        waiting = next((picking.return_of or picking.id for picking in known.announced), 0)
        grouped[next(iter(grouped), waiting)] += loose
    return dict(grouped)


def _post(
    work: Work,
    case: Case,
    gateway: ErpGateway,
    known: Known,
    origin: int,
    shares: Sequence[Returned],
    memory: Mapping[str, Any],
) -> Effect:
    """Found by its mark, or posted to the transfer as it is now."""
    erp, key = case.warehouse.erp, f"{case.source}/in/{origin}"
    before = effects.of(erp, key)
    if before is not None and before.state == Effect.State.LANDED:
        return before
    memory = {**memory, **intents.moving(case.warehouse, case.told.received_at, _goods(shares))}
    done = next((one for one in (*known.back, *known.announced) if _is_ours(case, one, origin)), None)
    if done is not None:
        later = [one.id for one in known.announced if one.backorder_of == done.id]
        return effects.found(work, erp, key, VERB, memory, _result(case, known, shares, done, later))
    if before is not None:
        effects.wait_until_settled(erp, key, VERB)
    picking = return_transfers.open_one(work, case, gateway, known.left, known.announced, origin, shares)
    posting = _posting(case, gateway, known, picking, shares)
    write = effects.Write(
        key=key,
        verb=VERB,
        intent=memory,
        send=lambda: _receive(case, gateway, known, shares, picking, posting),
        calls=5,
        at=picking.name,
    )
    return effects.make(work, erp, write)


def _goods(shares: Sequence[Returned]) -> Iterator[Goods]:
    """What is scrapped comes in and leaves at once."""
    for share in (each for each in shares if each.target != Target.SCRAP):
        product = share.move.product_id if share.move else 0
        yield Goods(product, share.sku, share.quantity, share.lot or "", share.target.value)


def _receive(
    case: Case,
    gateway: ErpGateway,
    known: Known,
    shares: Sequence[Returned],
    picking: Picking,
    posting: ReceiptPosting,
) -> dict[str, Any]:
    posted = gateway.receive(picking, posting)
    return _result(case, known, shares, posted.picking, posted.backorders)


def _is_ours(case: Case, picking: Picking, origin: int) -> bool:
    named = origin in (picking.return_of, picking.id)
    return picking.state == "done" and picking.mark == case.mark and named


def _posting(
    case: Case, gateway: ErpGateway, known: Known, picking: Picking, shares: Sequence[Returned]
) -> ReceiptPosting:
    by_move: defaultdict[int, list[Returned]] = defaultdict(list)
    extras: defaultdict[tuple[str, str], list[Returned]] = defaultdict(list)
    for share in shares:
        move = move_of(picking, share)
        if move is None:
            extras[share.sku, share.unit].append(share)
        else:
            by_move[move.id].append(share)
    where = _locations(case, gateway, known, {share.target for share in shares})
    return ReceiptPosting(
        receipt=case.told.receipt,
        mark=case.mark,
        lines=tuple(
            PostingLine(move_id=move, quantity=_total(group), details=_details(group, where))
            for move, group in by_move.items()
        ),
        extras=tuple(
            ExtraLine(sku=sku, unit=unit, quantity=_total(group), details=_details(group, where))
            for (sku, unit), group in extras.items()
        ),
        keep_backorder=not case.is_last,
    )


def move_of(picking: Picking, share: Returned) -> Move | None:
    """The move that takes these goods back; without one that says so, the one of the product."""
    moves = [move for move in picking.moves if move.state != "cancel"]
    if share.move is not None:
        named = share.move.move_id
        return next((move for move in moves if named in (move.takes_back, move.id)), None)
    return next((move for move in moves if move.takes_back is None and move.sku == share.sku and move.demand), None)


def _locations(case: Case, gateway: ErpGateway, known: Known, targets: set[Target]) -> dict[Target, int]:
    """Odoo's location of each. Raises ConfigurationError CD-7034 for one that is missing."""
    return {target: location(case, gateway, known.places, target) for target in sorted(targets)}


def location(case: Case, gateway: ErpGateway, places: Mapping[str, int], target: Target) -> int:
    found = places.get(target)
    if found is None and target == Target.GOOD:
        return gateway.returns.stock_place(case.warehouse.erp_warehouse_id)
    if found is None and target == Target.SCRAP:
        found = gateway.returns.scrap_place(case.warehouse.company_id)
    if found is None:
        raise returning.no_place(case, target)
    return found


def _details(shares: Sequence[Returned], where: Mapping[Target, int]) -> tuple[PostingDetail, ...]:
    """One per lot and place."""
    merged: defaultdict[tuple[str | None, int, Any], Decimal] = defaultdict(Decimal)
    for share in shares:
        merged[share.lot, where[share.target], share.expires_on] += share.quantity
    return tuple(
        PostingDetail(quantity=quantity, lot=lot, location_id=place, expires_on=expires)
        for (lot, place, expires), quantity in merged.items()
    )


def _total(shares: Sequence[Returned]) -> Decimal:
    return sum((share.quantity for share in shares), NOTHING)


def _result(
    case: Case, known: Known, shares: Sequence[Returned], picking: Picking, backorders: Sequence[int]
) -> dict[str, Any]:
    """``advised``: it is a transfer of the advice; another one has a document of its own."""
    return {
        "advised": any(one.id == picking.id for one in known.announced),
        "backorders": list(backorders),
        "picking": picking.name,
        "picking_id": picking.id,
        "return_of": picking.return_of,
        "booked": [_booked(case, picking, share) for share in shares],
    }


def _booked(case: Case, picking: Picking, share: Returned) -> dict[str, Any]:
    move = move_of(picking, share) or next((one for one in picking.moves if one.sku == share.sku), None)
    if move is None:
        raise InvalidDocument("CD-7035", **case.about(picking=picking.name, detail=f"it holds no {share.sku}"))
    return {
        "index": share.index,
        "line": share.line,
        "sku": share.sku,
        "lot": share.lot or "",
        "condition": share.condition,
        "disposition": share.disposition,
        "quantity": format(share.quantity, "f"),
        "move": move.id,
        "product": move.product_id,
        "unit": move.unit,
        "tracking": move.tracking,
        "sale_line": move.sale_line_id,
        "left_with": share.move.move_id if share.move else None,
    }
