"""The mappings that led to a case: which code of the partner's was taken for which of Odoo's."""

from django.http import HttpRequest

from integration.console.guard import may_view
from integration.console.reach import scoped
from integration.models import CodeMapping, ExceptionCase

Kind = CodeMapping.Kind
NAMED = ((Kind.PRODUCT, "sku", "code"), (Kind.CARRIER, "method", "carrier"))  # where a case names both codes


def of(request: HttpRequest, case: ExceptionCase) -> list[CodeMapping]:
    """Those in force, as far as the user sees them."""
    if not may_view(request, CodeMapping):
        return []
    rows = scoped(request, CodeMapping.objects.filter(valid_to=None))
    if case.document and case.document.warehouse:
        rows = rows.filter(partner=case.document.warehouse.wms_id)
    pairs = [(kind, case.context.get(ours), case.context.get(theirs)) for kind, ours, theirs in NAMED]
    return [
        row
        for kind, ours, theirs in pairs
        if ours and theirs
        for row in rows.filter(kind=kind, odoo_code=ours, partner_code=theirs)
    ]
