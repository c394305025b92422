"""Order release: what a confirmed order's deliveries ask of the warehouse, told once and told again when it changes.

Works on the latest snapshot of the order, or of a transfer to another warehouse. Operational impact: the warehouse
cannot start without it; seconds count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from django.db import transaction

from integration.adapters import registry
from integration.canonical.erp import Order, Picking, Replaced, Transfer
from integration.errors import Causes, Permanent
from integration.flows import (
    asking,
    books,
    by_hand,
    decided_deliveries,
    edited,
    forgotten,
    order_rules,
    releases,
    routing,
    sites,
    substitution,
    too_late,
    waves,
)
from integration.flows import changes as negotiation
from integration.flows.findings import Findings
from integration.flows.releases import Change, Delivery
from integration.jobs import configuration, inbox, outbox, remote, rollout, rows
from integration.jobs.looks import KINDS, ORDER
from integration.jobs.work import Outcome, Work
from integration.models import CapturedRecord, Document, ExternalReference, Mode, RolloutFlow, Warehouse
from integration.rules import changes
from integration.rules import release as rules
from integration.rules.policy import ReleasePoint
from integration.rules.release import Ways
from integration.rules.sayable import Sayable
from integration.rules.shipping import ReleasedLine

KEPT = "kept: in shadow it is not sent"
RELEASE = "order.release"
CONFIRMED = ("sale", "done")
State = Document.State

_ORDER = "connection_id = %(connection)s AND model = %(model)s AND record_id = %(order)s"
_OURS = """
connection_id = %(connection)s
AND (kind = %(kind)s AND erp_id = %(order)s OR kind = 'delivery' AND erp_id = ANY(%(pickings)s::int[]))"""


def handle(work: Work) -> Outcome:
    """Looks at all deliveries of the order; what is right goes out even when another delivery has to wait."""
    wanted = {name: work.job.payload[name] for name in ("connection", "order")}
    wanted["model"] = work.job.payload.get("model", ORDER)
    [record] = rows.find(CapturedRecord, _ORDER, wanted)
    if not record.content_hash:
        return Outcome("the order is being read again")
    found = Findings(record)
    for delivery in _deliveries(record, found):
        work.connection = delivery.warehouse.wms
        _look(work, delivery, found)
    if work.job.tries > 1 and any(cause.problem.heals for cause in found.against):
        _have_it_read(record)
    work.connection = found.stopped_by or work.connection
    return Outcome("; ".join(found.notes) or "nothing to release", found.commit, found.error)


def _have_it_read(record: CapturedRecord) -> None:
    """What was mended in Odoo may stand in other records, such as the customer: no poll of the order shows that."""
    with transaction.atomic():
        inbox.mark_dirty(record.connection, record.model, [record.record_id])


def _deliveries(record: CapturedRecord, found: Findings) -> Iterator[Delivery]:
    order = _as_order(record)
    connected = configuration.warehouses_of(record.connection_id)
    parent, known = _documents(record, order)
    found.also = partial(_afterwards, record.model, order, parent, connected)
    if record.model == ORDER and configuration.uses_waves():
        found.changes.append(waves.Left(parent, found.in_waves))
    for picking in order.pickings:
        warehouse = connected.get(picking.warehouse_id or order.warehouse_id)
        if picking.code != "outgoing" or picking.return_of is not None or picking.made_for is not None:
            continue
        if warehouse is None:
            found.notes.append(f"{picking.name} ships from a warehouse that is not connected")
            if record.model == ORDER and order.state in CONFIRMED and picking.state in rules.OPEN_STATES:
                found.unconnected[picking.warehouse_id or order.warehouse_id] = order.name
        elif (mode := _mode(record, order, parent, warehouse, known.get(picking.id))) != Mode.OFF:
            others, shadow = known.keys() - {picking.id}, mode == Mode.SHADOW
            yield Delivery(order, picking, parent, warehouse, known.get(picking.id), others, shadow)


def _afterwards(model: str, order: Order, parent: Document, connected: Mapping[int, Warehouse]) -> None:
    if model == ORDER:
        books.completed(order, parent, connected)
    edited.tell(order, connected)


def _as_order(record: CapturedRecord) -> Order:
    """A transfer is released as an order is: its ship legs are the deliveries, the other warehouse is the customer."""
    if record.model == ORDER:
        return Order.model_validate(record.snapshot)
    transfer = Transfer.model_validate(record.snapshot)
    return Order(
        id=transfer.id,
        name=transfer.name,
        state=CONFIRMED[0],
        company_id=transfer.company_id,
        warehouse_id=0,
        customer_id=0,
        written_at=transfer.written_at,
        pickings=tuple(picking for picking in transfer.pickings if picking.ships_to_warehouse),
    )


def _mode(record: CapturedRecord, order: Order, parent: Document, warehouse: Warehouse, known: Document | None) -> Mode:
    flow = RolloutFlow.RELEASE if record.model == ORDER else RolloutFlow.TRANSFER
    return rollout.of_document(warehouse, flow, order.ordered_at or parent.created_at, known=known is not None)


def _documents(record: CapturedRecord, order: Order) -> tuple[Document, dict[int, Document]]:
    """Ours of the order, and of those of its deliveries that we know, by Odoo's id."""
    kind = KINDS[record.model]
    named = {"connection": record.connection_id, "order": order.id, "kind": kind.value}
    found = rows.find(Document, _OURS, {**named, "pickings": [picking.id for picking in order.pickings]})
    parent = next(row for row in found if row.kind == kind)
    return parent, {row.erp_id: row for row in found if row.kind == Document.Kind.DELIVERY}


