"""What a person has done about stock that differs, from its case. Every act is written to the audit log with it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Q

from integration.adapters.base import Capability
from integration.jobs import acts, cases, inventories, missing, recount
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.states import sources
from integration.models import (
    CaseEvent,
    Connection,
    ExceptionCase,
    InboundMessage,
    Place,
    RolloutFlow,
    ShadowDocument,
    StockDifference,
    StockEvent,
    StockSnapshot,
    SyncJob,
    Variance,
    VarianceCause,
)

CODE = "CD-8204"
UNMAPPED = "code/"
LONGEST = 64  # number of a count
Cause = VarianceCause.Cause
WAITS = (Cause.NOT_YET, Cause.FAILED, Cause.MAPPING)  # whose job, if there is one, may be tried again
# What is not to be corrected in Odoo: it comes by itself, or another act is for it.
APART = (Cause.UNKEYED, Cause.MISSING, Cause.BY_HAND, Cause.MAPPING, Cause.UNIT)
NOT_THERE = (Cause.ROUNDING, Cause.REFUSED)  # what the warehouse reports of it is not taken over
CONFIRMED = ("shipment_confirmation", "receipt_confirmation", "return_receipt")
RECKONED = ("shipment_confirmation", "inventory_adjustment")  # flows whose work in hand a count reckons with by itself


def source_of(row: Variance) -> str:
    """What the case of a product names; of a code that is not mapped, the code, which may be a number as well."""
    return f"variance/{row.warehouse_id}/{row.product_id or f'{UNMAPPED}{row.sku}'}"


def of(case: ExceptionCase) -> list[Variance]:
    """What differs now of the case's product, with its causes."""
    _, warehouse, about = (case.context.get("source") or "//").split("/", 2)
    if not warehouse.isdigit():
        return []
    rows = Variance.objects.filter(subject=Variance.Subject.STOCK, warehouse=int(warehouse), gone_at=None)
    product = int(about) if about.isdigit() and int(about) < 2**31 else 0
    code = about.removeprefix(UNMAPPED) if about.startswith(UNMAPPED) else ""
    found = rows.filter(product_id=product) if product else rows.filter(product_id=0, sku=code)
    return list(found.select_related("warehouse__wms", "warehouse__erp").prefetch_related("causes").order_by("pk"))


def work_again(case_id: int, actor: Actor, reason: str) -> int:
    """Tries what waits once more, and has messages worked on that a person had ended; returns how many. Raises
    NotAllowed."""
    with transaction.atomic():
        case = _held(case_id)
        causes = [cause for row in of(case) for cause in row.causes.all()]
        count = _tried([cause.job for cause in causes if cause.cause in WAITS and cause.job], actor)
        ended = {cause.message for cause in causes if cause.cause == Cause.REFUSED and cause.job and cause.message}
        count += _replayed(ended, actor, reason)
        if not count:
            raise NotAllowed("Nothing of it waits, or was ended by a person: it is being worked on, or done.")
        cases.record(case, CaseEvent.Kind.TRIED, reason, actor.name, actor.user)
        acts.note(actor, "work on variance", case.title, case=case_id, source=case.context.get("source"), jobs=count)
    return count


def ask(case_id: int, actor: Actor, reason: str) -> bool:
    """Has the warehouse asked for its stock, and compared; returns whether it can be asked. Where it cannot, what it
    said last is compared once more. Raises NotAllowed."""
    with transaction.atomic():
        case = _held(case_id)
        warehouses = {row.warehouse for row in of(case) if row.warehouse is not None}
        if not warehouses:
            raise NotAllowed("It agrees by now.")
        asked = any(list(map(inventories.ask, warehouses)))
        cases.record(case, CaseEvent.Kind.TRIED, reason, actor.name, actor.user)
        acts.note(actor, "ask for stock", case.title, case=case_id, source=case.context.get("source"), asked=asked)
    return asked


def fetch(case_id: int, actor: Actor, reason: str) -> int:
    """Has the warehouse asked for the messages that are missing; returns of how many documents. Raises NotAllowed."""
    with transaction.atomic():
        case = _held(case_id)
        wanted = to_fetch(of(case))
        if not wanted:
            raise NotAllowed("No message of it is missing, or this warehouse cannot be asked for messages.")
        for partner, reference in wanted:
            missing.fetch_about(partner, reference)
        cases.record(case, CaseEvent.Kind.TRIED, reason, actor.name, actor.user)
        named = [reference for _, reference in wanted]
        acts.note(actor, "fetch messages", case.title, case=case_id, source=case.context.get("source"), about=named)
    return len(wanted)


