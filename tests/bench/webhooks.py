"""Messages taken a second: signed, recognised and committed with their job, beside a bare view that stores a row."""

import base64
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence

from config.local import services
from config.local.server import free_port
from config.local.supervisor import Supervisor
from integration.models import Connection, InboundMessage, SyncJob
from tests.bench import load, posts, report
from tests.bench.load import Load
from tests.bench.peers.models import BareMessage
from tests.bench.report import Row

SECTION = "webhooks"
WORKERS = 2
SLUG = "bench-wms"
MOST = 4000  # a second: more is not prepared
HALF = 0.5  # of what it took at full speed in the same round: there the slowest are looked at
WARM_UP = 1.0


class Webhooks:
    def __init__(self, processes: Supervisor, env: Mapping[str, str], seconds: float) -> None:
        self._processes, self._env, self._seconds = processes, env, seconds
        self._secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()

    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        Connection.objects.create(
            slug=SLUG, name="Bench", kind="http_json", base_url="http://127.0.0.1", secrets={"signing": self._secret}
        )
        self._port = free_port()
        self._processes.start(services.web(self._env, self._port, workers=WORKERS))
        self._round(WARM_UP)
        ours, bare, steady = [], [], []
        for _ in range(rounds):
            fast, stored, calm = self._round(self._seconds)
            tell(f"webhooks: {fast.per_second:,.0f}/s signed, {stored.per_second:,.0f}/s bare")
            ours.append(fast)
            bare.append(stored)
            steady.append(calm)
        self._processes.stop("web")
        return _rows(ours, bare, steady)

    def _round(self, seconds: float) -> tuple[Load, Load, Load]:
        """Signed ones, bare ones, and signed ones at half the rate; raises RuntimeError unless every one was kept."""
        count = int(MOST * seconds)
        before = _kept()
        fast = load.run(self._port, [self._signed() for _ in range(count)], seconds=seconds)
        bare = load.run(self._port, [_bare() for _ in range(count)], seconds=seconds)
        pace = fast.per_second * HALF
        calm = [self._signed() for _ in range(int(pace * seconds))]
        steady = load.run(self._port, calm, seconds=seconds, per_second=pace)
        signed = len(fast.times) + len(steady.times)
        kept = tuple(now - then for now, then in zip(_kept(), before, strict=True))
        statuses = fast.statuses | steady.statuses
        if kept != (signed, signed, len(bare.times)) or statuses != {202} or bare.statuses != {201}:
            raise RuntimeError(f"posted {signed} and {len(bare.times)}, kept {kept}, answered {sorted(statuses)}")
        return fast, bare, steady

    def _signed(self) -> bytes:
        return posts.signed(SLUG, self._secret, f"msg_{uuid.uuid4().hex}", posts.shipment())


def _bare() -> bytes:
    return posts.request("/bare", posts.shipment(), {})


def _kept() -> tuple[int, int, int]:
    return InboundMessage.objects.count(), SyncJob.objects.count(), BareMessage.objects.count()


def _rows(ours: Sequence[Load], bare: Sequence[Load], steady: Sequence[Load]) -> list[Row]:
    def speed(loads: Sequence[Load]) -> list[float]:
        return [one.per_second for one in loads]

    def slowest(loads: Sequence[Load], share: float) -> list[float]:
        return [one.percentile(share) for one in loads]

    return [
        report.ratio(SECTION, "signed and recognised : bare DRF insert", speed(ours), speed(bare), least=0.9),
        report.figure(SECTION, "signed, recognised, with its job", "/s", speed(ours)),
        report.figure(SECTION, "bare DRF insert", "/s", speed(bare)),
        report.figure(SECTION, "signed, p50 at full speed", "ms", slowest(ours, 0.5)),
        report.figure(SECTION, "signed, p99 at full speed", "ms", slowest(ours, 0.99)),
        report.figure(SECTION, "bare, p50 at full speed", "ms", slowest(bare, 0.5)),
        report.figure(SECTION, "bare, p99 at full speed", "ms", slowest(bare, 0.99)),
        report.figure(SECTION, "signed, at half of it", "/s", speed(steady)),
        report.figure(SECTION, "signed, p50 at half speed", "ms", slowest(steady, 0.5)),
        report.at_most(SECTION, "signed, p99 at half speed", "ms", slowest(steady, 0.99), 50),
    ]