def _look(work: Work, delivery: Delivery, found: Findings) -> None:
    if delivery.shadow or (delivery.known is not None and outbox.is_kept(delivery.known, RELEASE)):
        _look_in_shadow(work, delivery, found)
    elif delivery.known is not None:
        _look_again(work, delivery, delivery.known, found)
    elif forgotten.has_left(delivery):
        _release_first(work, forgotten.as_released(delivery, _replaced(work, delivery)), found)
    elif delivery.order.state in CONFIRMED and not _ships_from_another(delivery) and _stays(work, delivery, found):
        _release_first(work, delivery, found)


def _replaced(work: Work, delivery: Delivery) -> Sequence[Replaced]:
    """Transfers have no lines whose place could be taken."""
    if delivery.parent.kind != Document.Kind.ORDER:
        return ()
    with remote.open_erp(delivery.warehouse.erp, work) as erp:
        return erp.substitutes.on(delivery.order.id, company=delivery.warehouse.company_id)


def _stays(work: Work, delivery: Delivery, found: Findings) -> bool:
    """Transfers are routed by no rule."""
    return found.record.model != ORDER or routing.may_go(work, delivery, found)


def _look_in_shadow(work: Work, delivery: Delivery, found: Findings) -> None:
    """People tell the warehouse. What was sent before the flow was in shadow is told no change any more."""
    known, picking = delivery.known, delivery.picking
    if known is None:
        if delivery.order.state in CONFIRMED and not _ships_from_another(delivery):
            _release_first(work, delivery, found)
    elif not outbox.is_kept(known, RELEASE):
        found.notes.append(f"{picking.name} is in shadow")
    elif picking.state == "cancel":
        found.changes.append(Change(delivery, releases.given_up))
    elif not _is_open(delivery):
        found.changes.append(Change(delivery, releases.left_by_hand))
    elif known.state == State.WAITING and not _is_as_released(delivery, known):
        _release(work, replace(delivery, shadow=True), found)  # kept anew: a taking over sends it as it is by then
    else:
        found.notes.append(f"{picking.name} stays with people")


def _is_open(delivery: Delivery) -> bool:
    pickings = changes.chain(delivery.order, delivery.picking.id, delivery.released_otherwise)
    return any(picking.state in rules.OPEN_STATES for picking in pickings)


def _ships_from_another(delivery: Delivery) -> bool:
    return _open_at_partner(delivery) or _succeeds(delivery) or forgotten.is_rest(delivery)


