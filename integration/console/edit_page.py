"""The page on which a person edits the data of a message whose work waits."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from integration.console import edit_form, links, lots, said
from integration.console.acting import LONGEST_REASON, OF_OTHERS
from integration.console.base import actor
from integration.console.edit_form import TEXT, Form
from integration.console.guard import may_view
from integration.console.message_page import may_edit
from integration.console.reach import scoped
from integration.errors import InvalidDocument
from integration.jobs import bodies, decisions, edits, sources
from integration.jobs.acts import NotAllowed
from integration.models import DocumentLine, ExceptionCase, InboundMessage, SyncJob
from integration.rules import leaves

SHOWN_CASES = 10
FEW = 3  # messages that a case offers to edit
LINES = "lines"


def view(request: HttpRequest, message: InboundMessage, frame: dict[str, Any]) -> HttpResponseBase:
    """GET: the form. POST: the edit, or the form again with what is wrong."""
    cases = _cases(request, message)
    form, back = _form(request, message, cases), _back(request, message, cases)
    if request.method == "POST" and _edited(request, message, form):
        messages.success(request, _("The data is edited, and what waited for it goes on."))
        return HttpResponseRedirect(back)
    context = frame | {
        "title": _("Edit the data of %s") % message,
        "message": message,
        "cases": cases,
        "form": form,
        "closed": said.below(edits.why_not(message)),
        "original": _original(message, form),
        "decisions": _decisions(message),
        "longest": LONGEST_REASON,
        "case": request.GET.get("case", ""),
        "back": back,
    }
    return TemplateResponse(request, "console/message_edit.html", context)


def offers(request: HttpRequest, case: ExceptionCase, jobs: Iterable[SyncJob]) -> list[tuple[str, InboundMessage]]:
    """The few messages that the case's jobs wait with and whose data the user may edit, with the address for it."""
    named = {job.inbound_id for job in jobs if job.inbound_id and job.state in edits.WAITS}
    if not 0 < len(named) <= FEW or not may_edit(request) or not may_view(request, InboundMessage):
        return []
    found = scoped(request, InboundMessage.objects.filter(pk__in=named)).select_related("connection").order_by("pk")
    asked = urlencode({"case": case.pk})
    return [(f"{reverse('admin:message_edit', args=[row.pk])}?{asked}", row) for row in found if not edits.why_not(row)]


def _edited(request: HttpRequest, message: InboundMessage, form: Form) -> bool:
    """Does it; False, and what is wrong in the form."""
    body = edit_form.body_of(form, bodies.at(message, form.seen))
    if body is None:
        return False
    try:
        if form.unfit:
            raise NotAllowed(_("It is no text, or too large to be edited here."))
        if message.jobs.exclude(pk__in=scoped(request, message.jobs.all()).order_by().values("pk")).exists():
            raise NotAllowed(str(OF_OTHERS))
        edits.edit(message.pk, actor(request), edits.Wish(body, form.seen, form.reason))
    except edits.Refused as refusal:
        form.blame(refusal.field, said.below(refusal))
        return False
    except NotAllowed as refusal:
        form.error = said.below(refusal)
        return False
    return True


def _form(request: HttpRequest, message: InboundMessage, cases: Sequence[ExceptionCase]) -> Form:
    """As the message is; when it is sent, as it was when the person read it."""
    sent = request.POST.get("seen", "") if request.method == "POST" else ""
    seen = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 6 else message.edits
    asked = request.POST if request.method == "POST" else request.GET
    body = bodies.at(message, seen)
    form = edit_form.build(message.type, body, bytes(message.body), seen, as_text=asked.get("as") == TEXT)
    if form.text is None:
        _offer_lots(request, message, form, body, lots.asked_for(cases))
    if request.method == "POST":
        edit_form.fill(form, request.POST)
    return form


def _offer_lots(request: HttpRequest, message: InboundMessage, form: Form, body: bytes, skus: set[str]) -> None:
    lines = list(_lines(message, body)) if skus else []
    codes = lots.in_odoo(message, {line.sku: getattr(line, "line", None) or "" for line in lines})
    rows = DocumentLine.objects.filter(document=message.document_id) if message.document_id else ()
    tracking = {row.line: row.tracking for row in rows}
    for number, line in enumerate(lines):
        sku = codes.get(line.sku, line.sku)
        if sku in skus:
            known = lots.known(request, message, sku, line.sku)
            kind = tracking.get(getattr(line, "line", None) or "", "")
            edit_form.offer_lots(form, ("data", LINES, number), line, kind, known)


def _lines(message: InboundMessage, body: bytes) -> Iterator[Any]:
    """As the contract reads them, where the raw message has them at the same place."""
    try:
        event = bodies.parsed(message, body).event
    except InvalidDocument:
        return
    data = (leaves.read(body) or {}).get("data")
    raw = data.get(LINES) if isinstance(data, dict) else None
    lines = getattr(event.data, LINES, ())
    if isinstance(raw, list) and len(raw) == len(lines):
        yield from (line for line in lines if hasattr(line, "sku"))


def _cases(request: HttpRequest, message: InboundMessage) -> list[ExceptionCase]:
    waiting = ExceptionCase.objects.filter(waiting__job__inbound=message, state__in=ExceptionCase.UNRESOLVED)
    return list(scoped(request, waiting).distinct().order_by("pk")[:SHOWN_CASES])


def _decisions(message: InboundMessage) -> list[Any]:
    """What was chosen for the document before: it holds for what is edited, too."""
    try:
        event = bodies.parsed(message, bodies.in_force(message)).event
    except InvalidDocument:
        return []
    source = sources.of(message.connection, event.data)
    return decisions.all_of(source) if source else []


def _original(message: InboundMessage, form: Form) -> str:
    return edit_form.readable(bytes(message.body)) if form.text is not None else ""


def _back(request: HttpRequest, message: InboundMessage, cases: Sequence[ExceptionCase]) -> str:
    """To the case that the person came from, if it is one of them."""
    case = next((each for each in cases if str(each.pk) == request.GET.get("case")), None)
    return links.page(case or message)
