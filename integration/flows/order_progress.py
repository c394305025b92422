"""Progress: how far the warehouse is with a delivery, before anything leaves. Changes our tables alone.

Operational impact: whoever wants to change an order sees whether it is too late, and a short pick before it ships.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from typing import Any

from integration.canonical.events import OrderProgressedEvent
from integration.canonical.orders import OrderProgressed
from integration.errors import InvalidDocument, Rejected
from integration.flows import beside, releases, sites
from integration.flows.events import event_of
from integration.jobs import cases, configuration, rows, sql
from integration.jobs.work import Outcome, Work
from integration.models import CartonLine, Document, DocumentLine, InboundMessage, StageEvent, Warehouse
from integration.rules import progress as rules
from integration.rules.units import Inexact

ENDED = (Document.State.SHIPPED, Document.State.CANCELLED)
ON_THE_WAY = ("accepted", "picking", "picked", "packed")

_COUNT = f"""
UPDATE {DocumentLine._meta.db_table} AS line
SET picked = told.picked, packed = told.packed, short = told.short, reached = told.reached
FROM unnest(%s::text[], %s::numeric[], %s::numeric[], %s::numeric[], %s::text[])
  AS told(line, picked, packed, short, reached)
WHERE line.document_id = %s AND line.line = told.line"""  # noqa: S608  (a table name of our own)


@dataclass(frozen=True, slots=True)
class _Case:
    progress: OrderProgressed
    delivery: Document
    warehouse: Warehouse
    lines: Sequence[rules.LineProgress]
    cartons: Sequence[rules.Packed]


def handle(work: Work) -> Outcome:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    event = event_of(message)
    assert isinstance(event, OrderProgressedEvent)  # noqa: S101  (the inbox routes by type)
    delivery = releases.known_or_stop(message, event.data.release)
    case = _understand(message, event.data, delivery)
    return Outcome(f"{event.data.release} {event.data.stage}", partial(_commit, case, message))


def _understand(message: InboundMessage, progress: OrderProgressed, delivery: Document) -> _Case:
    assert delivery.warehouse_id is not None  # noqa: S101  (deliveries are made with one)
    released = sites.released_lines(delivery)
    try:
        lines, cartons = rules.lines(progress, released), rules.cartons(progress, released)
    except Inexact as wrong:
        name = message.connection.name
        about: dict[str, Any] = {"connection": name, "partner": name, "release": progress.release}
        moment = f"{progress.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        raise InvalidDocument("CD-5027", **about, detail=f"stage {progress.stage} of {moment}") from wrong
    return _Case(progress, delivery, configuration.warehouse(delivery.warehouse_id), lines, cartons)


def _commit(case: _Case, message: InboundMessage) -> None:
    releases.belongs_to(message, case.delivery)
    [held] = rows.find(Document, "id = %s FOR NO KEY UPDATE", [case.delivery.pk])
    counts = rules.is_newer(case.progress, held.stage, held.stage_at)
    event = StageEvent(
        document=held,
        stage=case.progress.stage,
        at=case.progress.at,
        counts=counts,
        detail=rules.summary(case.lines)[:500],
    )
    if not rows.add([event], "DO NOTHING") or not counts:
        return
    Document.objects.filter(pk=held.pk).update(stage=case.progress.stage, stage_at=case.progress.at)
    _keep(case)
    if held.state not in ENDED:
        _tell(case)


def _keep(case: _Case) -> None:
    columns = [(each.line.line, each.picked, each.packed, each.short, each.reached) for each in case.lines]
    if columns:
        sql.run(_COUNT, [*map(list, zip(*columns, strict=True)), case.delivery.pk])
    packed: defaultdict[str, list[rules.Packed]] = defaultdict(list)
    for each in case.cartons:
        packed[each.package].append(each)
    CartonLine.objects.filter(document=case.delivery, package__in=packed).delete()
    CartonLine.objects.bulk_create(
        CartonLine(
            document=case.delivery,
            package=package,
            line=part.line.line,
            sku=part.line.sku,
            quantity=part.quantity,
            lots=list(part.lots),
        )
        for package, parts in packed.items()
        for part in parts
    )


def _tell(case: _Case) -> None:
    """In Odoo, as the warehouse is set; a short pick is a person's case where Odoo gets no thing to do."""
    if case.warehouse.progress_notes != Warehouse.Progress.NONE:
        beside.job("progress_note", case.delivery, case.warehouse.wms)
    if case.warehouse.progress_notes == Warehouse.Progress.ACTIVITIES:
        return
    missing = short_pick(case.delivery, case.warehouse)
    if missing is not None:
        cases.open_case(missing, case.warehouse.wms, case.delivery, flow="order_progress")
    else:
        cases.clear("The warehouse found it.", _short(case.delivery, case.warehouse, "").fingerprint)


def short_pick(delivery: Document, warehouse: Warehouse) -> Rejected | None:
    """The cause of a case, as the lines are now. None: nothing will be missing."""
    missing = list(delivery.lines.filter(short__gt=0))
    goods = ", ".join(f"{line.short.normalize():f} x {line.sku} of {line.ordered.normalize():f}" for line in missing)
    return _short(delivery, warehouse, goods) if missing else None


def shipped(delivery: Document, warehouse: Warehouse) -> None:
    """Call when the shipment of what could be found has come, inside its transaction."""
    cases.clear("The shipment has come.", _short(delivery, warehouse, "").fingerprint)
    if warehouse.progress_notes == Warehouse.Progress.ACTIVITIES:
        beside.job("progress_note", delivery, warehouse.wms)


def _short(delivery: Document, warehouse: Warehouse, goods: str) -> Rejected:
    name = warehouse.wms.name
    return Rejected("CD-5024", connection=name, partner=name, release=delivery.reference, detail=goods)
