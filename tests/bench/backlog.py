"""Whether the engine keeps its pace, however much waits: from 1,000 to 1,000,000 jobs, and in few hot streams."""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, harmonic_mean

from config.local.stack import Stack
from config.local.supervisor import Supervisor
from tests.bench import report, waiting
from tests.bench.crew import OURS, Crew, Pace
from tests.bench.report import Row
from tests.bench.tasks import FLOW

SECTION = "backlog"
NAME, PROCESSES = "backlog", 2
WAITING = (1_000, 10_000, 100_000, 1_000_000)
MEASURED = 20_000  # ends; fewer wait: filled and drained several times
FLAT = 0.9


class Backlog:
    def __init__(self, stack: Stack, processes: Supervisor, env: Mapping[str, str]) -> None:
        self._crew = Crew(stack, processes, env)

    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        found: dict[int, list[Pace]] = {count: [] for count in WAITING}
        self._crew.start(NAME, OURS, waiting.QUEUE, PROCESSES)
        self._pace(WAITING[1], WAITING[1])  # for warming up
        for _ in range(rounds):
            for count in WAITING:
                found[count].append(pace := self._pace(count, MEASURED))
                tell(f"backlog: {count:,} waiting, {pace.per_second:,.0f} jobs/s, {pace.cpu_ms:.3f} ms of CPU a job")
        self._crew.stop()
        return _rows(found)

    def _pace(self, count: int, measured: int) -> Pace:
        """Of the first ``measured`` jobs; of as many fillings as hold so many."""
        fillings = max(1, measured // count)
        paces = [waiting.pace(self._crew, NAME, FLOW, count, measured=measured) for _ in range(fillings)]
        return Pace(harmonic_mean(each.per_second for each in paces), fmean(each.cpu_ms for each in paces))


def _rows(found: Mapping[int, Sequence[Pace]]) -> list[Row]:
    speed = {count: [pace.per_second for pace in paces] for count, paces in found.items()}
    most = speed[WAITING[-1]]
    rows = [
        report.ratio(SECTION, f"{WAITING[-1]:,} waiting : {fewer:,}", most, speed[fewer], least=FLAT)
        for fewer in WAITING[:2]
    ]
    for count, paces in found.items():
        rows.append(report.figure(SECTION, f"{count:,} waiting", "/s", speed[count]))
        rows.append(report.figure(SECTION, f"{count:,} waiting, CPU of a job", "ms", [pace.cpu_ms for pace in paces]))
    return rows
