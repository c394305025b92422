"""A person edits the data of a message whose work waits. The original stays as it came, and the work goes on.

Whose document it is about and what it is called cannot be edited: repeats of it are recognised by them, and so is
what was written of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from integration.adapters.base import Received
from integration.canonical.events import Event
from integration.errors import InvalidDocument
from integration.jobs import acts, bodies, cases, recount, routes, sources, streams
from integration.jobs.acts import Actor, NotAllowed
from integration.models import (
    CaseEvent,
    Effect,
    ExceptionCase,
    InboundMessage,
    MessageEdit,
    StockDifference,
    StockEvent,
    SyncJob,
    Warehouse,
)
from integration.rules import leaves, ownership, personal

State = SyncJob.State
WAITS = (State.RETRY, State.BLOCKED, State.NEEDS_ATTENTION)
UNDECIDED = (StockDifference.State.NEW, StockDifference.State.WAITING)
MADE = (Effect.State.INTENDED, Effect.State.LANDED)
PLACE = ("site", "owner")  # whose goods they are
LONGEST_REASON = 300
LONGEST_VALUE = 100
MOST_CHANGES = 300


class Refused(NotAllowed):
    """``field`` is the one that is wrong, such as data.lines.0.quantity; empty: it is none of them."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Wish:
    """``body``: all of the message as it shall be. ``seen``: how often it was edited when the person read it."""

    body: bytes
    seen: int
    reason: str


def edit(message_id: int, actor: Actor, wish: Wish) -> MessageEdit:
    """Has the message worked on as it is edited; the same wish once more is the same edit.

    Raises NotAllowed, and Refused for a field.
    """
    with transaction.atomic():
        message, jobs = _held(message_id)
        if twice := _made_already(message, actor, wish):
            return twice
        before = bodies.in_force(message)
        now = _allowed(message, jobs, wish, before)
        made = _keep(message, actor, wish, _changes(before, wish.body, _read(message, before), now.event))
        recount.gone([job.pk for job in jobs])
        acts.make_due(SyncJob.objects.filter(pk__in=[job.pk for job in jobs]))
        _tell(message, jobs, actor, made)
    return made


def why_not(message: InboundMessage) -> str:
    """Why its data cannot be edited as things stand; empty: it can."""
    try:
        _may_begin(list(message.jobs.order_by("pk")))
        _refuse_written(message, _read(message, bodies.in_force(message)))
    except NotAllowed as refusal:
        return str(refusal)
    return ""


def _held(message_id: int) -> tuple[InboundMessage, list[SyncJob]]:
    """The message, with the streams of its jobs held: no worker takes them, and nobody else edits it meanwhile."""
    jobs = SyncJob.objects.filter(inbound=message_id).select_related("stream").order_by("pk")
    streams.hold_of_message(message_id)
    message = InboundMessage.objects.select_related("connection").filter(pk=message_id).first()
    if message is None:
        raise NotAllowed(f"There is no message {message_id}.")
    return message, list(jobs)


def _made_already(message: InboundMessage, actor: Actor, wish: Wish) -> MessageEdit | None:
    """A second click. Raises NotAllowed for what was read before somebody else edited it."""
    if message.edits == wish.seen:
        return None
    latest = message.edited.filter(number=message.edits).first()
    if latest and (latest.actor, latest.number, bytes(latest.body)) == (actor.name, wish.seen + 1, wish.body):
        return latest
    who = latest.actor if latest else "Somebody"
    raise NotAllowed(f"{who} has edited it since you opened the page: read it again.")


