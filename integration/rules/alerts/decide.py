"""Which alerts there are now: ``decide`` is pure, and takes a moment's figures and the rules."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from integration.errors.problem import Owner, Severity
from integration.rules.alerts import figures, says
from integration.rules.alerts.figures import Apart, Figures
from integration.rules.alerts.kinds import KINDS, Kind, Rule
from integration.rules.alerts.says import Said, said, span, worth
from integration.rules.flows import FLOWS

SOON = timedelta(minutes=15)  # before a cut-off: then it is as bad as it gets
MISSED_FOR = timedelta(hours=1)  # how long it is told that a cut-off was missed
KEY_SOON_DAYS = 3
URGENT_LANES = (1, 2)


@dataclass(frozen=True, slots=True)
class Found:
    """``about``: what tells two of one kind apart. ``says``: the sentence, and the parts that stand behind it."""

    kind: Kind
    about: str
    severity: Severity
    says: Sequence[Said]
    team: Owner = field(default=Owner.OPERATIONS)
    flow: str = ""
    warehouse: int | None = None
    connection: int | None = None

    @property
    def fingerprint(self) -> str:
        return f"{self.kind}/{self.about}"


def decide(now: datetime, seen: Figures, rules: Mapping[Kind, Rule]) -> list[Found]:
    """In the order of the kinds."""
    return [found for kind, rule in rules.items() if rule.active for found in DECIDERS[kind](now, seen, rule)]


def _promises(_now: datetime, seen: Figures, rule: Rule) -> Iterator[Found]:
    for pace in seen.paces:
        flow, jobs = FLOWS.get(pace.flow), pace.jobs + pace.late
        if flow is None or jobs < max(rule.least, 1) or _percent(pace.kept, jobs) >= rule.threshold:
            continue
        head = said(
            says.PACE,
            flow=flow.says,
            kept=_shown(pace.kept, jobs),
            jobs=f"{jobs:,}",
            promise=_promise(flow.promise),
            least=f"{rule.threshold:g}",
            today=_shown(pace.today_kept, pace.today_jobs),
        )
        late = [said(says.LATE, n=pace.late)] if pace.late else []
        yield Found(Kind.PROMISE, pace.flow, flow.severity, [head, *late], flow=pace.flow)


def _cut_offs(now: datetime, seen: Figures, rule: Rule) -> Iterator[Found]:
    for leaving in seen.leaving:
        left = leaving.at - now
        if leaving.orders < max(rule.least, 1) or not -MISSED_FOR < left <= timedelta(minutes=rule.threshold):
            continue
        yield Found(
            Kind.CUTOFF,
            f"{leaving.warehouse}/{leaving.carrier}/{leaving.at:%Y-%m-%d %H:%M}",
            Severity.CRITICAL if left <= SOON else Severity.HIGH,
            [_misses(leaving, missed=left <= timedelta(0)), *map(_stuck, leaving.why)],
            warehouse=leaving.warehouse,
        )


def _misses(leaving: figures.Leaving, *, missed: bool) -> Said:
    many, one, many_worth, one_worth = (
        (says.MISSED, says.MISSED_ONE, says.MISSED_WORTH, says.MISSED_WORTH_ONE)
        if missed
        else (says.WILL_MISS, says.WILL_MISS_ONE, says.WILL_MISS_WORTH, says.WILL_MISS_WORTH_ONE)
    )
    about: dict[str, says.Value] = {
        "carrier": leaving.carrier or says.ALL_CARRIERS,
        "time": f"{leaving.at:%H:%M}",
        "warehouse": leaving.name,
    }
    amount = worth(leaving.worth)
    about |= {"worth": amount} if amount else {}
    if leaving.orders == 1:
        return Said(one_worth if amount else one, about)
    return Said(many_worth if amount else many, {"n": leaving.orders, **about})


def _stuck(stuck: figures.Stuck) -> Said:
    one = stuck.orders == 1
    if not stuck.code:
        return Said(says.UNRELEASED_ONE if one else says.UNRELEASED, {} if one else {"n": stuck.orders})
    about = {"code": stuck.code, "title": stuck.title}
    return Said(says.WAITS_FOR if one else says.WAIT_FOR, about if one else {"n": stuck.orders, **about})


def _backlogs(now: datetime, seen: Figures, rule: Rule) -> Iterator[Found]:
    for lane in seen.lanes:
        in_time = lane.seconds is not None and lane.seconds <= 60 * rule.threshold
        if lane.due < max(rule.least, 1) or in_time or (lane.seconds is None and not lane.late):
            continue
        severity = Severity.HIGH if lane.number in URGENT_LANES else Severity.MEDIUM
        yield Found(Kind.BACKLOG, str(lane.number), severity, [_clear(lane, now)])


def _clear(lane: figures.Lane, now: datetime) -> Said:
    if lane.seconds is None:
        return said(says.NOT_CLEAR, lane=lane.label, n=lane.due)
    takes = timedelta(seconds=lane.seconds)
    return said(says.CLEAR_IN, lane=lane.label, n=lane.due, span=span(takes), time=f"{now + takes:%Y-%m-%d %H:%M}")


def _away(now: datetime, seen: Figures, rule: Rule) -> Iterator[Found]:
    for away in seen.away:
        if now - away.since < timedelta(minutes=rule.threshold) or away.jobs < rule.least:
            continue
        parts = [said(says.AWAY, connection=away.name, span=span(now - away.since))]
        if away.jobs:
            parts.append(said(says.HELD, n=away.jobs) if away.jobs > 1 else said(says.HELD_ONE))
        if amount := worth(away.worth):
            parts.append(said(says.HELD_WORTH, worth=amount))
        severity = Severity.HIGH if away.jobs else Severity.MEDIUM
        yield Found(
            Kind.AWAY, str(away.connection), severity, parts, Owner.ADMINISTRATOR, connection=away.connection
        )  # fmt: skip


def _silent(now: datetime, seen: Figures, rule: Rule) -> Iterator[Found]:
    for silent in seen.silent:
        gone = now - silent.since
        if gone < timedelta(minutes=rule.threshold):
            continue
        if silent.connection is None:
            head, severity = said(says.SILENT, who=silent.name, span=span(gone)), Severity.CRITICAL
        else:
            head, severity = said(says.NOT_POLLED, connection=silent.name, span=span(gone)), Severity.HIGH
        about = silent.name if silent.connection is None else str(silent.connection)
        yield Found(Kind.SILENCE, about, severity, [head], Owner.ADMINISTRATOR, connection=silent.connection)


def _keys(now: datetime, seen: Figures, rule: Rule) -> Iterator[Found]:
    for key in seen.keys:
        days = (key.ends - now.date()).days
        if days > rule.threshold:
            continue
        worst = Severity.CRITICAL if days < 0 else Severity.HIGH if days <= KEY_SOON_DAYS else Severity.MEDIUM
        about = f"{key.connection}/{key.ends}"
        head = _key(key.name, f"{key.ends}", days)
        yield Found(Kind.KEY, about, worst, [head], Owner.ADMINISTRATOR, connection=key.connection)


def _key(name: str, day: str, days: int) -> Said:
    if days == 0:
        return said(says.KEY_ENDS_TODAY, connection=name)
    if days < 0:
        return said(says.KEY_ENDED, connection=name, day=day)
    if days == 1:
        return said(says.KEY_ENDS_TOMORROW, connection=name, day=day)
    return said(says.KEY_ENDS, connection=name, day=day, n=days)


def _apart(now: datetime, seen: Figures, rule: Rule) -> Iterator[Found]:
    for apart in seen.apart:
        stood = now - apart.since
        if apart.lines < max(rule.least, 1) or stood < timedelta(minutes=rule.threshold):
            continue
        team = KINDS[Kind.VARIANCE].team
        heads = [_lines(apart, span(stood))]
        yield Found(Kind.VARIANCE, str(apart.warehouse or ""), Severity.MEDIUM, heads, team, warehouse=apart.warehouse)


def _lines(apart: Apart, stood: str) -> Said:
    """An order that ships from several warehouses belongs to none of them."""
    one, many = (says.APART_ONE, says.APART) if apart.warehouse else (says.APART_ONE_NOWHERE, says.APART_NOWHERE)
    about = {"warehouse": apart.name, "span": stood} if apart.warehouse else {"span": stood}
    return Said(one, about) if apart.lines == 1 else Said(many, {"n": apart.lines, **about})


def _overdue(now: datetime, seen: Figures, rule: Rule) -> Iterator[Found]:
    for overdue in seen.overdue:
        if overdue.cases < max(rule.least, 1) or now - overdue.since < timedelta(minutes=rule.threshold):
            continue
        about = {"code": overdue.code, "title": overdue.title}
        one = overdue.cases == 1
        parts = [Said(says.OVERDUE_ONE, about) if one else Said(says.OVERDUE, {"n": overdue.cases, **about})]
        if amount := worth(overdue.worth):
            parts.append(said(says.AT_STAKE, worth=amount))
        yield Found(
            Kind.CASE,
            f"{overdue.code}/{overdue.team}/{overdue.warehouse or ''}",
            overdue.severity,
            parts,
            overdue.team,
            warehouse=overdue.warehouse,
        )


DECIDERS: Mapping[Kind, Callable[[datetime, Figures, Rule], Iterator[Found]]] = {
    Kind.PROMISE: _promises,
    Kind.CUTOFF: _cut_offs,
    Kind.BACKLOG: _backlogs,
    Kind.AWAY: _away,
    Kind.SILENCE: _silent,
    Kind.KEY: _keys,
    Kind.VARIANCE: _apart,
    Kind.CASE: _overdue,
}


def _percent(kept: int, jobs: int) -> float:
    return 100 * kept / jobs if jobs else 100.0


def _shown(kept: int, jobs: int) -> str:
    """Rounded down: what is not kept is never told as kept."""
    return f"{int(1000 * kept / jobs) / 10:g}" if jobs else "100"


def _promise(within: timedelta) -> str:
    seconds = within.total_seconds()
    return f"{seconds:g} s" if seconds <= 60 else span(within)
