"""Crossdock as an integrator uses it: its REST API."""

from collections.abc import Iterator
from typing import Any

from integration.sandbox.day.http import Api

MOVING = ("retry", "pending", "running")
WAITING = ("blocked", "needs_attention")
COMPARING = ("orders_watch", "orders_walk")
MASTER = ("master_poll", "master_sweep", "master_tell")
COMPARES = "inventory_read"
ROUTINE = (
    "odoo_poll",
    "odoo_read",
    "odoo_sweep",
    COMPARES,
    "inventory_watch",
    "inventory_fetch",
    *MASTER,
    "orders_watch",
    "orders_walk",
    "shape_look",
    "system_look",
)


class Crossdock:
    def __init__(self, url: str, token: str, partner: str) -> None:
        self._api = Api(f"{url}/api/v1", token)
        self._partner = partner

    def cases(self) -> list[dict[str, Any]]:
        """Open exception cases."""
        return list(self._all("/cases", state="open"))

    def has_case(self, code: str) -> bool:
        return bool(self._api.get("/cases", state="open", code=code)["results"])

    def moving(self) -> list[dict[str, Any]]:
        """Jobs that are on their way, but for the routine of looking at Odoo and at causes that may be gone.

        One that changes its state while it is looked for may be missed once: nothing found is looked at twice.
        """
        return self._moving() or self._moving()

    def _moving(self) -> list[dict[str, Any]]:
        found = (job for state in MOVING for job in self._all("/jobs", state=state))
        return [job for job in found if job["flow"] not in ROUTINE and not _rechecked(job)]

    def comparing(self) -> list[dict[str, Any]]:
        """Jobs that compare the stock: routine, too, and what the warehouse has of unknown codes comes at their end."""
        found = (job for state in MOVING for job in self._all("/jobs", state=state))
        return [job for job in found if job["flow"] == COMPARES]

    def waiting(self) -> list[dict[str, Any]]:
        """Jobs that wait for a cause to go away, or for a person."""
        return [job for state in WAITING for job in self._all("/jobs", state=state)]

    def jobs_blocked_by(self, code: str) -> int:
        return len(list(self._all("/jobs", code=code, state="blocked")))

    def map_product(self, sku: str, partner_sku: str) -> None:
        row = {"kind": "product", "partner": self._partner, "odoo_code": sku, "partner_code": partner_sku}
        self._api.post("/mappings", row)

    def inventory(self) -> list[dict[str, Any]]:
        """Stock by warehouse, product, lot and place, by Odoo and by the warehouse."""
        return list(self._all("/inventory"))

    def _all(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        page = self._api.get(path, page_size=200, **params)
        yield from page["results"]
        while page["next"]:
            page = self._api.get(page["next"])
            yield from page["results"]


def _rechecked(job: dict[str, Any]) -> bool:
    """A job with a case that just looks whether its cause is gone; one that is tried again by itself has none."""
    code = job["failure_code"]
    return job["state"] == "running" and bool(code) and not code.startswith("CD-1")
