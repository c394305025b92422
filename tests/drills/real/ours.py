"""Crossdock's jobs and cases without those about orders that other people of the same Odoo write meanwhile."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from integration.sandbox.day.ledger import PlannedOrder
from tests.drills.http import Balanced, Watched

ABOUT_ORDERS = ("CD-2008", "CD-3001", "CD-3003", "CD-3005", "CD-3007", "CD-4")  # cases that a look at an order opens
NAMING = ("order", "order_id", "code", "sku")  # what their context says it with


class OurCrossdock(Watched):
    """``sign`` ends every code of ours. ``foreign`` holds the texts of what was left out."""

    def __init__(self, web: Balanced, partner: str, orders: Sequence[PlannedOrder], sign: str) -> None:
        super().__init__(web, partner)
        self._orders, self._sign = orders, sign
        self.foreign: set[str] = set()

    def cases(self) -> list[dict[str, Any]]:
        return [case for case in super().cases() if self._is_ours(case)]

    def waiting(self) -> list[dict[str, Any]]:
        return list(self._our_jobs(super().waiting()))

    def _moving(self) -> list[dict[str, Any]]:
        return list(self._our_jobs(super()._moving()))

    def _our_jobs(self, jobs: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        names = {order.name for order in self._orders}
        return (job for job in jobs if job["flow"] != "order_release" or job["subject"] in names)

    def _is_ours(self, case: Mapping[str, Any]) -> bool:
        """A case that names no order and no code is about us."""
        named = [case["context"][key] for key in NAMING if key in case["context"]]
        ours = {known for order in self._orders for known in (order.name, order.id)}
        if not case["code"].startswith(ABOUT_ORDERS) or not named or ours & set(named):
            return True
        if any(str(each).endswith(self._sign) for each in named):
            return True
        self.foreign.add(f"{case['code']} {case['cause']}")
        return False
