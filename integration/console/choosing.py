"""Codes to choose from while one types: of Odoo's master data, and of a warehouse's own items."""

from urllib.parse import urlencode

from django.http import HttpRequest, JsonResponse
from django.urls import reverse

from integration.console.guard import site_context
from integration.console.mapping_files import seen_partners
from integration.jobs import odoo_codes
from integration.models import CodeMapping

MOST = 20
LONGEST = 100
ODOO, PARTNER = "odoo", "partner"


def address(side: str, **known: object) -> str:
    """Where a field's codes are asked for; the script adds what the form says: partner and kind, and what is typed."""
    return f"{reverse('admin:mapping_codes')}?{urlencode({'side': side, **known})}"


def view(request: HttpRequest) -> JsonResponse:
    site_context(request, CodeMapping)
    asked = request.GET
    pk, kind, term = asked.get("partner", ""), asked.get("kind", ""), asked.get("q", "").replace("\0", "").strip()
    known = pk.isdecimal() and len(pk) < 19 and kind in odoo_codes.RECORDS and term
    partner = seen_partners(request).filter(pk=pk).first() if known else None
    if partner is None:
        return JsonResponse({"codes": []})
    if asked.get("side") == ODOO:
        found = odoo_codes.starting(partner, kind, term[:LONGEST], MOST)
    else:
        found = odoo_codes.items_starting(partner, term[:LONGEST], MOST) if kind == CodeMapping.Kind.PRODUCT else []
    return JsonResponse({"codes": found})
