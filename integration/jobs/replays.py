"""Replays: which messages, tried first, let go by a person (by two, when much money hangs on it), begun in their order.

What a message did before is recognised, not done again: that is the business of the flows, not of this module.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from integration.errors import InvalidDocument
from integration.jobs import acts, inbox, routes, streams
from integration.jobs.acts import Actor, NotAllowed, note
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.work import Work
from integration.models import Document, InboundMessage, Replay, ReplayItem, SyncJob, Warehouse

MOST = 10_000  # messages of one replay
AT_ONCE = 200  # of its jobs that are at work or due: what comes in meanwhile gets its turn
PAUSE, LONG_PAUSE = 2.0, 30.0  # seconds until its jobs are looked at again
TRY, RUN = "replay_preview", "replay_run"
State, Verdict, Step = Replay.State, ReplayItem.Verdict, ReplayItem.State
AT_WORK = (SyncJob.State.PENDING, SyncJob.State.RUNNING)
STOPPED = (SyncJob.State.BLOCKED, SyncJob.State.NEEDS_ATTENTION)
WAITS = (SyncJob.State.RETRY, *STOPPED)
HARMLESS = {  # what is left out of a run, and why
    Verdict.NOTHING: "nothing would change",
    Verdict.BUSY: "its job was at work already",
}
SINCE = "it was worked on since it was tried"
OTHERS = "its job was taken up by somebody else"


@dataclass(frozen=True, slots=True)
class Told:
    """What trying a message came to: see ``ReplayItem``."""

    verdict: ReplayItem.Verdict
    code: str = ""
    text: str = ""
    writes: Sequence[Mapping[str, str]] = ()
    changes: Mapping[str, int] = field(default_factory=dict)
    seen_job: int | None = None
    seen_state: str = ""
    document_id: int | None = None

    def having_seen(self, job: SyncJob | None, document: int | None) -> "Told":
        seen = replace(self, seen_job=job.pk, seen_state=job.state) if job else self
        return replace(seen, document_id=document)


def make(messages: QuerySet[InboundMessage], chosen: str, actor: Actor) -> Replay:
    """Keeps which messages, and has them tried. Who has the same ones in an open replay is led to that.

    ``chosen`` says in words which they are. Raises NotAllowed for none, and for more than ``MOST``.
    """
    # By the time they came: there is an index for it, and a filter by day reads no more than that day.
    found = messages.order_by("received_at", "pk").values_list("pk", flat=True)[: MOST + 1]
    ids = sorted(found)
    if not ids:
        raise NotAllowed("No message fits.")
    if len(ids) > MOST:
        raise NotAllowed(f"More than {MOST:,} messages fit: choose fewer by the filters.")
    digest = hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()
    same = Replay.objects.filter(made_by=actor.user, digest=digest, state__in=Replay.OPEN)
    try:
        with transaction.atomic():
            return same.first() or _made(ids, digest, chosen, actor)
    except IntegrityError:  # a second click at the same moment
        return same.get()


def run(pk: int, round_: int, actor: Actor, reason: str) -> Replay:
    """Lets it go, or has it wait for a second person when more hangs on it than the limit. Raises NotAllowed."""
    with transaction.atomic():
        replay = _held(pk, round_, State.READY)
        if replay.made_by != actor.user:
            raise NotAllowed(f"{replay.made_by_name} has made it: only who made a replay runs it.")
        if not replay.items.exclude(verdict__in=HARMLESS).exists():
            raise NotAllowed("Nothing of it would change anything.")
        replay.reason, replay.asked_at = reason[:300], Now()
        if needs_approval(replay):
            replay.state = State.WAITING
            replay.save(update_fields=["state", "reason", "asked_at"])
        else:
            _let_go(replay, ["reason", "asked_at"])
        note(actor, "run replay", str(replay), replay=pk, messages=replay.size, reason=reason, stakes=replay.stakes)
    return replay


def approve(pk: int, round_: int, actor: Actor) -> None:
    """The second person's yes. Raises NotAllowed, for who made it too."""
    with transaction.atomic():
        replay = _held(pk, round_, State.WAITING)
        if replay.made_by == actor.user:
            raise NotAllowed("Somebody else has to approve what you have made.")
        replay.approved_by, replay.approved_by_name, replay.approved_at = actor.user, actor.name, Now()
        _let_go(replay, ["approved_by", "approved_by_name", "approved_at"])
        note(actor, "approve replay", str(replay), replay=pk, stakes=replay.stakes, reason=replay.reason)


def try_again(pk: int, round_: int, actor: Actor) -> None:
    """Has it tried anew, as things are now: what was asked for or shown before counts no more. Raises NotAllowed."""
    with transaction.atomic():
        replay = _held(pk, round_, State.READY, State.WAITING)
        replay.state, replay.round, replay.stakes, replay.unvalued = State.TRYING, replay.round + 1, {}, 0
        replay.reason, replay.asked_at, replay.tried_at = "", None, None
        replay.save()
        replay.items.update(verdict=Verdict.UNTRIED, code="", text="", writes=[], changes={})
        _enqueue(TRY, replay)
        note(actor, "try replay", str(replay), replay=pk, round=replay.round)