def _release_first(work: Work, delivery: Delivery, found: Findings) -> None:
    """The warehouse knows a delivery by its number: another company's delivery may have the same one."""
    if releases.known_at(delivery.warehouse.wms, delivery.picking.name) is not None:
        found.against.append(delivery.about("CD-4011"))
    else:
        _release(work, delivery, found)


def _open_at_partner(delivery: Delivery) -> bool:
    """A backorder, of whatever generation, of a release that the warehouse has not finished: it ships from there.

    A number is one delivery's at the warehouse; in Odoo another company may have one of the same name.
    """
    ancestors = _ancestors(delivery)
    if not ancestors:
        return False
    erp, wms = delivery.warehouse.erp, delivery.warehouse.wms
    held = ExternalReference.objects.filter(erp=erp, model="stock.picking", record_id__in=ancestors, partner=wms)
    numbers = list(held.filter(document_type="release").values_list("reference", flat=True))
    known = Document.objects.filter(connection=erp, warehouse__wms=wms, kind=Document.Kind.DELIVERY)
    roots = known.filter(reference__in=numbers)
    return roots.exclude(state__in=[State.SHIPPED, State.CANCELLED]).exists()


def _succeeds(delivery: Delivery) -> bool:
    """It stands in the place of a cancelled one that the warehouse has not ended: it ships from there."""
    cancelled = [
        picking.id
        for picking in delivery.order.pickings
        if picking.state == "cancel" and picking.is_followed_by(delivery.picking)
    ]
    if not cancelled:
        return False
    known = Document.objects.filter(
        connection=delivery.warehouse.erp, kind=Document.Kind.DELIVERY, erp_id__in=cancelled
    )
    return known.exclude(state__in=[State.SHIPPED, State.CANCELLED]).exists()


def _ancestors(delivery: Delivery) -> list[int]:
    backorder_of = {picking.id: picking.backorder_of for picking in delivery.order.pickings}
    found: list[int] = []
    earlier = delivery.picking.backorder_of
    while earlier is not None and earlier not in found:
        found.append(earlier)
        earlier = backorder_of.get(earlier)
    return found


def _look_again(work: Work, delivery: Delivery, known: Document, found: Findings) -> None:
    """It was released before: has it changed since?"""
    if known.state in (State.SHIPPED, State.CANCELLED):
        if delivery.order.state == "cancel" and known.state == State.SHIPPED:
            found.changes.append(Change(delivery, too_late.cancelled))
        elif known.change_count and known.changes.filter(stands=True).exists():
            found.changes.append(Change(delivery, negotiation.given_up))
        return
    if by_hand.is_over(delivery):
        found.changes.append(Change(delivery, by_hand.end))
        found.notes.append(f"{delivery.picking.name} was shipped by hand in Odoo")
    elif known.change_count == 0 and _is_as_released(delivery, known):
        found.changes.append(Change(delivery, releases.agrees))
    elif _may_go_again(known, delivery.point, cancelled=delivery.picking.state == "cancel"):
        _look_at_unsent(work, delivery, found)
    else:
        _negotiate(work, delivery, known, found)


def _is_as_released(delivery: Delivery, known: Document) -> bool:
    """Without a look at what is known of its lines."""
    is_open = rules.ready(delivery.picking, delivery.point)
    return is_open and rules.digest(delivery.order, delivery.picking, delivery.point) == known.content_hash


def _look_at_unsent(work: Work, delivery: Delivery, found: Findings) -> None:
    """The warehouse does not have it, or takes a newer version for the older one."""
    picking = delivery.picking
    if picking.state == "cancel":
        found.changes.append(Change(delivery, releases.take_back))
        found.notes.append(f"{picking.name} is cancelled in Odoo")
    elif rules.ready(picking, delivery.point):
        _release(work, delivery, found)


