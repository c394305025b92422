"""What a return needs to know before anything is written: whose it is, what was decided, what is booked of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from integration.canonical.events import ReturnReceivedEvent
from integration.canonical.receipts import ReturnedLine, ReturnReceived
from integration.errors import ConfigurationError, InvalidDocument
from integration.flows.events import event_of
from integration.jobs import configuration, decisions, mappings, rollout, rows, shipments, sources
from integration.jobs.work import Work
from integration.models import Connection, Document, Effect, InboundMessage, Place, RolloutFlow, StockEvent, Warehouse
from integration.rules.codes import CodeBook, CodeKind
from integration.rules.inspecting import Judged, Said
from integration.rules.returns import UNKNOWN, WITHOUT, Returned, Target
from integration.rules.units import to_odoo

NAMED = "named"


@dataclass(frozen=True, slots=True)
class Case:
    """The return in hand. ``advised``: our document of the advice that it answers. ``said_at``: when it was sent."""

    message: InboundMessage
    told: ReturnReceived
    said_at: datetime
    warehouse: Warehouse
    advised: Document | None
    decided: Mapping[tuple[str, str], str]
    named: str

    @property
    def source(self) -> str:
        """The partner's document, whatever message brought it: the key of everything that it causes."""
        return sources.of(self.partner, self.told)

    @property
    def mark(self) -> str:
        """A warehouse may count its receipts anew for each advice, or at each site."""
        return f"{self.message.connection.slug}/{self.told.advice or self.told.site}/{self.told.receipt}"

    @property
    def digest(self) -> str:
        """Of what becomes of the goods."""
        said = sorted(json.dumps(line.model_dump(mode="json"), sort_keys=True) for line in self.told.lines)
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]

    @property
    def partner(self) -> Connection:
        return self.message.connection

    @property
    def without_order(self) -> bool:
        return self.decided.get((UNKNOWN, "")) == WITHOUT

    @property
    def announced(self) -> int | None:
        """How many messages its advice has, as a final one says."""
        return self.told.receipt_count if self.told.final else None

    @property
    def is_last(self) -> bool:
        """Nothing else of an announced return will come: what the customer kept is not waited for. A final one may
        have overtaken others; one that it overtook is the last one then. The first count stands."""
        if self.advised is None:
            return True
        count = self.announced if self.advised.shipment_count is None else self.advised.shipment_count
        if count is None:
            return self.told.final
        return len(shipments.numbers(self.advised) | {self.told.receipt}) >= count

    def about(self, **more: object) -> dict[str, Any]:
        name = self.partner.name
        return {"connection": name, "partner": name, "receipt": self.told.receipt, "source": self.source, **more}


def understand(work: Work) -> Case:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    case = read(message)
    rollout.enter(work, case.warehouse, [RolloutFlow.RETURN], says="returns", partner=case.partner.name)
    return case


def read(message: InboundMessage) -> Case:
    """With its connection. Raises ConfigurationError CD-7040, InvalidDocument CD-7041."""
    event = event_of(message)
    assert isinstance(event, ReturnReceivedEvent)  # noqa: S101  (the inbox routes by type)
    told, partner = event.data, message.connection
    warehouse = _warehouse(partner, told)
    advised = _advised(warehouse, told) if told.advice else None
    case = Case(message, told, event.timestamp, warehouse, advised, {}, "")
    decided = decisions.of(case.source)
    named = decisions.reason(case.source, UNKNOWN) if decided.get((UNKNOWN, "")) == NAMED else ""
    return replace(case, decided=decided, named=named)


def codes(told: ReturnReceived) -> set[str]:
    return {code for line in told.lines for code in (line.sku, line.unit)}


def book_of(case: Case) -> CodeBook:
    return mappings.load(case.partner, codes(case.told))


def places(case: Case) -> dict[str, int]:
    """Odoo's locations by condition, wherever goods of it lie in the warehouse."""
    found = Place.objects.filter(warehouse=case.warehouse, partner_location="")
    return {row.condition: row.erp_location_id for row in found}