def cancel(pk: int, actor: Actor) -> int:
    """Begins no more of it, and ends those jobs that it has made and nobody has begun; returns how many.

    Raises NotAllowed.
    """
    with transaction.atomic():
        replay = _held(pk, None, *Replay.OPEN)
        replay.state, replay.cancelled_by_name, replay.ended_at = State.CANCELLED, actor.name, Now()
        replay.save(update_fields=["state", "cancelled_by_name", "ended_at"])
        ours = replay.items.filter(state=Step.BEGUN, made=True, job__state=SyncJob.State.PENDING)
        ended = acts.cancel_pending(list(ours.values_list("job", flat=True)))
        note(actor, "cancel replay", str(replay), replay=pk, jobs=ended)
    return ended


def needs_approval(replay: Replay) -> bool:
    limit = Decimal(str(settings.REPLAY_APPROVAL_ABOVE))
    return replay.unvalued > 0 or any(Decimal(amount) > limit for amount in replay.stakes.values())


def untried(pk: int) -> ReplayItem | None:
    """The next message to be tried; None when there is none, or nobody wants it any more."""
    left = ReplayItem.objects.filter(replay=pk, replay__state=State.TRYING, verdict=Verdict.UNTRIED)
    return left.select_related("message").defer("message__body").order_by("pk").first()


def latest_job(message: int) -> SyncJob | None:
    return SyncJob.objects.filter(inbound=message).order_by("-pk").first()


def tell(work: Work, item: ReplayItem, told: Told) -> None:
    """Keeps what trying a message came to. Raises ClaimLost."""
    values = asdict(told) | {"text": told.text[:500], "writes": list(told.writes)}
    with transaction.atomic():
        streams.lock(work.claim)
        ReplayItem.objects.filter(pk=item.pk, replay__state=State.TRYING).update(**values)


def tried(pk: int) -> None:
    """Goes on with the next ones, or is ready. Call inside the transaction that settles the job."""
    replay = Replay.objects.select_for_update().get(pk=pk)
    if replay.state != State.TRYING:
        return
    if replay.items.filter(verdict=Verdict.UNTRIED).exists():
        _enqueue(TRY, replay)
        return
    replay.state, replay.tried_at = State.READY, Now()
    replay.stakes, replay.unvalued = _stakes(replay), _unvalued(replay)
    replay.save(update_fields=["state", "tried_at", "stakes", "unvalued"])


def begin(work: Work, pk: int) -> bool:
    """Has the next message worked on; False when there is none, or nobody wants it any more. Raises ClaimLost."""
    with transaction.atomic():
        streams.lock(work.claim)
        replay = Replay.objects.select_for_update().get(pk=pk)
        item = replay.items.filter(state=Step.CHOSEN).order_by("pk").first()
        if replay.state != State.RUNNING or item is None:
            return False
        _begin(item)
        kept = {"state": item.state, "job": item.job, "made": item.made, "note": item.note}
        ReplayItem.objects.filter(pk=item.pk).update(**kept)
    return True


def room(pk: int) -> int:
    """How many more may be begun now."""
    return AT_ONCE - _at_work(pk).count()


def _at_work(pk: int) -> QuerySet[ReplayItem]:
    """What goes on by itself: a job behind one that has stopped waits for a fix or a person, as that one does."""
    stopped = SyncJob.objects.filter(stream=OuterRef("job__stream"), pk__lt=OuterRef("job"), state__in=STOPPED)
    return ReplayItem.objects.filter(~Exists(stopped), replay=pk, state=Step.BEGUN, job__state__in=AT_WORK)


def go_on(pk: int) -> None:
    """Looks again, at once or later, or is done. Call inside the transaction that settles the job."""
    replay = Replay.objects.select_for_update().get(pk=pk)
    if replay.state != State.RUNNING:
        return
    busy = _at_work(pk).exists()
    if replay.items.filter(state=Step.CHOSEN).exists():
        _enqueue(RUN, replay, 0.0 if room(pk) > 0 else PAUSE)
    elif busy or replay.items.filter(state=Step.BEGUN, job__state=SyncJob.State.RETRY).exists():
        _enqueue(RUN, replay, PAUSE if busy else LONG_PAUSE)
    else:
        replay.state, replay.ended_at = State.DONE, Now()
        replay.save(update_fields=["state", "ended_at"])


def verdicts(replay: Replay) -> dict[str, int]:
    return dict(replay.items.order_by().values_list("verdict").annotate(Count("pk")))


def progress(replay: Replay) -> dict[str, int]:
    """How many messages are how far: by the state of the job that each became, or of the message itself."""
    counts: dict[str, int] = {}
    for step, job, count in replay.items.order_by().values_list("state", "job__state").annotate(Count("pk")):
        name = step if step != Step.BEGUN else job or "ended"
        counts[name] = counts.get(name, 0) + count
    return counts


