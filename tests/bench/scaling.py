"""How much more 2 and 4 worker processes do than one, ours and raw Celery's, on the cores that there are."""

import os
from collections.abc import Callable, Mapping

import redis

from config.local.stack import Stack
from config.local.supervisor import Supervisor
from tests.bench import plain, report, waiting
from tests.bench.crew import OURS, Crew, Pace
from tests.bench.report import Row
from tests.bench.tasks import EFFECT, FLOW, partner

SECTION = "processes"
COUNTS = (1, 2, 4)
JOBS, EFFECTS, TASKS = 20_000, 1_000, 1_500
NO_EFFECT, ONE_EFFECT, RAW = "Crossdock", "Crossdock, one effect a job", "raw Celery"

Paces = Mapping[tuple[str, int], list[Pace]]


class Scaling:
    def __init__(self, stack: Stack, processes: Supervisor, env: Mapping[str, str]) -> None:
        self._crew = Crew(stack, processes, env)
        self._broker = redis.Redis.from_url(env["REDIS_URL"])

    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        partner()
        found: Paces = {(way, count): [] for way in (NO_EFFECT, ONE_EFFECT, RAW) for count in COUNTS}
        for count in COUNTS:
            self._crew.start(f"ours-{count}", OURS, waiting.QUEUE, count)
            self._crew.start(f"raw-{count}", plain.MODULE, plain.QUEUE, count)
            self._paces(count)  # for warming up
        for _ in range(rounds):
            for count in COUNTS:
                for way, pace in self._paces(count).items():
                    found[way, count].append(pace)
                    tell(f"{way}, {count} processes: {pace.per_second:,.0f} jobs/s")
        self._crew.stop()
        return _rows(found)

    def _paces(self, count: int) -> dict[str, Pace]:
        return {
            NO_EFFECT: waiting.pace(self._crew, f"ours-{count}", FLOW, JOBS),
            ONE_EFFECT: waiting.pace(self._crew, f"ours-{count}", EFFECT, EFFECTS),
            RAW: plain.pace(self._crew, f"raw-{count}", self._broker, TASKS),
        }


def _rows(found: Paces) -> list[Row]:
    speed = {key: [pace.per_second for pace in paces] for key, paces in found.items()}
    cores = len(os.sched_getaffinity(0))
    ratios = [
        report.ratio(SECTION, f"{way}: {count} processes : 1, {cores} cores", speed[way, count], speed[way, 1])
        for count in COUNTS[1:]
        for way in (NO_EFFECT, ONE_EFFECT, RAW)
    ]
    figures = [
        report.figure(SECTION, f"{way}, {count} {'process' if count == 1 else 'processes'}", "/s", rates)
        for (way, count), rates in speed.items()
    ]
    return ratios + figures
