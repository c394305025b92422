"""Changes that are tried: how far they have got, what they would do, and keeping them as they were tried."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integration.console import links, said
from integration.console.base import HistoryAdmin, actor
from integration.console.mapping_files import WRITERS
from integration.console.personal import PersonalAdmin
from integration.console.reach import limit, scoped
from integration.console.tries import words
from integration.console.tries.offer import AGAIN
from integration.console.words import badge
from integration.jobs import acts, tries
from integration.jobs.tries import Wish
from integration.models import DecidedDelivery, InboundMessage, TriedChange, TriedDocument

State, Verdict = TriedChange.State, TriedDocument.Verdict
SHOWN, MOST_ROWS = 50, 50_000
POST_ONLY = gettext_lazy("This page takes the buttons of the console only.")


@admin.register(TriedChange)
class TriedChangeAdmin(HistoryAdmin):
    numbers = ("pk",)
    search_help_text = gettext_lazy("The number of a try")
    list_display = ("what", "state_badge", "days", "decided", "otherwise", "untold", "made_by_name", "made_at")
    list_display_links = ("what",)
    list_filter = ("state",)
    exclude = ("steps", "form", "base", "phase", "after", "warehouses")
    nothing = gettext_lazy(
        "Open a rule for orders, a code mapping or a business rule, change it, and press Try: what it would have done"
        " to the documents of the last days is shown before it counts."
    )

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, Any, str]] = [
            ("<int:pk>/act/<slug:act>/", self.act_view, "tried_act"),
            ("<int:pk>/live/", self.live_view, "tried_live"),
            ("<int:pk>/rows.<slug:form>", self.sheet_view, "tried_sheet"),
        ]
        own = [path(at, self.admin_site.admin_view(view), name=name) for at, view, name in pages]
        return [*own, *super().get_urls()]

    @admin.display(description=gettext_lazy("change"))
    def what(self, tried: TriedChange) -> str:
        return tried.name

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, tried: TriedChange) -> SafeString:
        return badge(tried.get_state_display(), words.STATES[tried.state])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        tried = self.get_object(request, object_id)
        if tried is None or not self.has_view_permission(request, tried):
            plain: HttpResponseBase = super().change_view(request, object_id, form_url, extra_context)
            return plain
        context = self.admin_site.each_context(request) | {"title": tried.name, "opts": self.opts}
        return TemplateResponse(request, "console/tried.html", context | shown(request, tried))

    def live_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The inner part of the page, which the page fetches again by itself."""
        return TemplateResponse(request, "console/tried_part.html", shown(request, self._row(request, pk)))

    def sheet_view(self, request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
        """All that the page lists, by its filter."""
        tried = self._row(request, pk)
        if form not in WRITERS:
            return HttpResponse(_("Say csv or xlsx."), status=400)
        write, content_type = WRITERS[form]
        rows = documents(request, tried, request.GET.get("verdict", ""))[:MOST_ROWS]
        acts.note(actor(request), "export a tried change", f"{tried} ({pk})", format=form)
        content = write(words.heads(), map(words.cells, rows.iterator()))
        name = f'attachment; filename="tried-{pk}.{form}"'
        return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": name})

    def act_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
        """One button of the page. A link, such as the login follows, leads to the page."""
        tried = self.get_queryset(request).filter(pk=pk).first() if self.has_view_permission(request) else None
        if tried is not None and request.method == "GET":
            return HttpResponseRedirect(links.page(tried))
        if tried is None or act not in ACTS or request.method != "POST":
            return HttpResponse(str(POST_ONLY), status=405)
        if not may_act(request, tried):
            raise PermissionDenied
        try:
            return ACTS[act](request, tried)
        except acts.NotAllowed as refusal:
            messages.warning(request, said.below(refusal))
        return HttpResponseRedirect(links.page(tried))

    def _row(self, request: HttpRequest, pk: int) -> TriedChange:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)  # type: ignore[no-any-return]


@admin.register(TriedDocument)
class TriedDocumentAdmin(HistoryAdmin):
    numbers = ("tried",)
    search_help_text = gettext_lazy("The number of a try")
    list_display = ("number", "sort", "change_page", "verdict_badge", "at")
    list_display_links = None
    list_select_related = ("tried", "document")
    list_filter = ("verdict",)
    ordering = ("-id",)
    nothing = gettext_lazy("What a tried change would have done to a document is a row here.")

    @admin.display(description=gettext_lazy("document"))
    def number(self, row: TriedDocument) -> SafeString | str:
        return links.document_link(row.document) if row.document else row.reference

    @admin.display(description=gettext_lazy("sort"))
    def sort(self, row: TriedDocument) -> str:
        return said.named(row.kind)

    @admin.display(description=gettext_lazy("change"))
    def change_page(self, row: TriedDocument) -> SafeString | str:
        return links.link(row.tried)

    @admin.display(description=gettext_lazy("would do"))
    def verdict_badge(self, row: TriedDocument) -> SafeString:
        return badge(row.get_verdict_display(), words.TONES[row.verdict])