def _negotiate(work: Work, delivery: Delivery, known: Document, found: Findings) -> None:
    """What Odoo wants otherwise is asked of the warehouse; where that cannot be, a person is told."""
    if substitution.in_hand(known, delivery.warehouse.wms, delivery.picking):
        found.notes.append(f"{delivery.picking.name} is changed by a shipment that is being posted")
        return
    waits = asking.is_open(known)
    lines = sites.released_lines(known)
    pickings = changes.chain(delivery.order, delivery.picking.id, delivery.released_otherwise)
    wish = changes.wish(delivery.order, pickings, lines, known.told_header, delivery.point)
    told = changes.as_told(lines, known.told_header)
    if not known.told_header and not wish.cancels:  # released before changes were asked: which field is not known
        if rules.ready(delivery.picking, delivery.point):
            found.changes.append(Change(delivery, releases.differs))
    elif wish.as_json() == told.as_json() and not waits:
        found.changes.append(Change(delivery, negotiation.agree))
    elif not asking.can_ask(delivery, wish):
        tell = releases.cancelled if wish.cancels else releases.differs
        found.changes.append(Change(delivery, tell))
        found.notes.append(f"{delivery.picking.name} changed after its release")
    else:
        sayable = asking.sayable(delivery, pickings, lines, wish)
        found.against += sayable.against
        if (waits or sayable.wish.as_json() != told.as_json()) and asking.differs(delivery, lines, sayable.wish, told):
            _ask(work, delivery, pickings, lines, sayable, found)


def _ask(
    work: Work,
    delivery: Delivery,
    pickings: Sequence[Picking],
    lines: Sequence[ReleasedLine],
    sayable: Sayable,
    found: Findings,
) -> None:
    asked = asking.prepare(work, delivery, pickings, lines, sayable)
    found.changes.append(Change(delivery, partial(negotiation.ask, asked=asked)))
    found.notes.append(f"{asked.kind} {asked.number} of {delivery.picking.name} asked")


def _may_go_again(known: Document, point: ReleasePoint, *, cancelled: bool) -> bool:
    """Not at the warehouse yet, refused there, or released part by part: then a newer version simply replaces it.

    What is cancelled is only taken back where the warehouse surely has not got it.
    """
    if known.state == State.REJECTED or not (known.content_hash or cancelled):
        return True
    marked = known.outbound.filter(type="order.release").exclude(state__in=releases.UNMARKED)
    unsent = not marked.exists() and not releases.may_be_there(known)
    return unsent or (point == ReleasePoint.RESERVED_PART and known.state != State.PART_SHIPPED and not cancelled)


def _release(work: Work, delivery: Delivery, found: Findings) -> None:
    picking, warehouse, known = delivery.picking, delivery.warehouse, delivery.known
    if not rules.ready(picking, delivery.point):
        found.notes.append(f"{picking.name} waits for its release point ({warehouse.get_release_point_display()})")
        return
    ruled = found.record.model == ORDER
    found.changes.append(decided_deliveries.of(delivery, ruled=ruled))
    judged = order_rules.judge(delivery) if ruled else order_rules.Judged()
    found.changes += judged.kept
    found.against += judged.against
    try:
        decided = decide(delivery, judged.ways)
    except Causes as against:
        found.against += [cause for cause in against.causes if isinstance(cause, Permanent)]
        return
    if judged.against:
        return
    stand = waves.stand(delivery, judged.wave, judged.ways.priority)
    if stand.waits is not None:
        waves.wait(delivery, stand.waits, waves.Turn(judged.rank, judged.ways.priority), found)
        return
    decided = decided.as_version(known.version + 1 if known else 1).in_wave(stand.number)
    wms = registry.wms_for_receiving(remote.settings_for(warehouse.wms))  # rendering uses no network
    body = wms.render(decided.document)
    make = partial(releases.release, decided=decided, body=body, trace_id=work.job.trace_id)
    found.changes.append(Change(delivery, make))
    found.notes.append(f"{picking.name} {KEPT if delivery.shadow else 'released'}")


def decide(delivery: Delivery, ways: Ways) -> rules.Release:
    """What the warehouse is asked for, in its own words. Raises Causes."""
    return rules.decide(delivery.order, delivery.picking, sites.site_of(delivery.warehouse, _codes(delivery)), ways)


def _codes(delivery: Delivery) -> set[str]:
    codes = {code for move in delivery.picking.moves for code in (move.sku, move.unit, move.kit) if code}
    return codes | ({delivery.picking.carrier.name} if delivery.picking.carrier else set())
