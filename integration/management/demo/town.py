"""The demo's processes: two stand-ins, then Crossdock's own, each a process of its own."""

import base64
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from config.local import services
from config.local.place import CHECKOUT
from config.local.server import HOST, free_port
from config.local.supervisor import Command
from integration.sandbox.day.going_live import KEYED

ODOO, WMS, BRANCH = "odoo", "main-warehouse", "west-branch"  # slugs of the connections
DATABASE, LOGIN = "demo", "admin"
WORKERS = 4
# Whatever the environment says: an error page with details would show the demo's passwords.
SAFE = {"ENVIRONMENT": "test", "DEBUG": "false", "ALLOWED_HOSTS": f"{HOST},localhost"}
# A day in two minutes: everything that Crossdock waits for comes sooner than in a real warehouse.
PACE = {
    "CAPTURE_POLL_SECONDS": "2",
    "CAPTURE_OVERLAP_SECONDS": "30",
    "ENGINE_CLAIM_SECONDS": "20",
    "ENGINE_BREAKER_FAILURES": "3",
    "ENGINE_BREAKER_PROBE_SECONDS": "2",
    "ENGINE_RECHECK_SECONDS": "10",
    "ENGINE_RETRY_BASE_SECONDS": "1",
    "ENGINE_RETRY_CAP_SECONDS": "8",
    "ENGINE_SWEEP_SECONDS": "1",
    "STOCK_WATCH_SECONDS": "5",
    "STOCK_READ_SECONDS": "30",
    "MASTER_POLL_SECONDS": "8",
    "SHADOW_LOOK_SECONDS": "4",
    "SHADOW_DECIDE_MINUTES": "0",
    "GO_LIVE_DOCUMENTS": str(KEYED),
}


@dataclass(frozen=True)
class Town:
    """Addresses and secrets of one demo, made anew for each. ``wms_slug`` stands in the marks that are left in Odoo."""

    wms_slug: str = WMS
    web_port: int = field(default_factory=free_port)
    odoo_port: int = field(default_factory=free_port)
    wms_port: int = field(default_factory=free_port)
    branch_port: int = field(default_factory=free_port)
    odoo_key: str = "sandbox-admin-key"
    wms_token: str = field(default_factory=lambda: secrets.token_hex(24))
    signing: str = field(default_factory=lambda: "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())
    hint_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    password: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.web_port}"

    @property
    def odoo_url(self) -> str:
        return f"http://{HOST}:{self.odoo_port}"

    @property
    def wms_url(self) -> str:
        return f"http://{HOST}:{self.wms_port}"

    @property
    def branch_url(self) -> str:
        return f"http://{HOST}:{self.branch_port}"

    @property
    def branch_setup(self) -> dict[str, str]:
        """What Crossdock has to know of the third warehouse's system, for JSON."""
        return {"slug": BRANCH, "url": self.branch_url, "token": self.wms_token, "signing": self.signing}

    @property
    def hint_url(self) -> str:
        return f"{self.url}/api/v1/hints/{ODOO}/{self.hint_token}"

    @cached_property
    def odoo(self) -> Command:
        options = ["--port", str(self.odoo_port), "--db", DATABASE, "--login", LOGIN, "--seed", "empty"]
        return self._stand_in("odoo", self.odoo_url, options)

    @cached_property
    def wms(self) -> Command:
        return self._warehouse("wms", self.wms_slug, self.wms_url, self.wms_port)

    @cached_property
    def branch(self) -> Command:
        """The third warehouse's own system."""
        return replace(self._warehouse("wms", BRANCH, self.branch_url, self.branch_port), name="sandbox-branch")

    def crossdock(self, env: Mapping[str, str]) -> list[Command]:
        """Web, worker and beat."""
        worker = services.worker(env)
        return [
            replace(worker, argv=[*worker.argv, "--concurrency", str(WORKERS)]),
            services.beat(env),
            services.web(env, self.web_port),
        ]

    def environment(self, local: Mapping[str, str]) -> dict[str, str]:
        return {**local, **SAFE, **PACE, "PUBLIC_URL": self.url}

    def _warehouse(self, name: str, slug: str, url: str, port: int) -> Command:
        webhooks = f"{self.url}/api/v1/webhooks/{slug}"
        secrets = ["--secret", self.signing, "--token", self.wms_token]
        return self._stand_in(name, url, ["--port", str(port), *secrets, "--target", webhooks])

    def _stand_in(self, name: str, url: str, options: list[str]) -> Command:
        argv = [sys.executable, "-m", "integration.sandbox", name, *options]
        return Command(f"sandbox-{name}", argv, {}, CHECKOUT, ready=f"{url}/")
