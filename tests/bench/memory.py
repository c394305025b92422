"""Whether a worker grows: the memory that its child has alone, after 10,000 jobs and after 100,000."""

from collections.abc import Callable, Mapping

import psutil  # type: ignore[import-untyped]

from config.local.stack import Stack
from config.local.supervisor import Supervisor
from tests.bench import report, waiting
from tests.bench.crew import OURS, Crew
from tests.bench.report import Row
from tests.bench.tasks import EFFECT, FLOW, partner

SECTION = "memory"
NAME = "memory"
STEP = 10_000  # jobs, one in twenty with an effect
STEPS = 10
WITH_EFFECT = 20
FLAT = 1.05
FOR_GOOD = {"WORKER_MAX_TASKS_PER_CHILD": "1000000000", "WORKER_MAX_MEMORY_MB": "100000"}


class Memory:
    """One child, which is not replaced however much it does or holds."""

    def __init__(self, stack: Stack, processes: Supervisor, env: Mapping[str, str]) -> None:
        self._crew = Crew(stack, processes, {**env, **FOR_GOOD})

    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        partner()
        rows = [self._grown(tell) for _ in range(rounds)]
        first, last = [held[0] for held in rows], [held[-1] for held in rows]
        many = f"{STEP * STEPS:,} jobs"
        return [
            report.at_most(SECTION, f"after {many} : {STEP:,}", "x", _ratios(last, first), FLAT),
            report.figure(SECTION, f"a child's own memory after {STEP:,} jobs", "MB", first),
            report.figure(SECTION, f"a child's own memory after {many}", "MB", last),
        ]

    def _grown(self, tell: Callable[[str], None]) -> list[float]:
        """Megabytes after each step. Raises RuntimeError when the child was replaced."""
        self._crew.start(NAME, OURS, waiting.QUEUE, 1)
        child, held = self._child(), list[float]()
        for step in range(STEPS):
            waiting.pace(self._crew, NAME, FLOW, STEP - STEP // WITH_EFFECT)
            waiting.pace(self._crew, NAME, EFFECT, STEP // WITH_EFFECT)
            held.append(child.memory_full_info().uss / 1e6)
            tell(f"memory: {held[-1]:.1f} MB after {(step + 1) * STEP:,} jobs")
        if self._child().pid != child.pid:
            raise RuntimeError("the worker's child was replaced")
        self._crew.stop()
        return held

    def _child(self) -> psutil.Process:
        [child] = psutil.Process(self._crew.pid(NAME)).children()
        return child


def _ratios(last: list[float], first: list[float]) -> list[float]:
    return [after / before for after, before in zip(last, first, strict=True)]