@admin.register(DecidedDelivery)
class DecidedDeliveryAdmin(PersonalAdmin):
    personal = "snapshot"
    exact = ("release",)
    search_help_text = gettext_lazy("Number of a delivery")
    list_display = ("release", "document_page", "warehouse", "first_at", "last_at", "times")
    list_select_related = ("document", "warehouse")
    ordering = ("-id",)
    nothing = gettext_lazy("What each release was decided on is a row here, so that changes can be tried on it.")

    @admin.display(description=gettext_lazy("order"))
    def document_page(self, row: DecidedDelivery) -> SafeString | str:
        return links.document_link(row.document)


def may_act(request: HttpRequest, tried: TriedChange) -> bool:
    """Who may make such a change."""
    return request.user.has_perm(f"integration.change_{tried.form.get('model', '')}")


def _cancel(request: HttpRequest, tried: TriedChange) -> HttpResponseBase:
    tries.cancel(tried.pk, actor(request))
    messages.success(request, _("Cancelled: nothing more is looked at."))
    return HttpResponseRedirect(links.page(tried))


def _again(request: HttpRequest, tried: TriedChange) -> HttpResponseBase:
    made = tries.make(Wish(tries.steps_of(tried), tried.form), tried.days, limit(request), actor(request))
    return HttpResponseRedirect(links.page(made))


ACTS: Mapping[str, Callable[[HttpRequest, TriedChange], HttpResponseBase]] = {"cancel": _cancel, "again": _again}


def shown(request: HttpRequest, tried: TriedChange) -> dict[str, Any]:
    """What the page of a try has. It can be kept as long as it was compared with what there still is."""
    wanted, may = request.GET.get("verdict", ""), may_act(request, tried)
    page, rows, more = _page(request, tried, wanted)
    counts = dict(documents(request, tried, "").order_by().values_list("verdict").annotate(Count("pk")))
    done, same = tried.state == State.DONE and bool(tried.form.get("address")), tried.base == tries.base()
    return {
        "tried": tried,
        "state_tone": words.STATES[tried.state],
        "moves": tried.state == State.TRYING,
        "changes": [line for each in tries.steps_of(tried) for line in _changes(each)],
        "verdicts": [(each, _(str(each.label)), words.TONES[each], counts[each]) for each in Verdict if each in counts],
        "rows": [_told(request, row) for row in rows],
        "may_keep": may and done and same,
        "outdated": done and not same,
        "may_cancel": may and tried.state == State.TRYING,
        "may_again": may and tried.state != State.TRYING,
        "keep": list(_kept(tried)) if may and done and same else (),
        "again": f"{tried.form['address']}?{AGAIN}={tried.pk}" if may and tried.form.get("fields") else "",
        "verdict": wanted,
        "page": page,
        "more": more,
        "live": f"{reverse('admin:tried_live', args=[tried.pk])}?{request.GET.urlencode()}",
    }


def documents(request: HttpRequest, tried: TriedChange, verdict: str) -> QuerySet[TriedDocument]:
    rows = scoped(request, tried.documents.all())
    rows = rows.filter(verdict=verdict) if verdict in Verdict.values else rows
    return rows.select_related("document").order_by("pk")


def _changes(step: tries.Step) -> Iterator[tuple[str, str, str]]:
    """By column, as the log of changes shows it."""
    before, after = step.before or {}, step.after or {}
    for name in {**before, **after}:
        was, is_ = before.get(name), after.get(name)
        if was != is_ and not (step.before is None and is_ in (None, "", False, [], {})):
            yield said.named(name), _plain(was), _plain(is_)


def _plain(value: Any) -> str:
    return "-" if value in (None, "") else str(value)


def _kept(tried: TriedChange) -> Iterator[tuple[str, str]]:
    """The fields as they were sent."""
    for name, values in tried.form.get("fields", {}).items():
        yield from ((name, value) for value in values)


def _told(request: HttpRequest, row: TriedDocument) -> dict[str, Any]:
    seen = (
        scoped(request, InboundMessage.objects.filter(pk=row.message)) if row.message else InboundMessage.objects.none()
    )
    return {
        "row": row,
        "tone": words.TONES[row.verdict],
        "message": seen.defer("body").first(),
        "turns": list(words.turns(row)),
        "was": words.stops(row.before),
        "would_be": words.stops(row.after),
    }


def _page(request: HttpRequest, tried: TriedChange, verdict: str) -> tuple[int, list[TriedDocument], bool]:
    """The number of the page, its documents, and whether there are more."""
    number = request.GET.get("p", "1")
    page = max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1
    rows = list(documents(request, tried, verdict)[(page - 1) * SHOWN : page * SHOWN + 1])
    return page, rows[:SHOWN], len(rows) > SHOWN
