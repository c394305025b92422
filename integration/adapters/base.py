"""What the rest of the code sees of a remote system. Adapters implement these; ``registry`` names them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from integration.adapters.agreed import AgreedGateway
from integration.adapters.keys import KeysGateway
from integration.adapters.records import (
    ActivitiesGateway,
    AttachmentsGateway,
    FreightGateway,
    NotesGateway,
    SubstitutesGateway,
)
from integration.adapters.returns import ReturnGateway
from integration.adapters.routing import RoutingGateway
from integration.adapters.stock import StockGateway
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
from integration.canonical.events import Event
from integration.canonical.inventory import InventorySnapshot
from integration.canonical.master import Record, WarehouseItem, Written
from integration.canonical.outgoing import Outgoing
from integration.canonical.shapes import Shape


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """One remote system in one environment; ``name`` is for people. ``repr`` leaves the secrets out."""

    slug: str
    kind: str
    base_url: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, object] = field(default_factory=dict)
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    title: str = ""

    @property
    def name(self) -> str:
        return self.title or self.slug


class Guard(Protocol):
    """Stands between an adapter and the network: every request is made inside ``call``.

    It refuses an open database transaction, waits for the throttle, asks the breaker, and keeps the call for the
    job's history. ``what`` names the call for people ("stock.picking.button_validate"), without data.
    Raises Throttled or Unreachable (CD-1005) instead of letting the call go out.
    """

    def call(self, what: str, *, timeout: float, writes: bool = False) -> AbstractContextManager[None]: ...


class Capability(StrEnum):
    """What a warehouse system can be asked: the types of the documents that it takes, and the questions it answers."""

    RELEASE = "order.release"
    CHANGE = "order.change"
    CANCEL = "order.cancel"
    ADVICE = "receipt.advice"
    ADVICE_CANCEL = "receipt.cancel"
    MASTER = "master.batch"
    ITEMS = "fetch_items"
    ACKNOWLEDGES = "acknowledges"
    FINDS = "finds"
    FETCH_INVENTORY = "fetch_inventory"
    FETCH_EVENTS = "fetch_events"
    FETCH_STATES = "fetch_states"


class Answer(StrEnum):
    """A partner's answer to a document. SENT: taken, the yes or no comes later."""

    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Reply:
    """``reference`` is the partner's own number for the document; ``reason`` is for a person. ``refused``: of a batch,
    the records that it does not take, by Odoo's id, with their reasons."""

    answer: Answer
    reference: str = ""
    reason: str = ""
    refused: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Received:
    """A verified and parsed message. ``external_id`` is the sender's number for it; ``sequence`` its place in the count
    of all that the sender sends us, for who counts."""

    external_id: str
    event: Event
    drift: tuple[str, ...] = ()
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which messages are asked for: those about one document, or those of a stretch of the sender's count."""

    about: str = ""
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message that we asked for, as it was, or would have been, sent: its number and its very bytes."""

    external_id: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What a partner says of one of our documents. ``moved``: goods have left, or came in. ``messages``: the numbers of
    all that it told about it, if it says so."""

    kind: str
    reference: str
    moved: bool
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatePage:
    """``following``: what the next page is asked for by; empty at the end."""

    states: Sequence[DocumentState]
    following: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a probe. ``ok`` None: good to know, neither good nor bad. ``fix`` is for a person."""

    name: str
    ok: bool | None
    detail: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class WarehouseProfile:
    """An Odoo warehouse. ``backorder_policy`` is its delivery operation type's: ask, always, never."""

    id: int
    name: str
    code: str
    company_id: int
    delivery_steps: str
    backorder_policy: str = "ask"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a probe learned. ``facts`` goes into the connection's row and back into ``ConnectionSettings.options``."""

    version: str
    facts: Mapping[str, object]
    findings: Sequence[Finding]
    warehouses: Sequence[WarehouseProfile] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Which database answers. ``uuid``: Odoo's own number of it, where our user may read it; a copy that Odoo makes has
    another one. ``born``: "<login> since <moment>", when our user was made in it: another database has another one."""

    uuid: str
    born: str


@dataclass(frozen=True, slots=True)
class HeldByUser:
    """What our user may do, by model, of those that were asked for and are there; and the groups that give it."""

    operations: Mapping[str, Sequence[str]]
    groups: Sequence[str]


class WmsAdapter(Protocol):
    """A warehouse system. ``verify`` and ``parse`` use no network."""

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    def probe(self) -> Profile: ...

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
        """The name of the secret that it is signed with. Raises Forbidden (CD-6005) unless the message is really the
        partner's and fresh."""
        ...

    def parse(self, headers: Mapping[str, str], body: bytes) -> Received:
        """Raises InvalidDocument (CD-6001, CD-6002, CD-6003 with the field)."""
        ...

    def render(self, document: Outgoing) -> bytes:
        """The bytes that ``send`` would send: kept before they are sent."""
        ...

    def send(self, kind: str, rendered: bytes, *, key: str) -> Reply:
        """``kind`` is the document's type, one of the capabilities. ``key`` is the same for every try of the same
        document, and the partner acts on it once."""
        ...

    def find(self, kind: str, reference: str, version: int) -> Reply | None:
        """Whether the partner has it, after an answer was lost. None: it has not."""
        ...

    def fetch_inventory(self, site: str, owner: str, page: int) -> InventorySnapshot:
        """One page of all that lies at a site, where the capabilities say that it can be asked. Pages of one snapshot
        have one number. Raises InvalidDocument."""
        ...

    def fetch_events(self, asked: Asked, after: str) -> Sequence[Fetched]:
        """A page of its messages to us, in the order of their sending, behind the message numbered ``after``; empty at
        the end (capability FETCH_EVENTS). A message is the same as when it is pushed: number and bytes."""
        ...

    def fetch_states(self, after: str) -> StatePage:
        """What has become of our documents that are open, or were until lately (capability FETCH_STATES)."""
        ...

    def fetch_items(self, after: str) -> Sequence[WarehouseItem]:
        """A page of the partner's own items, by SKU, behind the SKU ``after``; empty at the end (capability ITEMS)."""
        ...


