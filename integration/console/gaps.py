"""Codes that work waits for and that nobody has mapped: one table, filled in and saved at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integration.console.base import actor
from integration.console.cases import affected
from integration.console.cases.affected import Affected
from integration.console.guard import site_context
from integration.console.mapping_files import may_map, seen_partners
from integration.console.reach import scoped
from integration.jobs import acts, mappings
from integration.models import CodeMapping, Connection, ExceptionCase

Kind = CodeMapping.Kind
SHOWN = 200
LONGEST = 200


@dataclass(slots=True)
class Gap:
    """``theirs``: the code that is known is the partner's, and Odoo's is asked for. ``entered`` and ``wrong``: what
    was typed and not taken, and why."""

    case: ExceptionCase
    partner: Connection
    kind: str
    code: str
    theirs: bool
    affected: Affected
    entered: str = ""
    factor: str = "1"
    wrong: str = ""

    @property
    def counts(self) -> bool:
        """Units say how many of one are one of the other."""
        return self.kind == Kind.UNIT


def view(request: HttpRequest) -> HttpResponseBase:
    context = site_context(request, CodeMapping) | {"title": _("Codes that nobody has mapped"), "may": may_map(request)}
    found = gaps(request)
    if request.method == "POST":
        if not may_map(request):
            raise PermissionDenied
        done = _save(request, found)
        if done:
            text = ngettext("{n} code mapped; what waited for it is tried now.",
                            "{n} codes mapped; what waited for them is tried now.", done)  # fmt: skip
            messages.success(request, text.format(n=done))
        if not any(gap.wrong for gap in found):
            return HttpResponseRedirect(request.path)
        found = [gap for gap in found if gap.wrong] + [gap for gap in gaps(request) if not _is_in(gap, found)]
    context |= {"gaps": found, "opts": CodeMapping._meta, "full": len(found) == SHOWN, "longest": LONGEST}
    return TemplateResponse(request, "console/gaps.html", context)


def gaps(request: HttpRequest) -> list[Gap]:
    """Those that the most money waits for come first."""
    partners = {partner.slug: partner for partner in seen_partners(request)}
    open_ = scoped(request, ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED))
    cases = list(open_.filter(code__in=mappings.MISSING).order_by("first_seen"))
    hangs = affected.of(cases)
    found = list(_gaps(cases, partners, hangs))
    return sorted(found, key=lambda gap: (-gap.affected.largest, -gap.affected.orders))[:SHOWN]


def _gaps(cases: Sequence[ExceptionCase], partners: dict[str, Connection], hangs: Any) -> Iterator[Gap]:
    for case in cases:
        kind, theirs = mappings.MISSING[case.code]
        partner = partners.get(str(case.context.get("scope", "")))
        if partner is not None:
            yield Gap(case, partner, kind.value, str(case.context.get("code", "")), theirs, hangs[case.pk])


def _save(request: HttpRequest, found: Sequence[Gap]) -> int:
    """Each row for itself: one that is wrong stops no other. Returns how many were saved."""
    done = 0
    for gap in found:
        gap.entered = request.POST.get(f"code_{gap.case.pk}", "").strip()[:LONGEST]
        gap.factor = request.POST.get(f"factor_{gap.case.pk}", "1").strip()[:20]
        if not gap.entered:
            continue
        try:
            _add(gap, actor(request))
        except acts.NotAllowed as refusal:
            gap.wrong = str(refusal)
        else:
            done += 1
    return done


def _add(gap: Gap, who: acts.Actor) -> None:
    """Raises NotAllowed. A second code of the partner's for what it gets another one for already is an alias: what is
    sent stays as it is."""
    ours, theirs = (gap.entered, gap.code) if gap.theirs else (gap.code, gap.entered)
    wanted = CodeMapping(partner=gap.partner, kind=gap.kind, odoo_code=ours, partner_code=theirs)
    alias = gap.theirs and mappings.in_force(wanted) is not None
    factor = _factor(gap.factor) if gap.counts else Decimal(1)
    mappings.add(gap.partner, gap.kind, ours, theirs, factor=factor, alias=alias, actor=who)


def _factor(text: str) -> Decimal:
    try:
        factor = Decimal(text.replace(",", "."))
    except InvalidOperation:
        factor = Decimal(0)
    if not factor.is_finite() or factor <= 0 or factor >= 10**9:
        raise acts.NotAllowed(_("Say how many of the warehouse's units are one of Odoo's: a number above zero."))
    return factor


def _is_in(gap: Gap, found: Sequence[Gap]) -> bool:
    return any(gap.case.pk == each.case.pk for each in found if each.wrong)
