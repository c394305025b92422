"""How much went through, and how long it took against what was promised: by ten minutes, drawn."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integration.console.charts import bars, clock, slots
from integration.console.words import duration, whole
from integration.jobs.pulse import SLOT_SECONDS
from integration.models import FlowTally
from integration.rules.flows import FLOWS

HOURS = 6
LATEST = 3600 // SLOT_SECONDS  # slots of the last hour
HEIGHT, LOW = 80, 40
ENOUGH = 95  # percent of the jobs that are to be as fast as promised
Tallies = Mapping[datetime, FlowTally]  # of one flow


@dataclass(frozen=True, slots=True)
class Speed:
    """Of one flow in the last hour. ``kept``: the share of its jobs that were as fast as promised, in percent.

    ``chart``: the time that they took, over all the hours that are shown.
    """

    says: str
    jobs: int
    kept: int
    usual: str
    promise: str
    chart: SafeString

    @property
    def state(self) -> str:
        return "succeeded" if self.kept >= ENOUGH else "failed"


@dataclass(frozen=True, slots=True)
class Pace:
    """What the page shows of it."""

    throughput: SafeString
    speeds: Sequence[Speed]


def pace() -> Pace:
    starts = slots(HOURS)
    by_flow: dict[str, dict[datetime, FlowTally]] = defaultdict(dict)
    for row in FlowTally.objects.filter(slot__gte=starts[0], jobs__gt=0):
        by_flow[row.flow][row.slot] = row
    speeds = [_speed(flow, tallies, starts) for flow, tallies in by_flow.items() if flow in FLOWS]
    in_time = sorted((each for each in speeds if each is not None), key=lambda each: (each.kept >= ENOUGH, -each.jobs))
    return Pace(_throughput(by_flow.values(), starts), in_time)


def _throughput(flows: Iterable[Tallies], starts: Sequence[datetime]) -> SafeString:
    counts = [sum(tallies[start].jobs for tallies in flows if start in tallies) for start in starts]
    title = ngettext(
        "{count} job went through in the last {hours} hours",
        "{count} jobs went through in the last {hours} hours",
        sum(counts),
    ).format(count=whole(sum(counts)), hours=HOURS)
    hints = [f"{clock(start)}: {whole(count)}" for start, count in zip(starts, counts, strict=True)]
    return bars(counts, hints, height=HEIGHT, title=title, css="cd-chart")


def _speed(flow: str, tallies: Tallies, starts: Sequence[datetime]) -> Speed | None:
    """None: it did not run in the last hour."""
    latest = [tallies[start] for start in starts[-LATEST:] if start in tallies]
    jobs = sum(row.jobs for row in latest)
    if not jobs:
        return None
    says, promise = _(str(FLOWS[flow].says)), FLOWS[flow].promise.total_seconds()
    return Speed(
        says=says,
        jobs=jobs,
        kept=int(100 * sum(row.kept for row in latest) / jobs),
        usual=duration(1000 * sum(row.seconds for row in latest) / jobs),
        promise=duration(1000 * promise),
        chart=_latency(says, tallies, starts, promise),
    )


def _latency(says: str, tallies: Tallies, starts: Sequence[datetime], promise: float) -> SafeString:
    took = [tallies[start].seconds / tallies[start].jobs if start in tallies else 0.0 for start in starts]
    hints = [
        f"{clock(start)}: {duration(1000 * seconds) if seconds else '-'}"
        for start, seconds in zip(starts, took, strict=True)
    ]
    title = _("{flow}: at most {longest} on average in ten minutes; promised are {promise}").format(
        flow=says, longest=duration(1000 * max(took)), promise=duration(1000 * promise)
    )
    return bars(took, hints, height=LOW, title=title, css="cd-spark cd-pace", limit=promise)
