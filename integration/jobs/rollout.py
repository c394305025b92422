"""What a flow may do for a warehouse now, said once for each job; and what it would have done, kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import now

from integration.errors import ConfigurationError
from integration.jobs import sql
from integration.jobs.work import Work
from integration.models import Document, InboundMessage, Mode, Rollout, RolloutFlow, ShadowDocument, Warehouse
from integration.rules.rollout import Line

Outcome = ShadowDocument.Outcome


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a flow would have written because of one document of the partner's (``source``).

    ``key``: what people key as one; several sources may belong to it. ``lines`` as [SKU, lot, quantity].
    ``message``: it may have come before anybody here knew of the document.
    """

    warehouse: Warehouse
    flow: RolloutFlow
    key: str
    reference: str
    source: str
    lines: Sequence[Line]
    happened_at: datetime
    document: Document | None = None
    message: InboundMessage | None = None
    tracking: Sequence[str] = ()


def enter(work: Work, warehouse: Warehouse, flows: Sequence[RolloutFlow], *, says: str, partner: str) -> Mode:
    """The mode of the flow, which the guard of its calls knows from now on. ``flows``: those that it may belong to.

    Raises ConfigurationError CD-2011 where it is off.
    """
    mode = warehouse.strongest(flows)
    if mode == Mode.OFF:
        raise ConfigurationError("CD-2011", connection=partner, flow=says, warehouse=warehouse)
    work.mode = mode
    return mode


def flow_of(document: Document, usual: RolloutFlow) -> RolloutFlow:
    """Of a delivery or a receipt: both legs of a transfer are its own flow's, whatever else of the warehouse is on."""
    parent = document.parent
    return RolloutFlow.TRANSFER if parent is not None and parent.kind == Document.Kind.TRANSFER else usual


def keep(wanted: Wanted, stop: str = "", stop_text: str = "") -> None:
    """Beside what other documents of the partner say of the same. Call inside a transaction."""
    told: dict[str, Any] = {"lines": [list(line) for line in wanted.lines], "tracking": list(wanted.tracking)}
    if wanted.message is not None and wanted.message.document_id is None:
        InboundMessage.objects.filter(pk=wanted.message.pk).update(document=wanted.document)
    row, made = ShadowDocument.objects.select_for_update().get_or_create(
        warehouse=wanted.warehouse,
        flow=wanted.flow,
        key=wanted.key,
        defaults={
            "document": wanted.document,
            "reference": wanted.reference[:100],
            "wanted": {wanted.source: told},
            "stop": stop,
            "stop_text": stop_text[:500],
            "happened_at": wanted.happened_at,
            "told_at": now(),
        },
    )
    if made:
        Rollout.objects.get_or_create(warehouse=wanted.warehouse, flow=wanted.flow)
        return
    if row.wanted.get(wanted.source) != told:
        row.wanted, row.outcome, row.told_at = row.wanted | {wanted.source: told}, Outcome.WAITING, now()
        row.judged, row.judged_by, row.judged_by_name, row.judged_at, row.judged_why = "", None, "", None, ""
    row.stop, row.stop_text, row.compared_at = stop, stop_text[:500], None
    row.save()


def stays(warehouse: Warehouse, flows: Sequence[RolloutFlow], key: str, source: str) -> bool:
    """It was kept in shadow and nobody has taken it over: people do it, also when the partner tells it again.

    What it is one of may not have been known then: it was kept by itself.
    """
    kept = ShadowDocument.objects.filter(warehouse=warehouse, flow__in=flows, key__in=(key, source))
    kept = kept.filter(wanted__has_key=source)
    return kept.exclude(decision=ShadowDocument.Decision.TAKEN).exists()


def forget_wanted(document: Document, key: str) -> None:
    """It will not come to it any more. Call inside a transaction."""
    ShadowDocument.objects.filter(document=document, key=key, outcome__in=ShadowDocument.PENDING).delete()


def of_document(warehouse: Warehouse, flow: RolloutFlow, since: datetime, *, known: bool) -> Mode:
    """The mode for one document. What is older than the flow's start date, and was not told before, stays with people:
    it is kept as in shadow. ``since``: when it was agreed, or first seen."""
    mode, starts = warehouse.in_force(flow), getattr(warehouse, f"{flow}_from")
    begun = starts is not None and starts <= now()
    older = begun and since < starts.replace(microsecond=0)  # Odoo's own times have no fractions
    return Mode.SHADOW if mode == Mode.LIVE and older and not known else mode


def moment() -> datetime:
    """PostgreSQL's."""
    found: datetime = sql.rows("SELECT now()", [])[0][0]
    return found
