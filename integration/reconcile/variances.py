"""What a look at some products' stock came to: why each slot differs, written down and told.

Operational impact: a wrong cause sends people looking in the wrong place; what is not sure is called unexplained.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models.functions import Now

from integration.flows.known_movements import Known
from integration.flows.pending import Look
from integration.models import StockSnapshot, Variance, Warehouse
from integration.reconcile import evidence, kept, telling
from integration.reconcile.evidence import codes
from integration.reconcile.kept import Compared
from integration.rules.claims import Gap
from integration.rules.explaining import explain


def keep(look: Look, known: Known, snapshot: StockSnapshot, gaps: Sequence[Gap], products: Collection[int]) -> int:
    """Call inside the transaction that keeps the look, before the slots' ``Availability`` is written; returns how many
    differ.

    ``gaps``: all slots of ``products`` where what the snapshot has is not what Odoo had, and codes that are not mapped.
    """
    why = explain(gaps, evidence.collect(look, known, gaps, snapshot)) if gaps else {}
    compared = Compared(
        warehouse=look.warehouse,
        at=snapshot.taken_at,
        products=products,
        gaps=gaps,
        why=why,
        goods=look.products,
        places=look.facts.places,
        uncoded=codes.never_mapped(look) if gaps else (),
        doubted=[gap.slot for gap in gaps if known.in_doubt(gap.slot)],
    )
    return kept.keep(compared)


def forget_strange(warehouse: Warehouse, since: datetime) -> None:
    """Codes that are not mapped and were not seen since, or are by now. Call inside a transaction."""
    rows = Variance.objects.filter(subject=kept.STOCK, warehouse=warehouse, product_id=0, gone_at=None)
    gone = list(rows.filter(last_seen__lt=since).select_for_update().order_by("pk"))
    Variance.objects.filter(pk__in=[row.pk for row in gone]).update(gone_at=Now())
    telling.tell(warehouse, [], gone)
