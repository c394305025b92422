"""Where a person adds the mapping that a case asks for."""

from urllib.parse import urlencode

from django.urls import reverse

from integration.jobs.mappings import MISSING
from integration.models import Connection, ExceptionCase


def add_mapping(case: ExceptionCase) -> str | None:
    """The form for the missing mapping, filled in as far as the case knows; it leads back to the case."""
    if case.code not in MISSING or case.state not in ExceptionCase.UNRESOLVED:
        return None
    kind, theirs = MISSING[case.code]
    partner = Connection.objects.filter(slug=case.context.get("scope", "")).values_list("pk", flat=True).first()
    side = "partner_code" if theirs else "odoo_code"
    known = {"kind": kind.value, "partner": partner or "", side: case.context.get("code", ""), "case": case.pk}
    return f"{reverse('admin:integration_codemapping_add')}?{urlencode(known)}"
