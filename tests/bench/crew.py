"""Celery workers that stand by: each takes from its queue only while it is its turn."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from config.local import services
from config.local.stack import Stack
from config.local.supervisor import Supervisor
from tests.bench.worker import app
from tests.rig import cpu
from tests.rig.poll import until

OURS = "tests.bench.worker"
PATIENCE = 60.0


@dataclass(frozen=True)
class Pace:
    """How fast jobs left, and what one of them cost in worker, database and broker."""

    per_second: float
    cpu_ms: float


class Crew:
    def __init__(self, stack: Stack, processes: Supervisor, env: Mapping[str, str]) -> None:
        self._stack, self._processes, self._env = stack, processes, env
        self._queues: dict[str, str] = {}

    def start(self, name: str, module: str, queue: str, processes: int) -> None:
        made = services.worker(self._env, name)
        argv = [module if part == "config" else part for part in made.argv]
        argv += ["--concurrency", str(processes), "--queues", queue, "--loglevel", "WARNING"]
        self._processes.start(replace(made, argv=argv))
        until(lambda: app.control.ping(_address(name), timeout=1.0), seconds=PATIENCE)
        self._queues[name] = queue
        self._listen(name, False)

    def stop(self) -> None:
        for name in self._queues:
            self._processes.stop(name)
        self._queues.clear()

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        self._listen(name, True)
        yield
        self._listen(name, False)

    def cpu(self, name: str) -> float:
        """Seconds of the worker, the database and the broker."""
        servers = [pid for pid in (self._stack.postgres.pid(), self._stack.valkey.pid()) if pid is not None]
        return cpu.seconds(self._processes.pid(name), *servers)

    def pid(self, name: str) -> int:
        return self._processes.pid(name)

    def _listen(self, name: str, listens: bool) -> None:
        act = app.control.add_consumer if listens else app.control.cancel_consumer
        if not act(self._queues[name], destination=_address(name), reply=True, timeout=5.0):
            raise TimeoutError(f"{name} does not hear its broker")


def _address(name: str) -> list[str]:
    return [f"{name}@{socket.gethostname()}"]