def _allowed(message: InboundMessage, jobs: Sequence[SyncJob], wish: Wish, before: bytes) -> Received:
    """Raises NotAllowed, Refused."""
    _may_begin(jobs)
    if not wish.reason.strip():
        raise NotAllowed("Please say why: it is kept with the history.")
    if wish.body == before:
        raise NotAllowed("Nothing is changed.")
    if len(wish.body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise NotAllowed("It is larger than what a partner may send.")
    now = _understood(message, wish.body)
    _refuse_another(message, jobs, _read(message, before), now.event)
    _refuse_unknown(message, now)
    _refuse_written(message, now.event)
    return now


def _may_begin(jobs: Sequence[SyncJob]) -> None:
    if any(job.state == State.RUNNING for job in jobs):
        raise NotAllowed("It is being worked on just now: try again in a moment.")
    if not any(job.state in WAITS for job in jobs):
        raise NotAllowed("Nothing waits for it: only the data of a message that has stopped can be edited.")


def _understood(message: InboundMessage, body: bytes) -> Received:
    try:
        return bodies.parsed(message, body)
    except InvalidDocument as wrong:
        raise Refused(str(wrong.context.get("detail") or wrong.cause), str(wrong.context.get("field", ""))) from None


def _read(message: InboundMessage, body: bytes) -> Event | None:
    """None: today's contract does not take it."""
    try:
        return bodies.parsed(message, body).event
    except InvalidDocument:
        return None


def _refuse_another(message: InboundMessage, jobs: Sequence[SyncJob], was: Event | None, now: Event) -> None:
    """It stays the message that it was, about the same document and the same goods. Raises Refused."""
    if now.type != message.type:
        raise Refused(f"must stay {message.type}", "type")
    to = routes.address(message.connection, now)
    if to.number != message.reference:
        raise Refused(
            f"must stay {message.reference}: its own number is what it is known by", f"data.{to.route.number}"
        )
    for name in PLACE:
        if hasattr(now.data, name) and (was is None or getattr(was.data, name) != getattr(now.data, name)):
            raise Refused("must stay: it says whose goods these are", f"data.{name}")
    known = {routes.address(message.connection, was).stream} if was else {job.stream.key for job in jobs}
    if known - {to.stream}:
        raise Refused("must stay: it says which document the message is about", f"data.{to.route.thread.field}")


def _refuse_unknown(message: InboundMessage, now: Received) -> None:
    """Raises Refused for a field that the contract does not know and that the partner has not sent."""
    added = [path for path in now.drift if path not in message.drift]
    if not added:
        return
    foreign = ownership.foreign(added)
    if foreign:
        field = foreign[0].field
        raise Refused(f"{field.name} of a {field.entity} is Odoo's to say: change it there", foreign[0].path)
    raise Refused("is a field that the contract does not know", added[0])


def _refuse_written(message: InboundMessage, event: Event | None) -> None:
    """Raises NotAllowed when something of it is written, may be, or is decided."""
    mine = Q(job__inbound=message)
    source = sources.of(message.connection, event.data) if event else ""
    if source:
        erps = Warehouse.objects.filter(wms=message.connection_id).order_by().values("erp")
        mine |= Q(connection__in=erps) & (Q(key=source) | Q(key__startswith=f"{source}/"))
    if Effect.objects.filter(mine, state__in=MADE).exists() or _is_booked(source):
        raise NotAllowed("Something of it is written already, or may be: it cannot be edited any more.")
    if StockDifference.objects.filter(message=message.pk).exclude(state__in=UNDECIDED).exists():
        raise NotAllowed("A line of it is decided already: it cannot be edited any more.")


def _is_booked(source: str) -> bool:
    named = Q(source=source) | Q(source__startswith=f"{source}/")
    return bool(source) and StockEvent.objects.filter(named).exists()


def _changes(before: bytes, after: bytes, was: Event | None, now: Event) -> list[list[str | None]]:
    """As ``MessageEdit.changes``."""
    old, new = leaves.read(before), leaves.read(after)
    if old is None or new is None:
        return [["", None, None]]
    sides = [(dict(leaves.of(old)), personal.plain(old, was)), (dict(leaves.of(new)), personal.plain(new, now))]
    return [
        [leaves.named(path), *(shown.get(path, "" if path not in all_ else None) for all_, shown in sides)]
        for path in leaves.changed(old, new)[:MOST_CHANGES]
    ]


def _keep(message: InboundMessage, actor: Actor, wish: Wish, changes: Sequence[Sequence[str | None]]) -> MessageEdit:
    InboundMessage.objects.filter(pk=message.pk).update(edits=wish.seen + 1)
    return MessageEdit.objects.create(
        message=message,
        number=wish.seen + 1,
        body=wish.body,
        changes=[[each if each is None else each[:LONGEST_VALUE] for each in change] for change in changes],
        actor=actor.name[:150],
        user=actor.user,
        reason=wish.reason.strip()[:LONGEST_REASON],
    )


def _tell(message: InboundMessage, jobs: Sequence[SyncJob], actor: Actor, made: MessageEdit) -> None:
    """The audit log, and the history of the cases that it waits for."""
    ids, told = [job.pk for job in jobs], {"message": message.pk, "number": made.number, "reason": made.reason}
    waiting = ExceptionCase.objects.filter(waiting__job__in=ids, state__in=ExceptionCase.UNRESOLVED).distinct()
    fields = ", ".join(str(field) for field, *_ in made.changes[:10] if field)
    for case in waiting.order_by("pk"):
        text = f"{message}{f' ({fields})' if fields else ''}: {made.reason}"
        cases.record(case, CaseEvent.Kind.EDITED, text, actor.name, actor.user)
    acts.note(actor, "edit message", str(message), **told, changed=made.changes, jobs=ids)