class ErpGateway(Protocol):
    """Odoo, in business verbs. Every verb reads first and may be repeated; the verdict is what is read back."""

    @property
    def stock(self) -> StockGateway: ...

    @property
    def returns(self) -> ReturnGateway: ...

    @property
    def agreed(self) -> AgreedGateway: ...

    @property
    def keys(self) -> KeysGateway: ...

    def probe(self) -> Profile: ...

    def identity(self) -> Identity: ...

    def rights(self, models: Sequence[str]) -> HeldByUser:
        """A few calls for each model: not often. Needs no right but to log in."""
        ...

    def shape(self) -> Shape:
        """What it has of the models, fields and methods that the verbs use. A call for each of them: not often."""
        ...

    def now(self) -> datetime:
        """Odoo's clock, as of the latest answer."""
        ...

    def changes(self, model: str, since: datetime, *, after_id: int, limit: int) -> Sequence[Change]:
        """Records of a captured model written at or after ``since`` with an id above ``after_id``, by id."""
        ...

    def orders(self, ids: Sequence[int]) -> Sequence[Order]:
        """Orders with pickings and moves; at most 100 ids, at most 8 calls. Ids that are gone are left out."""
        ...

    def purchases(self, ids: Sequence[int]) -> Sequence[Purchase]:
        """Purchase orders with pickings and moves; as ``orders``."""
        ...

    def transfers(self, ids: Sequence[int]) -> Sequence[Transfer]:
        """Transfers of no order, by the id of their first picking, with all their legs. Three calls and more."""
        ...

    def captured_models(self) -> Sequence[str]:
        """The models that ``changes`` is asked for: those whose app is there."""
        ...

    def roots_of(self, model: str, ids: Sequence[int]) -> Sequence[Root]:
        """The orders, purchases and transfers that these belong to, each once; more calls only for transfers."""
        ...

    def open_ids(self, model: str, *, after_id: int, limit: int) -> Sequence[int]:
        """What a full sweep looks at, by id: open orders of the model, or pickings without an order."""
        ...

    def order_ids(self, *, after_id: int, limit: int) -> Sequence[int]:
        """Confirmed orders that are not fully delivered, by id: the full sweep."""
        ...

    def master_sources(self, kind: str) -> Sequence[str]:
        """The models whose writes change records of this kind, to be walked in this order; none where Odoo lacks the
        app for it."""
        ...

    def master_written(
        self, kind: str, source: str, since: datetime, *, after_id: int, limit: int
    ) -> Sequence[Written]:
        """Rows of the source written at or after ``since`` with an id above ``after_id``, by id."""
        ...

    def master_ids(self, kind: str, *, after_id: int, limit: int) -> Sequence[int]:
        """Every record of the kind, archived ones too, by id: the full sweep."""
        ...

    def master_records(self, kind: str, ids: Sequence[int]) -> Sequence[Record]:
        """What these records say, in Odoo's codes, in at most two calls. Those that are gone, or are of another kind,
        are left out."""
        ...

    def delivery(self, picking_id: int) -> Sequence[Picking]:
        """The picking and all its backorders, with moves and lines, as they are now."""
        ...

    def revived(self, picking: Picking, mark: str) -> Sequence[Picking]:
        """The deliveries that ``revive`` made for the shipment of this mark in the place of ``picking``."""
        ...

    def revive(self, picking: Picking, lines: Sequence[RevivedLine], mark: str) -> Picking:
        """Something open to book goods on that left although Odoo had cancelled them: new moves on an open picking, a
        new picking in the place of a cancelled one, once for each ``mark``."""
        ...

    def below_delivered(self, line_ids: Sequence[int], company: int) -> Sequence[int]:
        """Lines of orders that ask for less than was delivered."""
        ...

    def raise_to_delivered(self, line_ids: Sequence[int], company: int) -> None:
        """Those lines then ask for what was delivered, at their price. Raises Rejected, as for a locked order."""
        ...

    def ship(self, picking: Picking, posting: ShipmentPosting) -> PostedShipment:
        """Sets the whole line set, compares, validates, reads back. ``picking`` comes from ``delivery`` just now.

        Raises InvalidDocument CD-5005, Rejected CD-5009, CD-5010, CD-5013 (nothing validated), Locked, OutcomeUnknown.
        """
        ...

    def books(self, model: Ordering, order_id: int) -> OrderBooks | None:
        """The order's lines with what moved and what is billed, and all its invoices. None: the order is gone."""
        ...

    def draft(self, books: OrderBooks) -> None:
        """Has Odoo make one draft of all that is open: an invoice or bill, or a credit note when it comes to less
        than nothing. The verdict is what ``books`` shows afterwards.

        Raises Rejected CD-8101, ConfigurationError CD-8102, Forbidden, Locked, OutcomeUnknown.
        """
        ...

    def mark_entry(self, books: OrderBooks, entry: Entry, booking: Booking) -> None:
        """Names the event in the origin of an entry that does not name it yet; gives a bill its date."""
        ...

    def post_entry(self, books: OrderBooks, entry: Entry) -> None:
        """Posts a draft. Raises Rejected CD-8101, CD-8103, Forbidden, Locked, OutcomeUnknown."""
        ...

    @property
    def notes(self) -> NotesGateway: ...

    @property
    def activities(self) -> ActivitiesGateway: ...

    @property
    def attachments(self) -> AttachmentsGateway: ...

    @property
    def freight(self) -> FreightGateway: ...

    @property
    def substitutes(self) -> SubstitutesGateway: ...

    @property
    def routing(self) -> RoutingGateway: ...

    def incoming(self, picking_id: int) -> Sequence[Picking]:
        """As ``delivery``, of goods that come in: with their destinations, and lots that are not made yet."""
        ...

    def receive(self, picking: Picking, posting: ReceiptPosting) -> PostedReceipt:
        """As ``ship``, of goods that came in: makes the lots that are new, and moves for goods that nothing asked for.

        Raises Rejected CD-7008, CD-7009, CD-7010, CD-7011 (nothing validated), Locked, OutcomeUnknown.
        """
        ...

    def products(self, skus: Sequence[str], company_id: int) -> Mapping[str, int]:
        """Odoo's ids by product code, where just one product has it."""
        ...

    def moved(self, mark: str) -> str | None:
        """The name of the transfer that ``put_away`` has made and validated under this mark."""
        ...

    def put_away(self, warehouse_id: int, mark: str, parts: Sequence[PutAwayMove]) -> str:
        """Moves goods inside a warehouse; what an earlier try made is gone on with. The transfer's name.

        Raises Rejected CD-7009, Locked, OutcomeUnknown.
        """
        ...

    def loss_place(self, company_id: int) -> int:
        """Odoo's location for what is lost. Raises Rejected CD-7009 when there is none."""
        ...

    def give_up(self, picking: Picking) -> Picking:
        """Cancels what will not come any more; one that is done or cancelled stays so. The picking as it is then."""
        ...

    def install_hints(self, url: str) -> Sequence[str]:
        """Has Odoo post to ``url`` when an order or delivery changes; repeated, it changes the address.

        Answers the models. Raises ConfigurationError CD-2009 on Odoo 16, Forbidden without Settings rights.
        """
        ...

    def hints_installed(self) -> Sequence[str]:
        """The models that Odoo hints at. Raises Forbidden without Settings rights."""
        ...


CAPTURED_MODELS = ("sale.order", "purchase.order", "stock.picking", "stock.move")