def no_place(case: Case, target: Target) -> ConfigurationError:
    return ConfigurationError("CD-7034", **case.about(warehouse=case.warehouse.name, target=target.value))


def plain_lines(case: Case) -> list[list[str]]:
    """SKU, lot and quantity in Odoo's codes and its plainest unit; a code that nobody has mapped stays as it is."""
    book = book_of(case)
    return [share for line in case.told.lines for share in _plain_line(line, book)]


def _plain_line(line: ReturnedLine, book: CodeBook) -> list[list[str]]:
    code = book.to_odoo(CodeKind.PRODUCT, line.sku)
    sku = code.odoo if code else line.sku
    unit = book.unit_of(line.unit, sku)
    lots = [(lot.lot, lot.quantity) for lot in line.lots] or [(serial, Decimal(1)) for serial in line.serials]
    shares = lots or [("", line.quantity)]
    return [[sku, lot, format(to_odoo(quantity, unit.factor if unit else Decimal(1)), "f")] for lot, quantity in shares]


def is_booked(case: Case) -> bool:
    return StockEvent.objects.filter(source=case.source).exists()


def is_judged(case: Case) -> bool:
    """By this very message."""
    return StockEvent.objects.filter(source__startswith=f"{case.source}/judged/{case.digest}/").exists()


def parts(case: Case) -> list[Effect]:
    """What was booked of the return, a transfer each."""
    ours = Effect.objects.filter(connection=case.warehouse.erp, verb="take_in", key__startswith=f"{case.source}/in/")
    return list(ours.filter(state=Effect.State.LANDED).order_by("pk"))


def judgements(case: Case) -> list[Judged]:
    """What other messages have said of the goods. This one may have been begun before."""
    named = f"{case.source}/judged/"
    ours = Effect.objects.filter(connection=case.warehouse.erp, verb="inspect", key__startswith=named)
    landed = ours.filter(state=Effect.State.LANDED).exclude(key__startswith=f"{named}{case.digest}/")
    return [_judged(effect.intent["judged"]) for effect in landed.order_by("pk")]


def said(shares: Sequence[Returned]) -> list[Said]:
    return [Said(share.key, share.condition, share.disposition, share.quantity) for share in shares]


def plain(said_: Sequence[Said | Judged]) -> list[list[Any]]:
    """For an effect's memory; ``recalled`` and ``_judged`` read it."""
    return [[list(each.key), each.condition, each.disposition, format(each.quantity, "f")] for each in said_]


def recalled(kept: Sequence[Sequence[Any]]) -> list[Said]:
    return [Said(_key(key), condition, judged, Decimal(quantity)) for key, condition, judged, quantity in kept]


def _judged(kept: Sequence[Any]) -> Judged:
    key, condition, disposition, quantity = kept
    return Judged(_key(key), condition, disposition, Decimal(quantity))


def _key(kept: Sequence[str]) -> tuple[str, str, str]:
    line, sku, lot = kept
    return (line, sku, lot)


def _advised(warehouse: Warehouse, told: ReturnReceived) -> Document:
    """An advice is one site's: goods that another one took in are in its books, and not where Odoo awaits them."""
    known = Document.objects.filter(warehouse=warehouse, kind=Document.Kind.RETURN, reference=told.advice)
    found = known.select_related("parent").order_by("-pk").first()
    if found is None:
        about: dict[str, Any] = {"connection": warehouse.wms.name, "partner": warehouse.wms.name, "site": told.site}
        raise InvalidDocument("CD-7041", **about, receipt=told.receipt, advice=told.advice)
    return found


def _warehouse(partner: Connection, told: ReturnReceived) -> Warehouse:
    named = Warehouse.objects.filter(wms=partner, site=told.site, owner_code=told.owner)
    pk = named.values_list("pk", flat=True).first()
    if pk is None:
        about: dict[str, Any] = {"connection": partner.name, "partner": partner.name, "receipt": told.receipt}
        raise ConfigurationError("CD-7040", **about, site=told.site, owner=told.owner or "none")
    return configuration.warehouse(pk)