def _made(ids: Sequence[int], digest: str, chosen: str, actor: Actor) -> Replay:
    named = {"made_by": actor.user, "made_by_name": actor.name, "chosen": chosen[:300]}
    replay = Replay.objects.create(**named, size=len(ids), digest=digest, warehouses=_warehouses(ids))
    ReplayItem.objects.bulk_create((ReplayItem(replay=replay, message_id=pk) for pk in ids), batch_size=2000)
    _enqueue(TRY, replay)
    note(actor, "try replay", str(replay), replay=replay.pk, messages=replay.size)
    return replay


def _warehouses(ids: Sequence[int]) -> list[int]:
    """Of their documents; of those without one, all that their sender works for. 0: of none that is known."""
    messages = InboundMessage.objects.filter(pk__in=ids).order_by()
    of = set(messages.exclude(document=None).values_list("document__warehouse", flat=True).distinct())
    senders = messages.filter(document=None).values_list("connection", flat=True).distinct()
    of |= set(Warehouse.objects.filter(wms__in=list(senders)).values_list("pk", flat=True))
    return sorted(pk or 0 for pk in of) or [0]


def _held(pk: int, round_: int | None, *states: Replay.State) -> Replay:
    """Raises NotAllowed when it is in none of the states, or was tried again since the page was read."""
    replay = Replay.objects.select_for_update(of=("self",)).select_related("made_by").filter(pk=pk).first()
    if replay is None:
        raise NotAllowed(f"There is no replay {pk}.")
    if replay.state not in states:
        raise NotAllowed(f"The replay is {replay.get_state_display().lower()}.")
    if round_ not in (None, replay.round):
        raise NotAllowed("It was tried again since you read this page: look at what it would do now.")
    return replay


def _let_go(replay: Replay, fields: Sequence[str]) -> None:
    replay.state = State.RUNNING
    replay.save(update_fields=["state", *fields])
    for verdict, why in HARMLESS.items():
        replay.items.filter(verdict=verdict).update(state=Step.SKIPPED, note=why)
    _enqueue(RUN, replay)


def _enqueue(flow: str, replay: Replay, delay: float = 0.0) -> None:
    """All work on one replay is done in one stream, a slice at a time."""
    enqueue(
        NewJob(
            flow=flow,
            stream=f"replay:{replay.pk}",
            lane=routes.lane_of(flow),
            subject=f"replay {replay.pk}",
            payload={"replay": replay.pk},
            delay=delay,
        )
    )


def _stakes(replay: Replay) -> dict[str, str]:
    """By currency, each order once, whichever of its deliveries or receipts it is about."""
    moving = replay.items.exclude(verdict__in=HARMLESS)
    documents = Document.objects.filter(pk__in=moving.values("document")).order_by()
    columns: Any = ("pk", "parent", "value", "currency", "parent__value", "parent__currency")
    orders: dict[int, tuple[Decimal, str]] = {}
    for own, parent, value, currency, of_parent, its_currency in documents.values_list(*columns):
        # A delivery's own value is the order's when it was released.
        worth = (of_parent, its_currency) if of_parent is not None else (value, currency)
        if worth[0] is not None:
            orders[parent or own] = max(worth, orders.get(parent or own, worth))
    sums: dict[str, Decimal] = {}
    for value, currency in orders.values():
        sums[currency] = sums.get(currency, Decimal(0)) + value
    return {currency: format(amount.normalize(), "f") for currency, amount in sorted(sums.items())}


def _unvalued(replay: Replay) -> int:
    """How many messages move money, and nobody knows how much: their document is not known."""
    types = [name for name, route in routes.ROUTES.items() if route.thread.kinds and route.moves_money]
    return replay.items.exclude(verdict__in=HARMLESS).filter(document=None, message__type__in=types).count()


def _begin(item: ReplayItem) -> None:
    """The job that waits is tried now; else the message gets one of its own."""
    streams.hold_of_message(item.message_id)
    messages = InboundMessage.objects.select_for_update(of=("self",), no_key=True).select_related("connection")
    message = messages.filter(pk=item.message_id).first()
    latest = latest_job(item.message_id)
    if message is None or _moved_on(item, latest):
        item.state, item.note = Step.SKIPPED, SINCE
    elif latest is not None and latest.state in WAITS:
        taken = acts.make_due(SyncJob.objects.filter(pk=latest.pk))
        item.state, item.job, item.note = (Step.BEGUN, latest, "") if taken else (Step.SKIPPED, None, OTHERS)
    else:
        _work_again(item, message)


def _moved_on(item: ReplayItem, latest: SyncJob | None) -> bool:
    """One that waits is still the same, whatever it waits for by now."""
    if latest is None or latest.pk != item.seen_job:
        return (latest.pk if latest else None) != item.seen_job
    return latest.state != item.seen_state and not {latest.state, item.seen_state} <= set(WAITS)


def _work_again(item: ReplayItem, message: InboundMessage) -> None:
    try:
        job = enqueue(inbox.job_again(message))
    except InvalidDocument as wrong:
        item.state, item.note = Step.SKIPPED, str(wrong)[:200]
        return
    item.state, item.job, item.made = Step.BEGUN, job, True
