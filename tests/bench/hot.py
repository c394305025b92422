"""Ten streams that hold all jobs, beside as many jobs in many streams. Both must be run in order."""

from collections.abc import Callable, Mapping, Sequence

from config.local.stack import Stack
from config.local.supervisor import Supervisor
from tests.bench import report, waiting
from tests.bench.crew import OURS, Crew
from tests.bench.report import Row
from tests.bench.tasks import STAMPED
from tests.bench.waiting import ATTEMPT, JOB, MANY, Shape

SECTION = "hot streams"
NAME, PROCESSES = "hot", 2
STREAMS = 10
JOBS = 20_000
FLAT = 0.9

# A job notes the moment at which it ran, by the machine's clock, which all its processes share.
_OVERTAKEN = f"""
SELECT count(*) FROM (
  SELECT note.detail::bigint < lag(note.detail::bigint) OVER (PARTITION BY job.stream_id ORDER BY job.id) AS early
  FROM {JOB} AS job JOIN {ATTEMPT} AS note ON note.job_id = job.id) AS ran
WHERE early"""


class HotStreams:
    def __init__(self, stack: Stack, processes: Supervisor, env: Mapping[str, str]) -> None:
        self._crew = Crew(stack, processes, env)

    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        few, many = list[float](), list[float]()
        self._crew.start(NAME, OURS, waiting.QUEUE, PROCESSES)
        self._speed(MANY)  # for warming up
        for _ in range(rounds):
            many.append(self._speed(MANY))
            few.append(self._speed(waiting.hot(STREAMS)))
            tell(f"hot streams: {few[-1]:,.0f} jobs/s in {STREAMS} streams, {many[-1]:,.0f} in many")
        self._crew.stop()
        return _rows(few, many)

    def _speed(self, shape: Shape) -> float:
        """Jobs a second. Raises RuntimeError when one ran before its forerunner."""
        pace = waiting.pace(self._crew, NAME, STAMPED, JOBS, shape)
        if overtaken := waiting.number(_OVERTAKEN):
            raise RuntimeError(f"{overtaken:g} jobs ran before the one in front of them")
        return pace.per_second


def _rows(few: Sequence[float], many: Sequence[float]) -> list[Row]:
    return [
        report.ratio(SECTION, f"{STREAMS} hot streams : many streams", few, many, least=FLAT),
        report.figure(SECTION, f"{JOBS:,} jobs in {STREAMS} streams, in order", "/s", few),
        report.figure(SECTION, f"{JOBS:,} jobs in {MANY.streams(JOBS):,} streams, in order", "/s", many),
    ]