def to_fetch(rows: Sequence[Variance]) -> list[tuple[Connection, str]]:
    """Documents of which a message is missing, at warehouses that can be asked for it."""
    found = {
        (row.warehouse.wms, cause.number)
        for row in rows
        for cause in row.causes.all()
        if row.warehouse is not None and cause.cause == Cause.MISSING and cause.number
    }
    able = {partner: missing.can(partner, Capability.FETCH_EVENTS) for partner in {partner for partner, _ in found}}
    return sorted((one for one in found if able[one[0]]), key=lambda one: (one[0].pk, one[1]))


def correct(case_id: int, actor: Actor, reason: str) -> int:
    """Has Odoo corrected to what the warehouse has, as if it had been counted for the snapshot: what no rule lets
    through waits for somebody's approval. Returns how many slots. Raises NotAllowed."""
    with transaction.atomic():
        case = _held(case_id)
        rows = to_correct(of(case))
        if not rows:
            raise NotAllowed("Nothing of it is to be corrected in Odoo: each of its causes asks for something else.")
        if moved := moved_since(rows[0]):
            at, since, sku = _minute(rows[0].as_of), _minute(moved), rows[0].sku
            raise NotAllowed(
                f"The warehouse's figure is of {at}, and {sku} moved there at {since}: ask for its stock first."
            )
        fresh = _counts(rows, reason)
        if not fresh:
            raise NotAllowed("It is being corrected already: see Stock differences.")
        StockDifference.objects.bulk_create(fresh)
        recount.judge({row.source for row in fresh})
        cases.record(case, CaseEvent.Kind.TRIED, reason, actor.name, actor.user)
        acts.note(actor, "correct stock", case.title, case=case_id, source=fresh[0].source, lines=len(fresh))
    return len(fresh)


def to_correct(rows: Sequence[Variance]) -> list[Variance]:
    """Those of which something is unexplained, doubled, on one side only or elsewhere, and nothing comes by itself that
    would be booked twice then."""
    jobs = {cause.job for row in rows for cause in row.causes.all() if cause.job}
    flows = dict(SyncJob.objects.filter(pk__in=jobs).values_list("pk", "flow"))
    return [row for row in rows if row.product_id and _has_a_rest(row, flows)]


def moved_since(row: Variance) -> datetime | None:
    """When the product moved there last, if that was after the warehouse's figure: by our books, by what is in hand, by
    hand in Odoo, or told or keyed in shadow."""
    at, about = row.as_of, {"warehouse": row.warehouse_id, "product_id": row.product_id}
    events = StockEvent.objects.filter(happened_at__gt=at, **about)
    changes = StockDifference.objects.filter(happened_at__gt=at, **about).exclude(state=StockDifference.State.REFUSED)
    in_hand = InboundMessage.objects.filter(received_at__gt=at, jobs__flow__in=CONFIRMED)
    in_hand = in_hand.filter(jobs__state__in=SyncJob.ACTIVE, jobs__document__warehouse=row.warehouse_id)
    in_hand = in_hand.filter(jobs__document__lines__product_id=row.product_id)
    known = [
        events.aggregate(at=Max("happened_at"))["at"],
        changes.aggregate(at=Max("happened_at"))["at"],
        in_hand.aggregate(at=Max("received_at"))["at"],
        *_in_shadow_since(row),
    ]
    return max((each for each in known if each is not None), default=None)


def _in_shadow_since(row: Variance) -> Iterable[datetime]:
    told = ShadowDocument.objects.filter(Q(told_at__gt=row.as_of) | Q(keyed_at__gt=row.as_of), warehouse=row.warehouse)
    told = told.exclude(Q(flow=RolloutFlow.INVENTORY) | Q(key__startswith="release/"))
    for each in told.exclude(decision=ShadowDocument.Decision.TAKEN):
        lines = [line for part in (*each.wanted.values(), each.keyed) for line in part.get("lines", ())]
        if any(line[0] == row.sku for line in lines):
            yield max(at for at in (each.told_at, each.keyed_at) if at is not None)


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _has_a_rest(row: Variance, flows: Mapping[int, str]) -> bool:
    causes = list(row.causes.all())
    in_hand = [cause for cause in causes if cause.cause in WAITS and cause.job]
    others = {cause.cause for cause in causes if cause not in in_hand}
    reckoned = all(flows.get(cause.job or 0, "") in RECKONED for cause in in_hand)
    return reckoned and not others & {*APART} and bool(others - {*NOT_THERE} or row.unexplained)


