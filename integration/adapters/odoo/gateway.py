"""Odoo in business verbs: a thin door; each subject has its module."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from integration.adapters.base import ConnectionSettings, Guard, HeldByUser, Identity, Profile
from integration.adapters.http import check_address
from integration.adapters.odoo.agreed import Agreed
from integration.adapters.odoo.attachments import Attachments
from integration.adapters.odoo.books import Books
from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.changes import Changes
from integration.adapters.odoo.deliveries import Deliveries
from integration.adapters.odoo.freight import Freight
from integration.adapters.odoo.hints import Hints
from integration.adapters.odoo.identity import identity
from integration.adapters.odoo.inventory import Inventory
from integration.adapters.odoo.keys import Keys
from integration.adapters.odoo.legs import Legs
from integration.adapters.odoo.master import Master
from integration.adapters.odoo.notes import Activities, Notes
from integration.adapters.odoo.orderlines import OrderLines
from integration.adapters.odoo.orders import Orders
from integration.adapters.odoo.probe import Probe
from integration.adapters.odoo.purchases import Purchases
from integration.adapters.odoo.put_aways import PutAways
from integration.adapters.odoo.receipts import Receipts
from integration.adapters.odoo.returns import Returns
from integration.adapters.odoo.revival import Revival
from integration.adapters.odoo.rights import Rights
from integration.adapters.odoo.routing import Routing
from integration.adapters.odoo.shape import Shapes
from integration.adapters.odoo.substitutes import Substitutes
from integration.canonical.books import Booking, Entry, OrderBooks, Ordering
from integration.canonical.erp import (
    Change,
    Order,
    Picking,
    PostedReceipt,
    PostedShipment,
    Purchase,
    PutAwayMove,
    ReceiptPosting,
    RevivedLine,
    Root,
    ShipmentPosting,
    Transfer,
)
from integration.canonical.master import Record, Written
from integration.canonical.shapes import Shape


class OdooGateway:
    """Implements ``adapters.base.ErpGateway``."""

    def __init__(self, settings: ConnectionSettings, guard: Guard) -> None:
        check_address(settings)
        self._call = Caller(settings, guard)
        self._changes = Changes(self._call)
        self._orders = Orders(self._call)
        self._purchases = Purchases(self._call)
        self._legs = Legs(self._call)
        self._deliveries = Deliveries(self._call)
        self._revival = Revival(self._call)
        self._books = Books(self._call)
        self.agreed = Agreed(self._call)
        self._receipts = Receipts(self._call)
        self.returns = Returns(self._call)
        self._put_aways = PutAways(self._call)
        self._hints = Hints(self._call)
        self._lines = OrderLines(self._call)
        self.notes = Notes(self._call)
        self.activities = Activities(self._call)
        self.attachments = Attachments(self._call)
        self.freight = Freight(self._call)
        self.substitutes = Substitutes(self._call)
        self.routing = Routing(self._call)
        self.stock = Inventory(self._call, self._deliveries)
        self._master = Master(self._call)
        self.keys = Keys(self._call)

    def probe(self) -> Profile:
        self._call.session.forget()
        return Probe(self._call).profile()

    def identity(self) -> Identity:
        return identity(self._call)

    def rights(self, models: Sequence[str]) -> HeldByUser:
        return Rights(self._call).held(models)

    def shape(self) -> Shape:
        return Shapes(self._call).read()

    def now(self) -> datetime:
        """By the HTTP date of the latest answer: whole seconds, and never later than the answer itself."""
        if self._call.session.clock is None:
            self._call.ping()
        return self._call.session.clock or datetime.now(UTC)

    def changes(self, model: str, since: datetime, *, after_id: int, limit: int) -> Sequence[Change]:
        return self._changes.changes(model, since, after_id=after_id, limit=limit)

    def captured_models(self) -> Sequence[str]:
        return self._changes.models()

    def roots_of(self, model: str, ids: Sequence[int]) -> Sequence[Root]:
        found = self._changes.roots_of(model, ids)
        loose = [root.id for root in found if root.model == "stock.picking"]
        known = [root for root in found if root.model != "stock.picking"]
        return [*known, *(self._legs.roots(loose) if loose else ())]

    def purchases(self, ids: Sequence[int]) -> Sequence[Purchase]:
        return self._purchases.purchases(ids)

    def transfers(self, ids: Sequence[int]) -> Sequence[Transfer]:
        return self._legs.transfers(ids)

    def orders(self, ids: Sequence[int]) -> Sequence[Order]:
        return self._orders.orders(ids)

    def order_ids(self, *, after_id: int, limit: int) -> Sequence[int]:
        return self._orders.order_ids(after_id=after_id, limit=limit)

    def open_ids(self, model: str, *, after_id: int, limit: int) -> Sequence[int]:
        reader = {"sale.order": self._orders.order_ids, "purchase.order": self._purchases.open_ids}
        return reader.get(model, self._legs.open_ids)(after_id=after_id, limit=limit)

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
        return self._deliveries.chain(picking_id)

    def revived(self, picking: Picking, mark: str) -> Sequence[Picking]:
        return self._revival.found(picking, mark)

    def revive(self, picking: Picking, lines: Sequence[RevivedLine], mark: str) -> Picking:
        return self._revival.revive(picking, lines, mark)

    def below_delivered(self, line_ids: Sequence[int], company: int) -> Sequence[int]:
        return self._lines.below(line_ids, company)

    def raise_to_delivered(self, line_ids: Sequence[int], company: int) -> None:
        self._lines.raise_to_delivered(line_ids, company)

    def ship(self, picking: Picking, posting: ShipmentPosting) -> PostedShipment:
        return self._deliveries.ship(picking, posting)

    def books(self, model: Ordering, order_id: int) -> OrderBooks | None:
        return self._books.books(model, order_id)

    def draft(self, books: OrderBooks) -> None:
        self._books.draft(books)

    def mark_entry(self, books: OrderBooks, entry: Entry, booking: Booking) -> None:
        self._books.mark(books, entry, booking)

    def post_entry(self, books: OrderBooks, entry: Entry) -> None:
        self._books.post(books, entry)

    def incoming(self, picking_id: int) -> Sequence[Picking]:
        return self._receipts.chain(picking_id)

    def receive(self, picking: Picking, posting: ReceiptPosting) -> PostedReceipt:
        return self._receipts.receive(picking, posting)

    def products(self, skus: Sequence[str], company_id: int) -> Mapping[str, int]:
        return self._put_aways.products(skus, company_id)

    def moved(self, mark: str) -> str | None:
        return self._put_aways.moved(mark)

    def put_away(self, warehouse_id: int, mark: str, parts: Sequence[PutAwayMove]) -> str:
        return self._put_aways.put_away(warehouse_id, mark, parts)

    def loss_place(self, company_id: int) -> int:
        return self._receipts.loss_place(company_id)

    def give_up(self, picking: Picking) -> Picking:
        return self._receipts.give_up(picking)

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
