"""The page that tells an order's story: what it is, what it waits for, and everything that happened."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from integration.console import story, waiting
from integration.console.guard import site_context
from integration.console.reach import scoped
from integration.models import Document, DocumentLine

OF_LINES = ("document__connection", "document__warehouse__wms")
# Of a line: shown when any line of the page has it.
COLUMNS = {
    "ordered": _("Ordered"),
    "released": _("Released"),
    "picked": _("Picked"),
    "packed": _("Packed"),
    "shipped": _("Shipped"),
    "substituted": _("As another"),
    "received": _("Received"),
    "over": _("Over"),
    "cancelled": _("Cancelled"),
}


def view(request: HttpRequest, document: int) -> HttpResponseBase:
    shown = get_object_or_404(scoped(request, Document.objects.all()), pk=document)
    family = story.family(shown, scoped(request, Document.objects.all()))
    lines = list(DocumentLine.objects.filter(document__in=family.documents).select_related(*OF_LINES).order_by("id"))
    shows = [name for name in COLUMNS if name == "ordered" or any(getattr(line, name) for line in lines)]
    if "picked" not in shows and any(line.short for line in lines):
        shows.insert(shows.index("ordered") + 1, "picked")
    context = site_context(request, Document) | {
        "title": f"{family.order.get_kind_display().capitalize()} {family.order}",
        "order": family.order,
        "shown": shown,
        "deliveries": family.documents[1:],
        "columns": [(name, COLUMNS[name]) for name in shows],
        "lines": [(line, [(name, getattr(line, name)) for name in shows], waiting.left(line)) for line in lines],
        "parcels": family.parcels,
        "waits": waiting.waits(family, lines),
        "entries": story.tell(family),
    }
    return TemplateResponse(request, "console/timeline.html", context)
