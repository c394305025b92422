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

ODOO, WMS = "odoo", "main-warehouse"  # slugs of the two connections
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
}


@dataclass(frozen=True)
class Town:
    """Addresses and secrets of one demo, made anew for each. ``wms_slug`` stands in the marks that are left in Odoo."""

    wms_slug: str = WMS
    web_port: int = field(default_factory=free_port)
    odoo_port: int = field(default_factory=free_port)
    wms_port: int = field(default_factory=free_port)
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
    def hint_url(self) -> str:
        return f"{self.url}/api/v1/hints/{ODOO}/{self.hint_token}"

    @cached_property
    def odoo(self) -> Command:
        options = ["--port", str(self.odoo_port), "--db", DATABASE, "--login", LOGIN, "--seed", "empty"]
        return self._stand_in("odoo", self.odoo_url, options)

    @cached_property
    def wms(self) -> Command:
        webhooks = f"{self.url}/api/v1/webhooks/{self.wms_slug}"
        secrets = ["--secret", self.signing, "--token", self.wms_token]
        return self._stand_in("wms", self.wms_url, ["--port", str(self.wms_port), *secrets, "--target", webhooks])

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

    def _stand_in(self, name: str, url: str, options: list[str]) -> Command:
        argv = [sys.executable, "-m", "integration.sandbox", name, *options]
        return Command(f"sandbox-{name}", argv, {}, CHECKOUT, ready=f"{url}/")