def to_post(row: Variance) -> Decimal:
    """By how much Odoo would be corrected: without what comes by itself, and what is not taken over."""
    causes = row.causes.all()
    apart = [cause for cause in causes if cause.cause in NOT_THERE or (cause.cause in WAITS and cause.job)]
    return Decimal(row.found - row.says - sum((cause.quantity for cause in apart), Decimal(0)))


def corrections(case: ExceptionCase) -> list[StockDifference]:
    """What was handed on from its case, the latest first."""
    source = case.context.get("source")
    rows = StockDifference.objects.filter(source__startswith=f"{source}/", kind=StockDifference.Kind.COUNTED)
    return list(rows.order_by("-pk")) if source and case.code == CODE else []


def may_be_worked_on(row: Variance) -> bool:
    return any(cause.job and cause.cause in (*WAITS, Cause.REFUSED) for cause in row.causes.all())


def _held(case_id: int) -> ExceptionCase:
    case = acts.held_case(case_id)
    if case.code != CODE:
        raise NotAllowed("This case asks for something else.")
    return case


def _tried(jobs: Sequence[int], actor: Actor) -> int:
    """Those that wait; one that is being worked on needs nobody."""
    waiting = SyncJob.objects.filter(pk__in=jobs, state__in=sources(SyncJob.State.PENDING)).order_by("stream_id", "pk")
    numbers = list(waiting.values_list("pk", flat=True))
    for pk in numbers:
        acts.retry_job(pk, actor)
    return len(numbers)


def _replayed(messages: Iterable[int], actor: Actor, reason: str) -> int:
    """Those that no job has in hand."""
    rows = InboundMessage.objects.filter(pk__in=set(messages)).exclude(jobs__state__in=SyncJob.ACTIVE)
    numbers = list(rows.order_by("pk").values_list("pk", flat=True))
    for pk in numbers:
        acts.replay_message(pk, actor, reason)
    return len(numbers)


def _counts(rows: Sequence[Variance], reason: str) -> list[StockDifference]:
    """A slot is counted once for a snapshot, however often somebody asks for it."""
    first = rows[0]
    assert first.as_of is not None  # noqa: S101  (of stock)
    snapshot = StockSnapshot.objects.filter(warehouse=first.warehouse_id, taken_at=first.as_of).order_by("pk").first()
    number = snapshot.number if snapshot else f"{first.as_of:%Y-%m-%d %H:%M}"
    source = f"{source_of(first)}/{number}"
    known = set(StockDifference.objects.filter(source=source).values_list("place", "lot"))
    places = Place.objects.filter(warehouse=first.warehouse_id, erp_location_id__in={row.place for row in rows})
    conditions = {place.erp_location_id: place.condition for place in places.order_by("-condition")}
    fresh = [row for row in rows if (row.place, row.lot) not in known and row.as_of == first.as_of]
    shown = _shown(number, first.product_id)
    return [
        _count(row, source, shown, str(line), conditions.get(row.place, "good"), reason)
        for line, row in enumerate(fresh, len(known))
    ]


def _shown(number: str, product: int) -> str:
    """All work on a count, and its case, go by its number: several products may be corrected to one snapshot."""
    own = f"/{product}"
    return f"{number[: LONGEST - len(own)]}{own}"


def _count(row: Variance, source: str, number: str, line: str, condition: str, reason: str) -> StockDifference:
    kept = sum((cause.quantity for cause in row.causes.all() if cause.cause in NOT_THERE), Decimal(0))
    assert row.as_of is not None  # noqa: S101  (of stock)
    return StockDifference(
        warehouse=row.warehouse,
        kind=StockDifference.Kind.COUNTED,
        source=source,
        number=number,
        line=line,
        product_id=row.product_id,
        sku=row.sku,
        tracking=row.tracking,
        lot=row.lot,
        condition=condition,
        place=row.place,
        quantity=row.found - kept,
        currency=row.currency,
        note=reason[:500],
        happened_at=row.as_of,
    )
