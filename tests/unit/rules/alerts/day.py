"""A day without a database: figures by the minute, a clock, channels; and a diary of what each channel was told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from integration.rules.alerts import telling
from integration.rules.alerts.decide import Found, decide
from integration.rules.alerts.figures import Figures
from integration.rules.alerts.kinds import KINDS, Kind, Rule
from integration.rules.alerts.life import Standing, State, What, step
from integration.rules.alerts.says import whole
from integration.rules.alerts.telling import About, Listens

MINUTE = timedelta(minutes=1)
RULES = {kind: means.rule for kind, means in KINDS.items()}
Told = tuple[str, str, str]  # when, in which channel, what


@dataclass
class Waiting:
    due: datetime
    channel: str
    fingerprint: str
    what: What
    level: int
    sent: bool = False


@dataclass
class Day:
    """As ``jobs.alerts`` keeps it: one row per cause, one notice per cause, channel, level and word."""

    channels: Mapping[str, Listens]
    rules: Mapping[Kind, Rule] = field(default_factory=lambda: RULES)
    standing: dict[str, Standing] = field(default_factory=dict)
    found: dict[str, Found] = field(default_factory=dict)
    notices: list[Waiting] = field(default_factory=list)
    diary: list[Told] = field(default_factory=list)

    def run(self, begins: datetime, minutes: int, figures: Callable[[datetime], Figures]) -> Sequence[Told]:
        for minute in range(minutes):
            now = begins + minute * MINUTE
            self.look(now, figures(now))
            self.send(now)
        return self.diary

    def look(self, now: datetime, seen: Figures) -> None:
        found = {each.fingerprint: each for each in decide(now, seen, self.rules)}
        for name in [*found, *(each for each in self.standing if each not in found)]:
            here = found.get(name)
            kind = (here or self.found[name]).kind
            turned = step(self.standing.get(name), here.severity if here else None, self.rules[kind], now)
            if here:
                self.found[name] = here
            if turned.standing is None or turned.standing.state == State.GONE:
                self.standing.pop(name, None)
            else:
                self.standing[name] = turned.standing
            if turned.tells and turned.standing:
                self.tell(name, turned.standing, turned.tells, now)

    def tell(self, name: str, standing: Standing, what: What, now: datetime) -> None:
        self.notices = [each for each in self.notices if each.sent or each.fingerprint != name]
        here = self.found[name]
        about = About(standing.severity, here.team, here.flow, here.warehouse)
        told = {each.channel for each in self.notices if each.fingerprint == name and each.what == What.RAISED}
        for channel, listens in self.channels.items():
            wanted = channel in told if what == What.GONE else telling.wants(listens, about, standing.level)
            if wanted:
                due = telling.due(listens, standing.severity, now)
                self.notices.append(Waiting(due, channel, name, what, standing.level))

    def send(self, now: datetime) -> None:
        for channel in self.channels:
            due = [each for each in self.notices if not each.sent and each.channel == channel and each.due <= now]
            if due:
                said = [f"{each.what}{each.level} {whole(self.found[each.fingerprint].says)}" for each in due]
                self.diary.append((f"{now:%d %H:%M}", channel, " | ".join(said)))
            for each in due:
                each.sent = True

    def take(self, name: str) -> None:
        """Somebody acknowledges it."""
        self.standing[name] = replace(self.standing[name], state=State.ACKNOWLEDGED, escalate_at=None)
