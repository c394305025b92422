"""Which code mappings a message was read with: those of its codes that were in force when it was last tried."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest
from pydantic import BaseModel

from integration.canonical.orders import Carrier
from integration.console.reach import scoped
from integration.models import CodeMapping, Connection

Kind = CodeMapping.Kind
# By the field of a document that holds the warehouse's code.
FIELDS: Mapping[str, Kind] = {
    "sku": Kind.PRODUCT,
    "substitute": Kind.PRODUCT,
    "unit": Kind.UNIT,
    "carrier": Kind.CARRIER,
}
MOST_CODES = 500
MOST = 200


def used(request: HttpRequest, partner: Connection, part: BaseModel, at: datetime) -> list[CodeMapping]:
    """Those that the user sees, of the codes that the document names."""
    named: defaultdict[Kind, set[str]] = defaultdict(set)
    for number, (kind, code) in enumerate(_codes(part)):
        if number < MOST_CODES:
            named[kind].add(code)
    if not named:
        return []
    fits = Q(*(Q(kind=kind, partner_code__in=codes) for kind, codes in named.items()), _connector=Q.OR)
    in_force = Q(valid_to=None) | Q(valid_to__gt=at)
    rows = scoped(request, CodeMapping.objects.filter(fits, in_force, partner=partner, valid_from__lte=at))
    found = list(rows.order_by("kind", "partner_code", "odoo_code", "sku")[:MOST])
    products = {"", *(row.odoo_code for row in found if row.kind == Kind.PRODUCT)}
    return [row for row in found if row.sku in products]


def _codes(part: BaseModel) -> Iterator[tuple[Kind, str]]:
    if isinstance(part, Carrier):
        yield Kind.CARRIER, part.code
    for name in type(part).model_fields:
        value = getattr(part, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, BaseModel):
                yield from _codes(each)
            elif isinstance(each, str) and each and name in FIELDS:
                yield FIELDS[name], each
