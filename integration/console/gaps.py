"""Codes that work waits for and that nobody has mapped: one table, filled in and saved at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integration.console import choosing, said
from integration.console.base import actor
from integration.console.cases import affected
from integration.console.cases.affected import Affected
from integration.console.guard import site_context
from integration.console.mapping_files import may_map, seen_partners
from integration.console.reach import limit, scoped
from integration.console.words import typed
from integration.jobs import acts, mappings
from integration.jobs.odoo_codes import NotInOdoo
from integration.models import CodeMapping, Connection, ExceptionCase

Kind = CodeMapping.Kind
SHOWN = 200
LONGEST = 100


@dataclass(slots=True)
class Gap:
    """``theirs``: the code that is known is the partner's, and Odoo's is asked for. ``entered`` and ``wrong``: what
    was typed and not taken, and why; ``unseen``: because Odoo was not seen to have it."""

    case: ExceptionCase
    partner: Connection
    kind: str
    code: str
    theirs: bool
    affected: Affected
    entered: str = ""
    factor: str = "1"
    wrong: str = ""
    unseen: bool = False

    @property
    def codes(self) -> str:
        """Where there are codes to choose from."""
        side = choosing.ODOO if self.theirs else choosing.PARTNER
        return choosing.address(side, partner=self.partner.pk, kind=self.kind)

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
        _save(request, found)
        if not any(gap.entered for gap in found):
            messages.warning(request, _("Nothing was entered: fill in a code beside the one that is known."))
        if not any(gap.wrong for gap in found):
            return HttpResponseRedirect(request.path)
        found = [gap for gap in found if gap.wrong] + [gap for gap in gaps(request) if not _is_in(gap, found)]
    context |= {"gaps": found, "opts": CodeMapping._meta, "full": len(found) == SHOWN, "longest": LONGEST}
    return TemplateResponse(request, "console/gaps.html", context)


def fill(request: HttpRequest, case: ExceptionCase) -> Gap | None:
    """Takes what was entered on the case's own page; None where it asks for no code."""
    gap = of_case(request, case)
    if gap is not None:
        _save(request, [gap])
        if not gap.entered:
            gap.wrong = _("Enter the code that belongs to {code}: without it nothing goes on.").format(code=gap.code)
    return gap


def of_case(request: HttpRequest, case: ExceptionCase) -> Gap | None:
    """What the user may fill in on the page of the case; None where it asks for no code."""
    open_ = case.code in mappings.MISSING and case.state in ExceptionCase.UNRESOLVED
    found = _gaps([case], _partners(request), {case.pk: Affected()}) if open_ and may_map(request) else iter(())
    return next(found, None)


def gaps(request: HttpRequest) -> list[Gap]:
    """Those that the most money waits for come first."""
    open_ = scoped(request, ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED))
    cases = list(open_.filter(code__in=mappings.MISSING).order_by("first_seen"))
    hangs = affected.of(cases, limit(request))
    found = list(_gaps(cases, _partners(request), hangs))
    return sorted(found, key=lambda gap: (-gap.affected.largest, -gap.affected.orders))[:SHOWN]


def _partners(request: HttpRequest) -> dict[str, Connection]:
    return {partner.slug: partner for partner in seen_partners(request)}


def _gaps(cases: Sequence[ExceptionCase], partners: dict[str, Connection], hangs: Any) -> Iterator[Gap]:
    for case in cases:
        kind, theirs = mappings.MISSING[case.code]
        partner = partners.get(str(case.context.get("scope", "")))
        if partner is not None:
            yield Gap(case, partner, kind.value, str(case.context.get("code", "")), theirs, hangs[case.pk])


def _save(request: HttpRequest, found: Sequence[Gap]) -> None:
    """Each row for itself: one that is wrong stops no other. Says how many were saved."""
    done = 0
    for gap in found:
        gap.entered = request.POST.get(f"code_{gap.case.pk}", "").replace("\0", "").strip()[: LONGEST + 1]
        gap.factor = request.POST.get(f"factor_{gap.case.pk}", "1").strip()[:20]
        if not gap.entered:
            continue
        try:
            _add(gap, actor(request), odoo_has_it=f"odoo_has_it_{gap.case.pk}" in request.POST)
        except acts.NotAllowed as refusal:
            gap.wrong, gap.unseen = said.refusal(refusal), isinstance(refusal, NotInOdoo)
        else:
            done += 1
    if done:
        text = ngettext("{n} code mapped; what waited for it is tried now.",
                        "{n} codes mapped; what waited for them is tried now.", done)  # fmt: skip
        messages.success(request, text.format(n=done))


def _add(gap: Gap, who: acts.Actor, *, odoo_has_it: bool) -> None:
    """Raises NotAllowed. A second code of the partner's for what it gets another one for already is an alias: what is
    sent stays as it is."""
    if len(gap.entered) > LONGEST:
        raise acts.NotAllowed(_("A code has at most {n} characters.").format(n=LONGEST))
    ours, theirs = (gap.entered, gap.code) if gap.theirs else (gap.code, gap.entered)
    wanted = CodeMapping(partner=gap.partner, kind=gap.kind, odoo_code=ours, partner_code=theirs)
    alias = gap.theirs and mappings.in_force(wanted) is not None
    factor = _factor(gap.factor) if gap.counts else Decimal(1)
    mappings.add(gap.partner, gap.kind, ours, theirs, factor=factor, alias=alias, odoo_has_it=odoo_has_it, actor=who)


def _factor(text: str) -> Decimal:
    factor = typed(text)
    if factor is None or factor <= 0 or factor >= 10**9:
        raise acts.NotAllowed(_("Say how many of the warehouse's units are one of Odoo's: a number above zero."))
    return factor


def _is_in(gap: Gap, found: Sequence[Gap]) -> bool:
    return any(gap.case.pk == each.case.pk for each in found if each.wrong)
