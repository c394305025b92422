"""The matching assistant: proposals which SKU is which product, accepted in bulk by a person."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from integration.console import said
from integration.console.base import actor
from integration.console.guard import site_context
from integration.console.mapping_files import UploadForm, may_map, seen_partners
from integration.console.words import whole
from integration.jobs import acts, fetching, mapping_files, matches
from integration.models import CodeMapping, Connection, MasterRun, PartnerItem
from integration.rules.matching import Matches

SHOWN = 100  # of each kind: the next ones come when these are mapped


def view(request: HttpRequest) -> HttpResponseBase:
    context = site_context(request, CodeMapping) | {"title": _("Match products"), "opts": CodeMapping._meta}
    partners = seen_partners(request)
    partner = partners.filter(slug=request.GET.get("partner", "")).first()
    if request.method == "POST":
        return _act(request, context, partner)
    return _page(request, context | {"partners": partners}, partner)


def _page(request: HttpRequest, context: dict[str, Any], partner: Connection | None, **more: Any) -> HttpResponseBase:
    if partner is not None:
        found = matches.proposals(partner)
        context |= {
            "partner": partner,
            "proposals": found.proposals[:SHOWN],
            "ambiguous": found.ambiguous[:SHOWN],
            "found": found,
            "shown": SHOWN,
            "items": PartnerItem.objects.filter(partner=partner, active=True).count(),
            "run": MasterRun.objects.filter(connection=partner, task=MasterRun.Task.FETCH).first(),
            "form": more.get("form") or UploadForm(request, initial={"partner": partner}),
            "may": may_map(request),
        }
    return TemplateResponse(request, "console/mapping_match.html", context | more)


def _act(request: HttpRequest, context: dict[str, Any], partner: Connection | None) -> HttpResponseBase:
    if not may_map(request):
        raise PermissionDenied
    if partner is None:
        return HttpResponseRedirect(request.path)
    what = request.POST.get("act", "")
    if what == "fetch":
        with transaction.atomic():
            fetching.ask(partner, actor(request))
        messages.success(request, _("The list is being read: come back in a moment."))
    elif what == "upload":
        return _bring_in(request, context, partner)
    elif what == "accept":
        _accept(request, partner)
    return HttpResponseRedirect(request.get_full_path())


def _bring_in(request: HttpRequest, context: dict[str, Any], partner: Connection) -> HttpResponseBase:
    form = UploadForm(request, {"partner": partner.pk}, request.FILES)
    if not form.is_valid():
        return _page(request, context, partner, form=form)
    with transaction.atomic():
        heads, rows = form.cleaned_data["file"]
        faults = matches.bring_in(partner, heads, rows, actor(request))
    if faults:
        return _page(request, context, partner, faults=faults)
    messages.success(request, _("The list is here."))
    return HttpResponseRedirect(request.get_full_path())


def _accept(request: HttpRequest, partner: Connection) -> None:
    """Only what is still proposed: the page may be old, and what it sends may be anything."""
    chosen = set(request.POST.getlist("sku"))
    found: Matches = matches.proposals(partner)
    pairs = [(each.product.code, each.item.code) for each in found.proposals if each.item.code in chosen]
    if not pairs:
        messages.warning(request, _("Nothing of it is proposed any more."))
        return
    try:
        count = mapping_files.accept(partner, pairs, actor(request))
    except acts.NotAllowed as refusal:
        messages.error(request, said.below(refusal))
    else:
        messages.success(
            request,
            ngettext(
                "{count} product mapped; what waited for them is tried now.",
                "{count} products mapped; what waited for them is tried now.",
                count,
            ).format(count=whole(count)),
        )
