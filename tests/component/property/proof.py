"""Does every side hold the same, once in effect; does everything that is not done wait for somebody?"""

from collections.abc import Iterable, Iterator
from datetime import time
from decimal import Decimal
from itertools import chain

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Now

from integration.canonical.shipments import ShipmentConfirmed
from integration.jobs import engine
from integration.models import (
    ConnectionGate,
    Document,
    Effect,
    ExceptionCase,
    InboundMessage,
    Lane,
    OutboundMessage,
    ReconciliationRun,
    RemoteSlot,
    ResourceLock,
    Stream,
    SyncJob,
    Variance,
    Warehouse,
)
from integration.reconcile import beside_odoo, lines
from tests.component.flows.conftest import SLUG
from tests.component.flows.yard import Sale
from tests.component.property import books
from tests.component.property.depot import Depot, mapping_of

State = SyncJob.State
# Cases about a code, a connection or a person's turn: no order of theirs has to excuse them.
UNMAPPED = "CD-3001"
UNANSWERED = ("CD-4007", "CD-7002")
RECORDS = ("CD-3010", "CD-3013")  # of master data: nothing waits for them
NEVER = ("CD-9001", "CD-9002", "CD-9003", "CD-1001", "CD-1007")


def prove(depot: Depot, also: Iterable[str] = ()) -> None:
    """After a drain. Raises AssertionError with all that is wrong; ``also``: what others have found."""
    wrong = [*_at_rest(), *_cases(depot), *_mappings(), *_messages(), *_sums()]
    held = depot.wms.server.world.orders.held
    for shipment in depot.wms.server.world.orders.shipments:
        if depot.is_sale(held[shipment.release].release.order):
            wrong += _shipment(depot, shipment)
    for sale in depot.sales:
        wrong += _sale(depot, sale)
    wrong += also
    assert not wrong, "\n".join(wrong)


def _at_rest() -> Iterator[str]:
    """No work that nothing wakes, and nothing held by nobody."""
    unresolved = SyncJob.objects.filter(pk=OuterRef("pk"), waits_on__case__state__in=ExceptionCase.UNRESOLVED)
    active = SyncJob.objects.filter(state__in=SyncJob.ACTIVE).annotate(told=Exists(unresolved)).order_by("pk")
    seen: set[int] = set()
    for job in active.select_related("stream"):
        head = job.stream_id not in seen
        seen.add(job.stream_id)
        if head and not (job.state in (State.BLOCKED, State.NEEDS_ATTENTION) and job.told):
            yield f"{job} is {job.state} ({job.failure_code}) and nothing wakes it"
        if head and job.stream.next_due_at != job.next_attempt_at:
            yield f"{job} is due {job.next_attempt_at}, its stream {job.stream.next_due_at}"
        if not head and job.state == State.RUNNING:
            yield f"{job} runs behind another one"
    for stream in Stream.objects.filter(Q(claim_token__isnull=False) | Q(claimed_until__isnull=False)):
        yield f"{stream} is claimed"
    for stream in Stream.objects.filter(next_due_at__isnull=False).exclude(pk__in=seen):
        yield f"{stream} is due and empty"
    for gate in ConnectionGate.objects.exclude(breaker="closed"):
        yield f"{gate} with everything up"
    held = [*RemoteSlot.objects.filter(leased_until__gt=Now()), *ResourceLock.objects.filter(held_until__gt=Now())]
    yield from (f"{each} is held" for each in held)


def _sums() -> Iterator[str]:
    """Lines add up, are what their movements say, and are in Odoo."""
    lines.look()
    _beside_odoo()
    for row in Variance.objects.filter(gone_at=None):
        yield f"{row.get_subject_display()}: {row} {row.sku}, {row.says} instead of {row.found}"


def _beside_odoo() -> None:
    """The walk of a day, anew."""
    Warehouse.objects.update(reconcile_at=time(0))
    ReconciliationRun.objects.filter(warehouse__isnull=False).delete()
    beside_odoo.start()
    while sum(engine.run_lane(lane, beside_odoo.HANDLERS, seconds=60) for lane in (Lane.INVENTORY, Lane.MASTER_DATA)):
        pass
    assert not ReconciliationRun.objects.filter(ended_at=None).exists()


def _cases(depot: Depot) -> Iterator[str]:
    """Each is about something that happened, and somebody or something waits for it."""
    for case in ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED):
        if case.code in NEVER:
            yield f"{case.code}: {case.cause}"
        if case.document_id is None and case.code not in RECORDS and not case.waiting.exists():
            yield f"nothing waits for {case.code}: {case.cause}"
        names = about(case)
        excused = case.code in {code for name in names for code in depot.excused[name]}
        if case.code not in (UNMAPPED, *UNANSWERED, *RECORDS) and not excused:
            yield f"{case.code} for nothing that happened to {sorted(names)}: {case.cause}"
        if case.code in UNANSWERED and not _unanswered(depot, case):
            yield f"the warehouse answered: {case.cause}"


def _unanswered(depot: Depot, case: ExceptionCase) -> bool:
    release, world = str(case.context["release"]), depot.wms.server.world.orders
    held = world.held.get(release) or world.advices.held.get(release)
    waits = SyncJob.objects.filter(flow="acknowledgement", state__in=SyncJob.ACTIVE, document=case.document)
    return (held is not None and held.status == "received") or waits.exists()  # behind a job that a person has to clear


def about(case: ExceptionCase) -> set[str]:
    """The names of the orders that it, or what waits for it, is about; of what has no order, the empty one."""
    waiting = case.waiting.select_related("job__document__parent")
    documents = [case.document, *(each.job.document for each in waiting)]
    orders = {(each.parent or each).reference for each in documents if each is not None}
    return orders | ({str(case.context["order"])} if case.context.get("order") else set()) or {""}


