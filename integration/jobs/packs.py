"""Downtime packs: what each warehouse has to ship, kept ready for the hour in which nobody can be asked.

They are made anew all the time, because it may be Crossdock that is down.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Count, Exists, F, OuterRef
from django.db.models.functions import Now

from integration.canonical.erp import Order, Picking
from integration.canonical.outgoing import DOCUMENTS
from integration.jobs import acts
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.looks import ORDER
from integration.models import (
    CapturedRecord,
    Document,
    DocumentLine,
    DowntimePack,
    OutboundMessage,
    StockEvent,
    SyncJob,
    TypedShipment,
    Warehouse,
)
from integration.rules.release import OPEN_STATES
from integration.rules.shipment_sheet import COLUMNS

MOST_RELEASES = 2_000
MOST_WAITING = 500
PAGE = 200
State = Document.State
OPEN = (State.RELEASED, State.ACCEPTED, State.PART_SHIPPED)
SHIPS = "shipment_confirmation"
SAYS_WHERE = ("order.release", "order.change")  # in whose latest one the address stands
HAS = (OutboundMessage.State.SENT, OutboundMessage.State.ACCEPTED)
Told = dict[str, Any]
log = logging.getLogger(__name__)


def make_all() -> int:
    """One for each warehouse that ships; returns how many. What is wrong with one keeps no other from having its own:
    it keeps the one that it had, whose age the console shows."""
    warehouses = list(
        Warehouse.objects.filter(Warehouse.with_flow("shipment", Warehouse.Mode.LIVE)).select_related("wms", "erp")
    )
    made = sum(map(_is_made, warehouses))
    DowntimePack.objects.exclude(warehouse__in=warehouses).delete()
    return made


def _is_made(warehouse: Warehouse) -> bool:
    try:
        make(warehouse)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("no downtime pack of warehouse %s", warehouse.pk)
        return False
    return True


def make(warehouse: Warehouse) -> DowntimePack:
    releases, left_out = _releases(warehouse)
    waiting = list(_waiting(warehouse))
    content = {"releases": releases, "waiting": waiting}
    sizes = {"orders": len(releases), "waiting": len(waiting), "left_out": left_out}
    pack, _ = DowntimePack.objects.update_or_create(
        warehouse=warehouse, defaults={"made_at": Now(), "content": content, **sizes}
    )
    pack.refresh_from_db()
    return pack


def taken_out(pack: DowntimePack, actor: Actor, what: str) -> None:
    """A person or a token has it now: it holds names and addresses."""
    acts.note(actor, "take out downtime pack", str(pack.warehouse), what=what, orders=pack.orders)


def of(warehouse: Warehouse) -> DowntimePack:
    """The latest one. Raises NotAllowed while there is none."""
    pack = DowntimePack.objects.filter(warehouse=warehouse).select_related("warehouse__wms").first()
    if pack is None:
        raise NotAllowed(f"There is no pack of {warehouse} yet: beat makes one for each warehouse that ships.")
    return pack


def form_rows(pack: DowntimePack) -> Iterator[list[str]]:
    """One for each open line, to be filled in and loaded."""
    for release in pack.content.get("releases", ()):
        for line in release["lines"]:
            row = {**line, **{name: release[name] for name in ("order", "release", "shipment", "before", "carrier")}}
            yield [str(row.get(name, "")) for name in COLUMNS]


def _releases(warehouse: Warehouse) -> tuple[list[Told], int]:
    """The oldest first, and how many found no room."""
    rows = Document.objects.filter(warehouse=warehouse, kind=Document.Kind.DELIVERY, state__in=OPEN)
    pks = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_RELEASES + 1])
    left_out = rows.count() - MOST_RELEASES if len(pks) > MOST_RELEASES else 0
    told: list[Told] = []
    for begin in range(0, min(len(pks), MOST_RELEASES), PAGE):
        told += _page(warehouse, pks[begin : min(begin + PAGE, MOST_RELEASES)])
    return told, left_out


def _page(warehouse: Warehouse, pks: Sequence[int]) -> Iterator[Told]:
    lines: defaultdict[int, list[DocumentLine]] = defaultdict(list)
    for line in DocumentLine.objects.filter(document__in=pks, released__gt=F("shipped") + F("substituted")):
        lines[line.document_id].append(line)
    said = _said(pks)
    moved = StockEvent.objects.filter(document__in=pks).order_by().values("document")
    before = dict(moved.annotate(many=Count("source", distinct=True)).values_list("document", "many"))
    documents = Document.objects.filter(pk__in=pks).select_related("parent").order_by("pk")
    typed = TypedShipment.objects.filter(partner=warehouse.wms_id, release__in=[row.reference for row in documents])
    by_hand = dict(typed.order_by().values("release").annotate(many=Count("pk")).values_list("release", "many"))
    unbooked = _unbooked(pks)
    for row in documents:
        if lines[row.pk]:
            numbers = (before.get(row.pk, 0), by_hand.get(row.reference, 0) + 1)
            yield _release(row, lines[row.pk], said.get(row.pk, {}), *numbers) | {"told": unbooked.get(row.pk, [])}


def _unbooked(pks: Sequence[int]) -> Mapping[int, list[str]]:
    """Shipments that the warehouse has told of and that are not booked: they are gone, though their lines are open."""
    waits: defaultdict[int, list[str]] = defaultdict(list)
    jobs = SyncJob.objects.filter(document__in=pks, flow=SHIPS, state__in=SyncJob.ACTIVE, inbound__isnull=False)
    for document, number in jobs.order_by("pk").values_list("document", "inbound__reference"):
        waits[document or 0].append(number)
    return waits


def _said(pks: Sequence[int]) -> dict[int, Told]:
    """What the warehouse was told of each, and whether it has it."""
    told: dict[int, Told] = {}
    sent = OutboundMessage.objects.filter(document__in=pks, type__in=SAYS_WHERE)
    for message in sent.exclude(state__in=["superseded", "rejected"]).order_by("pk"):
        if message.type == "order.change" and message.state != OutboundMessage.State.ACCEPTED:
            continue
        assert message.document_id is not None  # noqa: S101  (that is how they were found)
        known = told.setdefault(message.document_id, {"has": False})
        known["has"] = known["has"] or (message.type == "order.release" and message.state in HAS)
        known |= {name: value for name, value in _document(message).items() if value}
    return told


def _document(message: OutboundMessage) -> Told:
    """Nothing of a message in a form of its partner's own: the sheet then shows the lines alone."""
    try:
        data = json.loads(bytes(message.body))["data"]
        return DOCUMENTS[message.type].model_validate(data).model_dump(mode="json")
    except (ValueError, KeyError, TypeError):
        return {}


