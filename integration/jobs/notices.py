"""Sends what people are to be told: all that is due in a channel as one message, taken before and noted after it.

Whoever takes a channel's notices has them alone until the claim ends; a worker that dies between the sending and the
note leaves them to be sent once more, under the same identity. The call is made outside of any transaction.
"""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from integration.adapters import notify
from integration.errors import ConfigurationError, IntegrationError
from integration.jobs import alert_message, cases, dispatch
from integration.jobs.acts import Actor, NotAllowed, note
from integration.jobs.remote import refuse_open_transaction
from integration.models import Alert, AlertChannel, Notice
from integration.rules.alerts import telling

log = logging.getLogger(__name__)
TASK = "tasks.alerts.tell"
State = Notice.State
CLAIM = timedelta(seconds=2 * notify.LONGEST_SECONDS)
MOST_TRIES = 28  # about a day
FEW = 3  # failures in a row that are nobody's case yet
MOST = 100  # notices of one message
TURNS = 20  # messages of one channel in one run


@dataclass(frozen=True, slots=True)
class Taken:
    """``identity``: the same for the same notices, sent a second time."""

    channel: AlertChannel
    identity: uuid.UUID
    notices: Sequence[Notice]


def due_channels() -> list[int]:
    """Those that something is due in and nobody is sending."""
    rows = Notice.objects.filter(state__in=(State.WAITING, State.SENDING), due_at__lte=Now())
    live = Notice.objects.filter(state=State.SENDING, claimed_until__gt=Now())
    free = rows.exclude(channel__in=live.values("channel"))
    return list(free.order_by("channel").values_list("channel", flat=True).distinct())


def wake(channel: int) -> None:
    """Has a worker send what is due there. Never fails: without a broker the next look asks again."""
    try:
        dispatch.start(TASK, [channel], {})
    except dispatch.DOWN as down:
        log.warning("no broker, the next look has it told", extra={"reason": type(down).__name__})


def deliver(channel: int) -> int:
    """Sends what is due there; returns how many messages went out."""
    sent = 0
    for _ in range(TURNS):
        taken = take(channel)
        if taken is None or not tell(taken):
            break
        sent += 1
    return sent


@transaction.atomic
def take(pk: int) -> Taken | None:
    """None: nothing is due there, or somebody else is sending it. Whoever adds notices beside it is not waited for."""
    channel = AlertChannel.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=pk).first()
    if channel is None:
        return None
    notices = Notice.objects.filter(channel=channel)
    if notices.filter(state=State.SENDING, claimed_until__gt=Now()).exists():
        return None
    if not channel.active:
        notices.filter(state__in=(State.WAITING, State.SENDING)).exclude(what=Notice.What.TEST).update(
            state=State.DROPPED
        )
    notices.filter(state=State.WAITING, what=Notice.What.RAISED, alert__state=Alert.State.GONE).update(
        state=State.DROPPED  # it did not get through while it was so
    )
    rows = _together(channel)
    if not rows:
        return None
    identity = rows[0].message or uuid.uuid4()
    notices.filter(pk__in=[row.pk for row in rows]).update(
        state=State.SENDING, message=identity, claimed_until=Now() + CLAIM, tries=F("tries") + 1
    )
    return Taken(channel, identity, rows)


def tell(taken: Taken) -> bool:
    """Sends and keeps what came of it; True when it was taken."""
    refuse_open_transaction("tell people")
    address = str(taken.channel.secrets.get("address", ""))
    message = alert_message.of(taken.notices, taken.identity)
    try:
        notify.send(taken.channel.name, taken.channel.kind, address, message)
    except IntegrationError as failure:
        _failed(taken, failure)
        return False
    _sent(taken)
    return True


def ask_for_test(pk: int, actor: Actor) -> None:
    """A worker sends it in a moment. Raises NotAllowed."""
    with transaction.atomic():
        channel = AlertChannel.objects.defer("secrets").filter(pk=pk).first()
        if channel is None:
            raise NotAllowed("There is no such channel any more.")
        Notice.objects.create(channel=channel, what=Notice.What.TEST, due_at=Now())
        note(actor, "test alert channel", f"alert channel {channel} ({pk})", channel=pk)
        transaction.on_commit(partial(wake, pk))


def check_address(name: str, kind: str, address: str) -> None:
    """Raises ConfigurationError with what is wrong, and without the address."""
    notify.check(name, kind, address)


def shape(kind: str) -> str:
    """What an address of that kind looks like."""
    return notify.SERVICES[kind].shape


def _together(channel: AlertChannel) -> list[Notice]:
    """What went together before, and may have been taken, goes together again; PagerDuty is told one at a time.

    Held until the transaction ends: what a look drops in this moment is none of it.
    """
    rows = Notice.objects.filter(channel=channel, state__in=(State.WAITING, State.SENDING), due_at__lte=Now())
    rows = rows.select_related("alert").order_by("pk")
    tried, held = rows.filter(message__isnull=False).first(), rows.select_for_update(of=("self",))
    if tried is not None:
        return list(held.filter(message=tried.message))
    return list(held[: 1 if channel.kind == AlertChannel.Kind.PAGERDUTY else MOST])


@transaction.atomic
def _sent(taken: Taken) -> None:
    channel = taken.channel
    AlertChannel.objects.filter(pk=channel.pk).update(failures=0, last_failure="", told_at=Now())
    _ours(taken).update(state=State.SENT, sent_at=Now(), claimed_until=None, failure="")
    if channel.failures:
        cases.clear(
            "It takes alerts again.", *(f"{code}:{channel.name}" for code in (notify.NOT_TOLD, notify.NO_ADDRESS))
        )


@transaction.atomic
def _failed(taken: Taken, failure: IntegrationError) -> None:
    """Tried again later, each for itself; a case when it has become usual, at once when only a person can help."""
    said, channel = str(failure)[:300], taken.channel
    log.warning("not told", extra={"channel": channel.name, "code": failure.code, "tries": channel.failures + 1})
    AlertChannel.objects.filter(pk=channel.pk).update(failures=F("failures") + 1, last_failure=said)
    for row in taken.notices:
        ends = row.tries + 1 >= MOST_TRIES or row.what == Notice.What.TEST
        _ours(taken).filter(pk=row.pk).update(
            state=State.FAILED if ends else State.WAITING,
            failure=said,
            claimed_until=None,
            due_at=F("due_at") if ends else Now() + telling.pause(row.tries + 1),
        )
    if channel.failures + 1 >= FEW or isinstance(failure, ConfigurationError):
        cases.open_case(failure)


def _ours(taken: Taken) -> QuerySet[Notice]:
    return Notice.objects.filter(pk__in=[row.pk for row in taken.notices], message=taken.identity, state=State.SENDING)
