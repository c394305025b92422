"""Posts prepared HTTP requests over kept connections, as fast as they are answered or at a rate, and times each.

Written by hand because a client library costs more CPU than the server that is measured.
"""

import asyncio
import itertools
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CONNECTIONS = 16
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Load:
    """What came of it: times in milliseconds, sorted. ``began`` by the clock on the wall."""

    began: float
    seconds: float
    times: list[float]
    statuses: frozenset[int]

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        return self.times[min(int(len(self.times) * share), len(self.times) - 1)]


def run(port: int, requests: Sequence[bytes], *, seconds: float, per_second: float | None = None) -> Load:
    """Until the time is over or all are posted. With a rate, a late answer counts from when its request was due."""
    return asyncio.run(_run(port, requests, seconds, per_second))


async def _run(port: int, requests: Sequence[bytes], seconds: float, per_second: float | None) -> Load:
    times, statuses = list[float](), set[int]()
    began, started = time.time(), time.perf_counter()
    work = zip(_turns(started, per_second), requests, strict=False)
    await asyncio.gather(*(_post(port, work, started + seconds, times, statuses) for _ in range(CONNECTIONS)))
    return Load(began, time.perf_counter() - started, sorted(times), frozenset(statuses))


def _turns(started: float, per_second: float | None) -> Iterator[float]:
    """When each request is due."""
    return iter(time.perf_counter, None) if per_second is None else itertools.count(started, 1 / per_second)


async def _post(
    port: int, work: Iterator[tuple[float, bytes]], ends: float, times: list[float], statuses: set[int]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for due, request in work:
        if due >= ends:
            break
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        writer.write(request)
        statuses.add(await _answer(reader))
        times.append((time.perf_counter() - due) * 1000)
    writer.close()
    await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    if length := LENGTH.search(head):
        await reader.readexactly(int(length[1]))
    return int(head.split(b" ", 2)[1])