def _release(row: Document, lines: Sequence[DocumentLine], said: Told, before: int, number: int) -> Told:
    printed = {line["line"]: line for line in said.get("lines") or ()}
    return {
        "order": row.parent.reference if row.parent else row.reference,
        "release": row.reference,
        "customer_reference": row.customer_reference,
        "shipment": f"SHEET-{number}",
        "before": before,
        "ship_to": said.get("ship_to") or {},
        "carrier": (said.get("carrier") or {}).get("code", ""),
        "carrier_name": row.carrier,
        "ship_by": said.get("ship_by") or "",
        "ship_complete": bool(said.get("ship_complete")),
        "notes": said.get("notes") or "",
        "has": bool(said.get("has")),
        "lines": [_line(line, printed.get(line.line, {})) for line in lines],
    }


def _line(line: DocumentLine, printed: Mapping[str, Any]) -> Told:
    left = (line.released - line.gone) * line.factor / line.per
    return {
        "line": line.line,
        "sku": line.partner_sku,
        "description": printed.get("description") or line.sku,
        "unit": line.partner_unit,
        "open": f"{left.quantize(Decimal('0.000001')).normalize():f}",
        "tracking": "",
        "by": line.tracking,
        "lots": list(printed.get("lots") or ()),
    }


def _waiting(warehouse: Warehouse) -> Iterator[Told]:
    """Orders that something keeps from being released: not to be shipped without a word with the office."""
    jobs = SyncJob.objects.filter(flow="order_release", state__in=SyncJob.ACTIVE, document__isnull=False)
    same = CapturedRecord.objects.filter(
        connection=warehouse.erp_id, model=ORDER, record_id=OuterRef("document__erp_id")
    )
    stopped = jobs.filter(Exists(same), document__connection=warehouse.erp_id).select_related("document")
    for job in stopped.order_by("pk")[:MOST_WAITING]:
        assert job.document is not None  # noqa: S101  (asked for above)
        about = {"connection": warehouse.erp_id, "model": ORDER, "record_id": job.document.erp_id}
        record = CapturedRecord.objects.filter(**about).first()
        if record is None or not record.snapshot:
            continue
        order = Order.model_validate(record.snapshot)
        for picking in _unreleased(order, warehouse):
            yield {"order": order.name, "release": picking.name, "why": job.failure_text, "lines": _wanted(picking)}


def _unreleased(order: Order, warehouse: Warehouse) -> Iterator[Picking]:
    known = set(
        Document.objects.filter(
            connection=warehouse.erp_id, kind=Document.Kind.DELIVERY, erp_id__in=[one.id for one in order.pickings]
        ).values_list("erp_id", flat=True)
    )
    for picking in order.pickings:
        mine = (picking.warehouse_id or order.warehouse_id) == warehouse.erp_warehouse_id
        if mine and picking.code == "outgoing" and picking.state in OPEN_STATES and picking.id not in known:
            yield picking


def _wanted(picking: Picking) -> list[Told]:
    moves = [move for move in picking.moves if move.state not in ("done", "cancel")]
    return [{"sku": move.sku or move.product, "quantity": f"{move.demand:f}", "unit": move.unit} for move in moves]
