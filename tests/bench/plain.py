"""Raw Celery: tasks that wait at the broker, and how fast they leave."""

import time

import redis

from tests.bench import raw
from tests.bench.crew import Crew, Pace
from tests.rig.poll import until

MODULE, QUEUE = "tests.bench.raw", "bench.raw"
PATIENCE = 120.0


def pace(crew: Crew, name: str, broker: "redis.Redis", tasks: int) -> Pace:
    for number in range(tasks):
        raw.nothing.apply_async((number,), queue=QUEUE)
    before = crew.cpu(name)
    with crew.turn(name):
        started = time.monotonic()
        until(lambda: not broker.llen(QUEUE) and not broker.hlen("unacked"), seconds=PATIENCE)
        seconds = time.monotonic() - started
        cost = crew.cpu(name) - before
    return Pace(tasks / seconds, cost / tasks * 1000)
