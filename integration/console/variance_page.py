"""What stands above the row of a variance: what differs, why, and the cases that say what to do about it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from integration.console import variance_choices
from integration.console.reach import scoped
from integration.console.words import quantity
from integration.jobs.variances import CODE, source_of
from integration.models import CaseJob, ExceptionCase, Variance

Subject = Variance.Subject
SEEN = ("first_seen", "last_seen", "gone_at")
OF_STOCK = (
    "subject", "warehouse", "sku", "lot", "place_name", "odoo_has", "warehouse_has", "unexplained_shown", "worth",
    "as_of_shown", "agreed_at", *SEEN,
)  # fmt: skip
OF_DOCUMENTS = ("subject", "warehouse", "document", "line", "sku", "says_shown", "found_shown", *SEEN)


def fields(row: Variance) -> Sequence[str]:
    """What means something of it."""
    return OF_STOCK if row.subject == Subject.STOCK else OF_DOCUMENTS


def context(request: HttpRequest, row: Variance) -> dict[str, Any]:
    return {
        "says": _stock(row) if row.subject == Subject.STOCK else _line(row),
        "variances": variance_choices.shown(request, [row]),
        "looked_for": row.unexplained is not None,
        "cases": list(_cases(request, row).order_by("pk")) if row.gone_at is None else (),
    }


def _stock(row: Variance) -> str:
    return _("{what} at {where}: Odoo has {says}, the warehouse has {found}.").format(
        what=" ".join(filter(None, (row.sku, row.lot))),
        where=", ".join(filter(None, (str(row.warehouse or ""), row.place_name))),
        says=quantity(row.says),
        found=quantity(row.found),
    )


def _line(row: Variance) -> str:
    what = " ".join(filter(None, (str(row.document or ""), row.line, row.sku)))
    return _("{subject}: {what}, {says} written down, {found} by what it comes to.").format(
        subject=capfirst(row.get_subject_display()), what=what, says=quantity(row.says), found=quantity(row.found)
    )


def _cases(request: HttpRequest, row: Variance) -> QuerySet[ExceptionCase]:
    """Those that are open, as far as the user sees them."""
    found = scoped(request, ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED))
    if row.subject == Subject.STOCK:
        return found.filter(code=CODE, context__source=source_of(row))
    waits = CaseJob.objects.filter(job__document=row.document_id).values("case")
    return found.filter(Q(document=row.document_id) | Q(pk__in=waits))
