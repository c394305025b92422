"""Odoo in business verbs: a thin door; each subject has its module."""

from collections.abc import Sequence
from datetime import UTC, datetime

from integration.adapters.base import ConnectionSettings, Guard, Profile
from integration.adapters.http import check_address
from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.changes import Changes
from integration.adapters.odoo.deliveries import Deliveries
from integration.adapters.odoo.hints import Hints
from integration.adapters.odoo.master import Master
from integration.adapters.odoo.orders import Orders
from integration.adapters.odoo.probe import Probe
from integration.adapters.odoo.revival import Revival
from integration.canonical.erp import Change, Order, Picking, PostedShipment, RevivedLine, ShipmentPosting
from integration.canonical.master import Record, Written


class OdooGateway:
    """Implements ``adapters.base.ErpGateway``."""

    def __init__(self, settings: ConnectionSettings, guard: Guard) -> None:
        check_address(settings)
        self._call = Caller(settings, guard)
        self._changes = Changes(self._call)
        self._orders = Orders(self._call)
        self._deliveries = Deliveries(self._call)
        self._revival = Revival(self._call)
        self._hints = Hints(self._call)
        self._master = Master(self._call)

    def probe(self) -> Profile:
        return Probe(self._call).profile()

    def now(self) -> datetime:
        """By the HTTP date of the latest answer: whole seconds, and never later than the answer itself."""
        if self._call.session.clock is None:
            self._call.ping()
        return self._call.session.clock or datetime.now(UTC)

    def changes(self, model: str, since: datetime, *, after_id: int, limit: int) -> Sequence[Change]:
        return self._changes.changes(model, since, after_id=after_id, limit=limit)

    def orders_of(self, model: str, ids: Sequence[int]) -> Sequence[int]:
        return self._changes.orders_of(model, ids)

    def orders(self, ids: Sequence[int]) -> Sequence[Order]:
        return self._orders.orders(ids)

    def order_ids(self, *, after_id: int, limit: int) -> Sequence[int]:
        return self._orders.order_ids(after_id=after_id, limit=limit)

    def master_sources(self, kind: str) -> Sequence[str]:
        return self._master.sources(kind)

    def master_written(
        self, kind: str, source: str, since: datetime, *, after_id: int, limit: int
    ) -> Sequence[Written]:
        return self._master.written(kind, source, since, after_id=after_id, limit=limit)

    def master_ids(self, kind: str, *, after_id: int, limit: int) -> Sequence[int]:
        return self._master.ids(kind, after_id=after_id, limit=limit)

    def master_records(self, kind: str, ids: Sequence[int]) -> Sequence[Record]:
        return self._master.records(kind, ids)

    def delivery(self, picking_id: int) -> Sequence[Picking]:
        return self._deliveries.delivery(picking_id)

    def revived(self, picking: Picking, mark: str) -> Sequence[Picking]:
        return self._revival.found(picking, mark)

    def revive(self, picking: Picking, lines: Sequence[RevivedLine], mark: str) -> Picking:
        return self._revival.revive(picking, lines, mark)

    def ship(self, picking: Picking, posting: ShipmentPosting) -> PostedShipment:
        return self._deliveries.ship(picking, posting)

    def install_hints(self, url: str) -> Sequence[str]:
        """Makes Odoo post to ``url`` when an order or delivery changes; again with another ``url`` to rotate its token.

        Answers the models. Raises ConfigurationError CD-2009 on Odoo 16, Forbidden without Settings rights.
        """
        return self._hints.install(url)

    def hints_installed(self) -> Sequence[str]:
        """The models that Odoo hints at. Raises Forbidden without Settings rights."""
        return self._hints.installed()

    def remove_hints(self) -> None:
        self._hints.remove()
