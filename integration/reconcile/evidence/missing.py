"""Goods of which the warehouse says itself that they left, while the message that says which ones is not here.

Each source is a function of the scope, so that a feed of what a warehouse has sent can be one more of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q

from integration.models import Document, DocumentLine, Stage, SyncJob
from integration.reconcile.evidence.scope import Found, Scope
from integration.rules.claims import Claim, Sure, Why
from integration.rules.places import GOOD, Slot

State = Document.State
AT_WAREHOUSE = (State.RELEASED, State.ACCEPTED, State.PART_SHIPPED)


def find(scope: Scope) -> Iterator[Found]:
    for source in SOURCES:
        yield from source(scope)


def _said_to_have_left(scope: Scope) -> Iterator[Found]:
    """Its stage is *shipped*, or a final shipment said that there are more: what is open of it is in the missing one.

    Of which lot nobody can tell.
    """
    shipped = Q(reached=Stage.SHIPPED) | Q(document__stage=Stage.SHIPPED) | Q(document__shipment_count__isnull=False)
    open_ones = DocumentLine.objects.filter(
        shipped,
        document__warehouse=scope.look.warehouse,
        document__kind=Document.Kind.DELIVERY,
        document__state__in=AT_WAREHOUSE,
        product_id__in=scope.products,
        released__gt=F("shipped") + F("substituted"),
    ).select_related("document")
    lines = list(open_ones.order_by("pk"))
    here = _in_hand({line.document_id for line in lines})
    units: defaultdict[tuple[Document, Slot], Decimal] = defaultdict(Decimal)
    for line in lines:
        product = scope.look.products[line.product_id]
        slot = scope.slot(product.id, "", GOOD)
        if line.document_id not in here and slot and product.tracking == "none" and line.unit == product.unit:
            units[line.document, slot] -= line.released - line.gone
    for (document, slot), quantity in units.items():
        said_at: datetime = document.stage_at or document.updated_at
        if said_at <= scope.at or document.shipment_count is not None:
            yield Found(Claim(Why.MISSING, Sure.LIKELY, ((slot, quantity),), document.reference), said_at, said_at)


def _in_hand(documents: set[int]) -> set[int | None]:
    """Those of which a shipment is being worked on, or waits for a person."""
    jobs = SyncJob.objects.filter(document__in=documents, flow="shipment_confirmation", state__in=SyncJob.ACTIVE)
    return set(jobs.values_list("document", flat=True))


SOURCES: Sequence[Callable[[Scope], Iterator[Found]]] = (_said_to_have_left,)
