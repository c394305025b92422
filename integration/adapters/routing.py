"""Deliveries that leave from another warehouse than Odoo chose."""

from collections.abc import Sequence
from typing import Protocol

from integration.canonical.erp import Picking
from integration.canonical.routing import Routed, RouteGoal, RouteLook


class RoutingGateway(Protocol):
    def look(self, picking_id: int, warehouses: Sequence[int], *, stock: bool) -> RouteLook:
        """The delivery as it is now, and these warehouses; with ``stock`` what they hold of its goods. Four calls, and
        one for each warehouse."""
        ...

    def moved(self, picking: Picking) -> Sequence[Routed]:
        """The deliveries that ``move`` has made of it."""
        ...

    def move(self, picking: Picking, goals: Sequence[RouteGoal]) -> Sequence[Routed]:
        """Moves open moves into new deliveries of other warehouses: all of them or none, and once.

        What stays is not touched. Raises Rejected CD-4031 (nothing was moved), Forbidden, Locked, OutcomeUnknown.
        """
        ...

    def settle(self, picking: Picking, routed: Sequence[Routed]) -> None:
        """Reserves for the new deliveries, and closes the old one when nothing is left in it. A repeat is harmless.

        Raises Rejected CD-4031, Forbidden, Locked, OutcomeUnknown.
        """
        ...