def _mappings() -> Iterator[str]:
    for case in ExceptionCase.objects.filter(code=UNMAPPED, state__in=ExceptionCase.UNRESOLVED):
        if mapping_of(str(case.context["code"])) is not None:
            yield f"it is mapped: {case.cause}"


def _messages() -> Iterator[str]:
    """What was taken is worked on; what was to be sent is sent, replaced, or waits behind a case."""
    for message in InboundMessage.objects.annotate(count=Count("jobs")).filter(count=0):
        yield f"{message} has no job"
    for message in OutboundMessage.objects.filter(state=OutboundMessage.State.QUEUED).select_related("job"):
        if message.job.state not in SyncJob.ACTIVE:
            yield f"{message} is queued, and its job {message.job.state}"
    for effect in Effect.objects.filter(state=Effect.State.INTENDED):
        if effect.job is None or effect.job.state not in SyncJob.ACTIVE:
            yield f"nobody looks what came of {effect}"


def _shipment(depot: Depot, shipment: ShipmentConfirmed) -> Iterator[str]:
    """Once on each side, alike; or nowhere but in the warehouse, with a job that waits."""
    sale = depot.sale_of(depot.wms.server.world.orders.held[shipment.release].release.order)
    source = f"shipment/{SLUG}/{shipment.release}/{shipment.shipment}"
    marked = books.of_odoo(depot.odoo, sale).marked[shipment.shipment]
    theirs, ours = books.of_warehouse(shipment), books.of_ours(source)
    landed = Effect.objects.filter(key=source, state=Effect.State.LANDED).exists()
    name = f"{shipment.shipment} of {shipment.release}"
    if len(marked) > 1:
        yield f"{name} is posted {len(marked)} times: {marked}"
    if shipment.shipment in depot.refused and (ours or landed or marked):
        yield f"{name} is posted, and was not ordered: {theirs}"
    if ours or landed:
        if not (landed and [theirs, theirs] == [ours, *marked]):
            yield f"{name}: the warehouse says {theirs}, we say {ours} ({landed=}), Odoo says {marked}"
    elif marked and sale.name not in depot.ended:
        yield f"{name} is in Odoo, and we do not know"
    elif not _waits(shipment) and sale.name not in depot.ended:
        yield f"{name} is nowhere, and nothing waits"


def _waits(shipment: ShipmentConfirmed) -> bool:
    messages = InboundMessage.objects.filter(type="shipment.confirmed", reference=shipment.shipment)
    return SyncJob.objects.filter(inbound__in=messages, state__in=SyncJob.ACTIVE).exists()


def _sale(depot: Depot, sale: Sale) -> Iterator[str]:
    odoo, ours = books.of_odoo(depot.odoo, sale), books.lines_of_ours(sale)
    for line_id, line in odoo.lines.items():
        name = f"{sale.name} line {line_id}"
        if abs(odoo.delivered[line_id] - line.shipped + line.returned) > odoo.residue[line_id]:
            yield f"{name}: Odoo delivered {odoo.delivered[line_id]} and moved {line}"
        if sale.name not in depot.uneven and not line.balanced:
            yield f"{name}: Odoo's sums: {line}"
    yield from _own_sums(sale)
    if _excused(depot, sale):
        return
    for line_id in (odoo.lines.keys() | ours.keys()) - odoo.substitutes:
        known = line_id in ours
        if sale.name in depot.uneven:  # lowered while a posting was under way: what is over cannot be told from that
            odoo.lines[line_id].over = ours[line_id].over
        yield from _line(f"{sale.name} line {line_id}", odoo.lines[line_id], ours[line_id], known=known)
    instead = sum(line.shipped for line_id, line in odoo.lines.items() if line_id in odoo.substitutes)
    if instead != sum(line.instead for line in ours.values()):
        yield f"{sale.name}: Odoo shipped {instead} in the place of others, we say {ours}"
    yield from _still_open(depot, sale)


def _own_sums(sale: Sale) -> Iterator[str]:
    for row in books.deliveries_of(sale):
        if books.open_of(row) < 0 or row.over != max(Decimal(0), row.gone - row.ordered):
            yield f"{row}: {row.ordered=} {row.over=} {row.shipped=} {row.substituted=} {row.cancelled=}"


def _excused(depot: Depot, sale: Sale) -> bool:
    """A person ended a part of its work or did it by hand, or a case says why the sides differ."""
    if sale.name in depot.ended | depot.by_hand:
        return True
    open_cases = ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED).exclude(code__in=UNANSWERED)
    return sale.name in chain.from_iterable(about(case) for case in open_cases)


def _line(name: str, odoo: books.Line, ours: books.Line, *, known: bool) -> Iterator[str]:
    """What was cancelled before we ever asked for it is Odoo's alone."""
    for what in ("over", "shipped", "returned", "open", *(["cancelled"] if known else [])):
        if getattr(odoo, what) != getattr(ours, what):
            yield f"{name}: {what}: Odoo says {odoo}, we say {ours}"


def _still_open(depot: Depot, sale: Sale) -> Iterator[str]:
    """What we think that the warehouse still has to ship is what it still means to ship."""
    done = [Document.State.SHIPPED, Document.State.CANCELLED]
    ours = {row.line: books.open_of(row) for row in books.deliveries_of(sale).exclude(document__state__in=done)}
    theirs = books.open_at_warehouse(depot, sale)
    theirs = {line: max(quantity, Decimal(0)) for line, quantity in theirs.items()}
    if {line: left for line, left in ours.items() if left} != {line: left for line, left in theirs.items() if left}:
        yield f"{sale.name}: still to ship: the warehouse says {theirs}, we say {ours}"
