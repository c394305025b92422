"""How long a shipment waits while a burst of master data is worked off: with nobody else to wait for, and in calls."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from django.db import transaction

from config.local import services
from config.local.supervisor import Supervisor
from integration.jobs import dispatch
from integration.jobs.queue import NewJob, enqueue
from integration.models import Lane, SyncJob
from tests.bench import report, waiting
from tests.bench.crew import OURS
from tests.bench.report import Row
from tests.bench.tasks import CALL, CALL_SECONDS, FLOW
from tests.rig.poll import until

SECTION = "urgent"
NAME, PROCESSES = "urgent", 2
BURST = {FLOW: 1_000_000, CALL: 2_000}  # master data that waits: more than is done while it is looked at
SHIPMENTS = 20  # in a round
APART = (0.1, 0.5)  # seconds
PATIENCE = 60.0
LANES = (Lane.SHIPMENT, Lane.MASTER_DATA)
_DELAYS = f"""
SELECT EXTRACT(EPOCH FROM started_at - created_at)::float FROM {waiting.JOB} WHERE subject LIKE 'shipment %%'"""


class Urgent:
    def __init__(self, processes: Supervisor, env: Mapping[str, str]) -> None:
        self._processes, self._env = processes, env

    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        found: dict[str, list[list[float]]] = {flow: [] for flow in BURST}
        self._start()
        for _ in range(rounds):
            for flow, delays in found.items():
                delays.append(_delays(flow))
                tell(f"urgent: beside {flow}, the longest of {SHIPMENTS} shipments waited {max(delays[-1]):.3f} s")
        self._processes.stop(NAME)
        return _rows(found)

    def _start(self) -> None:
        made = services.worker(self._env, NAME)
        argv = [OURS if part == "config" else part for part in made.argv]
        queues = ",".join(dispatch.queue(lane) for lane in LANES)
        argv += ["--concurrency", str(PROCESSES), "--queues", queues, "--loglevel", "WARNING"]
        self._processes.start(replace(made, argv=argv))


def _delays(flow: str) -> list[float]:
    """Seconds from a shipment's commit to its start, while the burst is worked off all the time."""
    waiting.fill(flow, BURST[flow], lane=Lane.MASTER_DATA)
    dispatch.send(Lane.MASTER_DATA)
    until(lambda: waiting.ended() > PROCESSES, seconds=PATIENCE)
    for number in range(SHIPMENTS):
        time.sleep(random.uniform(*APART))
        with transaction.atomic():
            enqueue(NewJob(FLOW, f"shipment:{number}", Lane.SHIPMENT, f"shipment {number}"))
    shipments = SyncJob.objects.filter(subject__startswith="shipment ", state=SyncJob.State.SUCCEEDED)
    until(lambda: shipments.count() == SHIPMENTS, seconds=PATIENCE)
    if not SyncJob.objects.filter(flow=flow, state=SyncJob.State.PENDING, subject__startswith="job ").exists():
        raise RuntimeError("the burst was over before the shipments were")
    waiting.put_away()
    return waiting.column(_DELAYS)


def _rows(found: Mapping[str, Sequence[Sequence[float]]]) -> list[Row]:
    limits = {FLOW: 1.0, CALL: CALL_SECONDS}
    names = {
        FLOW: f"a shipment beside {BURST[FLOW]:,} jobs, longest wait",
        CALL: f"a shipment beside calls of {CALL_SECONDS:g} s, longest wait",
    }
    return [
        report.at_most(SECTION, names[flow], "s", [max(delays) for delays in rounds], limits[flow])
        for flow, rounds in found.items()
    ]
