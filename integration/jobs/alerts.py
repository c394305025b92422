"""Looks what people have to be told, and writes down who is told what and when; ``notices`` sends it.

One look at a time, in one transaction that asks nobody outside: an alert and its notices are there together or not
at all, so a worker that dies tells nothing twice and forgets nothing.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from integration.errors.problem import Severity
from integration.jobs import alert_figures, sql
from integration.jobs.acts import Actor, NotAllowed, note
from integration.models import Alert, AlertChannel, AlertRule, Notice
from integration.rules.alerts import telling
from integration.rules.alerts.decide import Found, decide
from integration.rules.alerts.kinds import KINDS, Kind, Rule
from integration.rules.alerts.life import Standing, State, Step, What, step
from integration.rules.alerts.telling import About, Listens

log = logging.getLogger(__name__)
KEPT_DAYS = 90
RAISED, GONE, _TEST = Notice.What
WAITING, SENDING, SENT, DROPPED, _FAILED = Notice.State
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('look for alerts', 0)), now()"


@transaction.atomic
def look(at: datetime | None = None) -> int:
    """Returns how many notices were made. Does nothing while somebody else looks. ``at``: instead of now."""
    alone, now = sql.rows(_ALONE, [])[0]
    if not alone:
        return 0
    now = at or now
    rules = standing_rules()
    found = {each.fingerprint: each for each in decide(now, alert_figures.gather(now), rules)}
    known = {row.fingerprint: row for row in Alert.objects.exclude(state=Alert.State.GONE).select_for_update()}
    channels = list(AlertChannel.objects.filter(active=True).defer("secrets"))
    fingerprints = [*found, *(each for each in known if each not in found)]
    return sum(_turn(known.get(each), found.get(each), rules, channels, now) for each in fingerprints)


def standing_rules() -> Mapping[Kind, Rule]:
    """As people have set them; else those of the release, which are written down so that people can."""
    rows = {row.kind: row for row in AlertRule.objects.all()}
    missing = [_row(kind) for kind in Kind if kind not in rows]
    if missing:
        AlertRule.objects.bulk_create(missing, ignore_conflicts=True)
    return {kind: _rule(rows[kind]) if kind in rows else KINDS[kind].rule for kind in Kind}


def acknowledge(pk: int, actor: Actor) -> None:
    """Somebody has taken it: it is not told louder, unless it gets worse. Raises NotAllowed."""
    with transaction.atomic():
        alert = Alert.objects.select_for_update().filter(pk=pk).first()
        if alert is None:
            raise NotAllowed("There is no such alert any more.")
        if alert.state != Alert.State.OPEN:
            raise NotAllowed("Only an open alert can be taken.")
        alert.state, alert.escalate_at = Alert.State.ACKNOWLEDGED, None
        alert.acknowledged_at, alert.acknowledged_by = Now(), actor.name[:150]
        alert.save(update_fields=["state", "escalate_at", "acknowledged_at", "acknowledged_by"])
        note(actor, "take alert", f"alert {alert} ({pk})", alert=pk)


def forget() -> int:
    """Alerts long over, with their notices, and tests; returns how many rows."""
    old = Now() - timedelta(days=KEPT_DAYS)
    tests = Notice.objects.filter(alert=None, made_at__lt=old)
    return Alert.objects.filter(gone_at__lt=old).delete()[0] + tests.delete()[0]


def listens(channel: AlertChannel) -> Listens:
    return Listens(
        least=Severity(channel.severity),
        from_level=channel.from_level,
        teams=channel.teams,
        flows=channel.flows,
        warehouse=channel.warehouse_id,
        zone=channel.time_zone,
        quiet=channel.quiet,
        digest=channel.digest_at,
        breaks=Severity(channel.breaks),
    )


def _row(kind: Kind) -> AlertRule:
    usual = KINDS[kind].rule
    return AlertRule(
        kind=kind,
        active=usual.active,
        threshold=usual.threshold,
        least=usual.least,
        patience_minutes=_minutes(usual.patience),
        escalate_minutes=_minutes(usual.escalate),
    )


def _rule(row: AlertRule) -> Rule:
    patience, escalate = timedelta(minutes=row.patience_minutes), timedelta(minutes=row.escalate_minutes)
    return Rule(row.active, row.threshold, row.least, patience, escalate)


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


def _turn(
    row: Alert | None,
    found: Found | None,
    rules: Mapping[Kind, Rule],
    channels: Iterable[AlertChannel],
    now: datetime,
) -> int:
    kind = found.kind if found is not None else Kind(row.kind)  # type: ignore[union-attr]  # one of them is there
    turned = step(_standing(row), found.severity if found is not None else None, rules[kind], now)
    kept = _keep(row, found, turned, now)
    if kept is None or turned.tells is None:
        return 0
    log.info("alert", extra={"alert": kept.fingerprint, "what": str(turned.tells), "level": kept.level})
    return _raised(kept, channels, now) if turned.tells == What.RAISED else _gone(kept, now)


def _standing(row: Alert | None) -> Standing | None:
    if row is None:
        return None
    severity, state = Severity(row.severity), State(row.state)
    return Standing(state, severity, row.first_seen, row.last_seen, row.level, row.escalate_at)


def _keep(row: Alert | None, found: Found | None, turned: Step, now: datetime) -> Alert | None:
    """None: it is gone without a word."""
    if turned.standing is None:
        if row is not None:
            row.delete()
        return None
    new = row is None
    row = row or Alert(fingerprint=found.fingerprint, kind=found.kind)  # type: ignore[union-attr]
    standing = turned.standing
    row.state, row.severity, row.level = standing.state.value, standing.severity.value, standing.level
    row.first_seen, row.last_seen, row.escalate_at = standing.first_seen, standing.last_seen, standing.escalate_at
    if found is not None:
        row.says = [[said.template, dict(said.values)] for said in found.says]
        row.team, row.flow = found.team.value, found.flow
        row.warehouse_id, row.connection_id = found.warehouse, found.connection
        row.count = 1 if new else row.count + 1
    if turned.tells == What.GONE:
        row.gone_at = now
    row.save()
    return row


def _raised(alert: Alert, channels: Iterable[AlertChannel], now: datetime) -> int:
    """An older word that has not gone out yet is not needed beside the new one."""
    _drop(alert)
    about = About(Severity(alert.severity), alert.team, alert.flow, alert.warehouse_id)
    made = [
        Notice(
            alert=alert, channel=channel, what=RAISED, level=alert.level, due_at=telling.due(to, about.severity, now)
        )
        for channel, to in ((each, listens(each)) for each in channels)
        if telling.wants(to, about, alert.level)
    ]
    return len(Notice.objects.bulk_create(made, ignore_conflicts=True))


def _gone(alert: Alert, now: datetime) -> int:
    """Told where it was told that it is so, or may have been as the answer was lost, and nowhere else."""
    _drop(alert)
    told = Notice.objects.filter(Q(state__in=(SENDING, SENT)) | Q(tries__gt=0), alert=alert, what=RAISED)
    channels = AlertChannel.objects.filter(pk__in=told.values("channel"), active=True, tells_gone=True).defer("secrets")
    severity = Severity(alert.severity)
    made = [
        Notice(
            alert=alert,
            channel=channel,
            what=GONE,
            level=alert.level,
            due_at=telling.due(listens(channel), severity, now),
        )
        for channel in channels
    ]
    return len(Notice.objects.bulk_create(made, ignore_conflicts=True))


def _drop(alert: Alert) -> None:
    """What is just being sent is left to whoever sends it."""
    Notice.objects.filter(alert=alert, state=WAITING).update(state=DROPPED)
