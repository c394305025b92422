"""Which warehouses a case is of: what its document, the work that waits for it, its partner or its stock says."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import IsNull

from integration.models import CaseJob, Document, ExceptionCase, StockDifference, Warehouse

OUTAGES = ("CD-1", "CD-2")  # how the codes of cases begin that say no more than that a system is away


def of_warehouses(cases: QuerySet[ExceptionCase], ids: Iterable[int]) -> QuerySet[ExceptionCase]:
    """Those that whoever is given these warehouses sees, and those about their stock. One of several is of each."""
    mine = frozenset(ids)
    used, owned = _connections(mine)
    told = Q(job__inbound__connection__in=owned) | Q(job__payload__warehouse__in=sorted(mine))
    work = _of_document("job__document", mine) | (Q(job__document=None) & told)
    waits = CaseJob.objects.filter(work, case=OuterRef("pk"))
    about = reduce(or_, (Q(code__startswith=code) for code in OUTAGES))
    no_document = Q(document=None) & (Q(connection__in=owned) | (about & Q(connection__in=used)))
    return cases.filter(_of_document("document", mine) | _any(waits) | no_document | _of_stock(mine))


def _of_stock(ids: frozenset[int]) -> Q:
    """About stock there that differs, or that people changed in Odoo."""
    named = KeyTextTransform("source", OuterRef("context"))
    changed = _any(StockDifference.objects.filter(source=named, warehouse__in=ids))
    return reduce(or_, (Q(context__source__startswith=f"variance/{pk}/") for pk in ids), changed)


def _of_document(path: str, ids: frozenset[int]) -> Q:
    """An order names its warehouse before it has a delivery there, and has deliveries in several."""
    own = Document.objects.filter(Q(warehouse__in=ids) | Q(named_warehouse__in=ids), pk=OuterRef(path))
    return _any(own) | _any(Document.objects.filter(parent=OuterRef(path), warehouse__in=ids))


def _connections(ids: frozenset[int]) -> tuple[set[int], set[int]]:
    """Those that the warehouses work with, and those of them that no other does."""
    rows = list(Warehouse.objects.order_by().values_list("pk", "wms", "erp"))
    used = {system for pk, *systems in rows if pk in ids for system in systems}
    return used, used - {system for pk, *systems in rows if pk not in ids for system in systems}


def _any(rows: QuerySet[Any]) -> Q:
    """Looked up for one case at a time: for an EXISTS, PostgreSQL may gather all that there is."""
    return Q(IsNull(Subquery(rows.order_by().values(found=Value(1))[:1]), False))
