"""Many mappings changed at once: a table of those that were ticked, each saved for itself as a new version."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integration.console import choosing, said
from integration.console.base import actor
from integration.console.guard import site_context
from integration.console.mapping_files import may_map, seen_partners
from integration.console.words import quantity, typed
from integration.jobs import acts, mappings
from integration.models import CodeMapping

MOST = 200
LONGEST = 100


@dataclass(slots=True)
class Changed:
    """One mapping in the table; ``wrong``: why what was entered is not taken."""

    mapping: CodeMapping
    partner_code: str
    factor: str
    per: str
    wrong: str = ""

    @property
    def codes(self) -> str:
        """Where there are codes to choose from."""
        return choosing.address(choosing.PARTNER, partner=self.mapping.partner_id, kind=self.mapping.kind)

    @property
    def is_changed(self) -> bool:
        row = self.mapping
        as_it_is = (row.partner_code, quantity(row.factor), quantity(row.per))
        return (self.partner_code, self.factor, self.per) != as_it_is


def ask(request: HttpRequest, rows: Iterable[CodeMapping]) -> HttpResponseBase:
    """The table, as it is."""
    return _page(request, [_as_it_is(row) for row in rows])


def view(request: HttpRequest) -> HttpResponseBase:
    """Takes the table; what is wrong comes back, the rest is saved."""
    if not may_map(request):
        raise PermissionDenied
    listed = HttpResponseRedirect(reverse("admin:integration_codemapping_changelist"))
    if request.method != "POST":
        return listed
    entered = [_entered(request, row) for row in _rows(request)]
    _save(request, entered)
    left = [each for each in entered if each.wrong]
    return _page(request, left) if left else listed


def _rows(request: HttpRequest) -> QuerySet[CodeMapping]:
    ids = [int(pk) for pk in request.POST.getlist("row")[:MOST] if pk.isdecimal() and len(pk) < 19]
    return CodeMapping.objects.filter(pk__in=ids, partner__in=seen_partners(request)).select_related("partner")


def _page(request: HttpRequest, rows: Sequence[Changed]) -> HttpResponseBase:
    context = site_context(request, CodeMapping) | {
        "title": _("Change codes"),
        "opts": CodeMapping._meta,
        "rows": rows,
        "longest": LONGEST,
    }
    return TemplateResponse(request, "console/mapping_many.html", context)


def _as_it_is(row: CodeMapping) -> Changed:
    return Changed(row, row.partner_code, quantity(row.factor), quantity(row.per))


def _entered(request: HttpRequest, row: CodeMapping) -> Changed:
    found = _as_it_is(row)
    for name in ("partner_code", "factor", "per"):
        sent = request.POST.get(f"{name}_{row.pk}", getattr(found, name)).replace("\0", "")
        setattr(found, name, sent.strip()[: LONGEST + 1])
    return found


def _save(request: HttpRequest, entered: Sequence[Changed]) -> None:
    """Each row for itself: one that is wrong stops no other."""
    done = 0
    for each in entered:
        if not each.is_changed:
            continue
        try:
            mappings.change(each.mapping.pk, **_wish(each), actor=actor(request))
        except acts.NotAllowed as refusal:
            each.wrong = said.refusal(refusal)
        else:
            done += 1
    if done:
        text = ngettext("{n} mapping has a new version.", "{n} mappings have a new version.", done)
        messages.success(request, text.format(n=done))


def _wish(each: Changed) -> dict[str, Any]:
    """Raises NotAllowed."""
    if not each.partner_code or len(each.partner_code) > LONGEST:
        raise acts.NotAllowed(_("Enter the warehouse's code, of at most {n} characters.").format(n=LONGEST))
    return {"partner_code": each.partner_code, "factor": _number(each.factor), "per": _number(each.per)}


def _number(text: str) -> Decimal:
    """Raises NotAllowed."""
    number = typed(text)
    if number is None or not 0 < number < 10**9:
        raise acts.NotAllowed(_("Enter numbers above zero."))
    return number
