"""Shipments that are posted at their times, and how long after each its write had landed."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench import load, posts
from tests.bench.depot import Depot
from tests.rig.poll import until

PATIENCE = 300.0
BACKLOG = 0.2
_LANDED = """
SELECT message.external_id, EXTRACT(EPOCH FROM effect.landed_at)::float
FROM integration_inboundmessage AS message
  JOIN integration_syncjob AS job ON job.inbound_id = message.id
  JOIN integration_effect AS effect ON effect.job_id = job.id AND effect.state = 'landed'
WHERE message.external_id LIKE %s"""


@dataclass(frozen=True)
class Arrivals:
    """``times`` in milliseconds, sorted, each from when its POST was due. ``left``: not landed when the last was taken.

    ``shares`` of one core that the processes used until all had landed.
    """

    rate: float
    times: list[float]
    left: int
    drained_per_second: float
    shares: dict[str, float]

    @property
    def sustained(self) -> bool:
        """Most had landed when the last was taken."""
        return self.left <= len(self.times) * BACKLOG

    def percentile(self, share: float) -> float:
        return self.times[min(int(len(self.times) * share), len(self.times) - 1)]


def run(depot: Depot, bodies: Sequence[bytes], rate: float | None) -> Arrivals:
    """All of them, at so many a second or at once. Raises RuntimeError when one is refused."""
    sign = uuid.uuid4().hex[:8]
    place = depot.place
    requests = [posts.signed(place.wms_slug, place.signing, f"{sign}-{turn}", body) for turn, body in enumerate(bodies)]
    used, started = depot.cpu(), time.monotonic()
    sent = load.run(place.web_port, requests, seconds=PATIENCE, per_second=rate)
    left = len(bodies) - len(_landed(depot, sign))
    until(lambda: len(_landed(depot, sign)) == len(bodies), seconds=PATIENCE, every=0.2)
    seconds = time.monotonic() - started
    shares = {name: (now - used[name]) / seconds for name, now in depot.cpu().items()}
    if sent.statuses != {202}:
        raise RuntimeError(f"answered {sorted(sent.statuses)}")
    landed = _landed(depot, sign)
    pause = 1 / rate if rate else 0.0
    times = [(at - sent.began - int(number.partition("-")[2]) * pause) * 1000 for number, at in landed.items()]
    drained = len(bodies) / (max(landed.values()) - sent.began)
    return Arrivals(rate or drained, sorted(times), left, drained, shares)


def _landed(depot: Depot, sign: str) -> dict[str, float]:
    return dict(depot.database.execute(_LANDED, [f"{sign}-%"]).fetchall())
