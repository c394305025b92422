"""What a look at some products' stock came to: why each slot differs, written down and told.

Operational impact: a wrong cause sends people looking in the wrong place; what is not sure is called unexplained.
"""

from collections.abc import Collection, Sequence

from integration.flows import evidence
from integration.flows.evidence import codes
from integration.flows.known_movements import Known
from integration.flows.pending import Look
from integration.models import StockSnapshot
from integration.reconcile import variances
from integration.reconcile.variances import Compared
from integration.rules.claims import Gap
from integration.rules.explaining import explain


def keep(
    look: Look, known: Known, snapshot: StockSnapshot, gaps: Sequence[Gap], *, products: Collection[int] | None = None
) -> int:
    """Call inside the settling transaction, before the slots' ``Availability`` is written; returns how many differ.

    ``gaps``: all slots of these products where what the snapshot has is not what Odoo had. ``products``: those that were
    looked at: the look's own, unless it says others; 0 stands for codes that are not mapped.
    """
    why = explain(gaps, evidence.collect(look, known, gaps, snapshot)) if gaps else {}
    compared = Compared(
        warehouse=look.warehouse,
        at=snapshot.taken_at,
        products=list(look.products) if products is None else products,
        gaps=gaps,
        why=why,
        goods=look.products,
        places=look.facts.places,
        uncoded=codes.never_mapped(look),
        doubted=[gap.slot for gap in gaps if known.in_doubt(gap.slot)],
    )
    return variances.keep(compared)
