"""The case list is the front page of the work; a case's page shows the cause, the fix, the buttons and the history."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, Model, QuerySet, Value, When
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList

from integration.console import edit_page, find, gaps, links, said, stock_choices, variance_choices
from integration.console.acting import OF_OTHERS, Act, ActingAdmin
from integration.console.base import HistoryAdmin
from integration.console.cases import affected, mapped, spark, told
from integration.console.cases.acts import USUAL, choosing
from integration.console.cases.desk import DeskForm, save
from integration.console.cases.filters import (
    CodeFilter,
    OwnerFilter,
    SeverityFilter,
    StateFilter,
    TeamFilter,
    WarehouseFilter,
)
from integration.console.mapping_files import may_map
from integration.console.missing import add_mapping
from integration.console.reach import limit, may_act_on_case, scoped
from integration.console.replays import RIGHT
from integration.console.standing import case_due
from integration.console.words import badge, span
from integration.errors.catalogue import Severity
from integration.jobs import decisions
from integration.jobs.acts import STARTS_ANEW
from integration.jobs.desk import Wish
from integration.models import CaseJob, Decision, ExceptionCase, InboundMessage, SyncJob
from integration.rules.choices import CHOICES

SHOWN = 100  # waiting jobs on a case's page
RANK = {Severity.CRITICAL: 0, Severity.HIGH: 1, Severity.MEDIUM: 2, Severity.LOW: 3}


class CaseList(ChangeList):  # type: ignore[misc]
    """Reads what hangs on the cases of the page, and how often they were met, with one query each."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        cases: list[Any] = list(self.result_list)
        hangs, sparks = affected.of(cases, limit(request)), spark.of(cases)
        for case in cases:
            case.affected, case.spark = hangs[case.pk], sparks[case.pk]
        self.result_list: list[Any] = cases


@admin.register(ExceptionCase)
class ExceptionCaseAdmin(ActingAdmin):
    acts = (
        *USUAL,
        *dict.fromkeys(act for acts in stock_choices.CHOICES.values() for act in acts),
        *variance_choices.ALL,
    )
    exact = ("document__reference", "document__parent__reference", "code", "waiting__job__document__reference")
    search_help_text = _("Order or delivery number, case number, code, SKU, lot")
    list_display = (
        "problem", "code", "hangs_on_it", "seen", "document_page", "team", "severity_badge", "age", "due",
        "state_badge",
    )  # fmt: skip
    list_display_links = ("problem",)
    list_filter = (StateFilter, SeverityFilter, OwnerFilter, TeamFilter, WarehouseFilter, CodeFilter)
    list_select_related = ("document", "assignee")
    list_fullwidth = True
    nothing = _("Nothing waits for a person. New cases appear here by themselves.")

    def get_paginator(self, *given: Any, **more: Any) -> Any:
        paginator = super().get_paginator(*given, **more)
        paginator.counts = True
        return paginator

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CaseList]:
        return CaseList

    def also_found(self, term: str) -> list[QuerySet[ExceptionCase]]:
        return [ExceptionCase.objects.filter(find.naming(term))]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        rank = Case(*(When(severity=name, then=Value(at)) for name, at in RANK.items()), output_field=IntegerField())
        return [rank.asc(), "deadline", "-id"]

    def get_urls(self) -> list[URLPattern]:
        desk = path("<int:pk>/desk/", self.admin_site.admin_view(self.desk_view), name="case_desk")
        fill = path("<int:pk>/code/", self.admin_site.admin_view(self.fill_view), name="mapping_fill")
        return [desk, fill, *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        own = {"take": (_take, "take", _("Take them")), "desk": (_desk, "desk", _("Change owner, team or status"))}
        return {**(own if self.has_act_permission(request) else {}), **super().get_actions(request)}

    @admin.display(description=_("case"))
    def problem(self, case: ExceptionCase) -> SafeString:
        return format_html(
            '<b class="cd-title">{}</b><span class="cd-cause">{}</span>', said.title(case), said.cause(case)
        )

    @admin.display(description=_("affected"))
    def hangs_on_it(self, case: Any) -> str:
        return str(case.affected) or "-"

    @admin.display(description=_("seen"))
    def seen(self, case: Any) -> SafeString:
        return format_html('<span class="cd-seen">{} {}</span>', case.spark, case.count)

    @admin.display(description=_("document"))
    def document_page(self, case: ExceptionCase) -> SafeString | str:
        return links.document_link(case.document)

    @admin.display(description=_("team, owner"))
    def team(self, case: ExceptionCase) -> SafeString:
        owner = case.assignee.get_username() if case.assignee else ""
        return format_html('{}<span class="cd-cause">{}</span>', said.below(case.owner), owner)

    @admin.display(description=_("severity"))
    def severity_badge(self, case: ExceptionCase) -> SafeString:
        return badge(said.below(case.severity), case.severity)

    @admin.display(description=_("age"))
    def age(self, case: ExceptionCase) -> str:
        return span(datetime.now(UTC) - case.first_seen)

    @admin.display(description=_("deadline"))
    def due(self, case: ExceptionCase) -> SafeString | str:
        return case_due(case)

    @admin.display(description=_("status"))
    def state_badge(self, case: ExceptionCase) -> SafeString:
        return badge(case.get_state_display(), case.state)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        case = self.get_object(request, object_id)
        if case is None or not self.has_view_permission(request, case):
            plain: HttpResponseBase = super().change_view(request, object_id, form_url, extra_context)
            return plain
        return self._page(request, case)

    def desk_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The form on the case's page: POST only."""
        case = self.get_queryset(request).filter(pk=pk).first()
        if case is None or not self.has_act_permission(request):
            raise PermissionDenied
        form = DeskForm(request.POST or None, case=case)
        if request.method == "POST" and not form.is_valid():
            return self._page(request, case, form)
        if request.method == "POST":
            save(request, form.wish(), ExceptionCase.objects.filter(pk=pk))
        return HttpResponseRedirect(links.page(case))

    def fill_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The field for a code that nobody has mapped, on the case's page: POST only."""
        if not may_map(request):
            raise PermissionDenied
        case = get_object_or_404(self.get_queryset(request), pk=pk)
        gap = gaps.fill(request, case) if request.method == "POST" else None
        return self._page(request, case, gap=gap) if gap and gap.wrong else HttpResponseRedirect(links.page(case))

    def _page(
        self, request: HttpRequest, case: ExceptionCase, form: DeskForm | None = None, gap: gaps.Gap | None = None
    ) -> HttpResponseBase:
        waiting = scoped(request, case.waiting.select_related("job__document").order_by("id"))
        jobs = [row.job for row in waiting[: SHOWN + 1]]
        unresolved = case.state in ExceptionCase.UNRESOLVED
        waited = [] if unresolved or jobs else _with_messages(request, list(_waited(request, case)))
        anew = unresolved and case.code in STARTS_ANEW
        context = self.admin_site.each_context(request) | {
            "title": said.title(case),
            "opts": self.opts,
            "case": case,
            "jobs": _with_messages(request, jobs[:SHOWN]),
            "more": len(jobs) > SHOWN,
            "starts_anew": anew,
            "begun": scoped(request, _at_work(case))[:SHOWN] if anew else (),
            "waited": waited,
            "may_replay": request.user.has_perm(RIGHT) and any(job.message for job in waited),
            "documents": list(dict.fromkeys(job.document for job in jobs or waited if job.document)),
            "affected": affected.of([case], limit(request))[case.pk],
            "spark": spark.of([case])[case.pk],
            "buttons": self.buttons(request, case),
            "add_mapping": add_mapping(case) if request.user.has_perm("integration.add_codemapping") else None,
            "edits": edit_page.offers(request, case, jobs) if unresolved and len(jobs) <= SHOWN else [],
            "gap": gap or gaps.of_case(request, case),
            "longest": gaps.LONGEST,
            "mapped": mapped.of(request, case),
            "variances": variance_choices.rows(request, case) if unresolved else (),
            "corrections": variance_choices.corrections(request, case),
            "due": case_due(case),
            "desk": (form or DeskForm(case=case)) if unresolved and self.has_act_permission(request) else None,
            "history": told.history(case),
            "before": told.before(case),
        }
        return TemplateResponse(request, "console/case.html", context)

    def shown(self, row: Model) -> str:
        return said.cause(row) if isinstance(row, ExceptionCase) else ""

    def refusal(self, request: HttpRequest, row: Model) -> str:
        return "" if may_act_on_case(request, row) else str(OF_OTHERS)

    def buttons(self, request: HttpRequest, case: ExceptionCase) -> list[Act]:
        """What the case itself asks for first."""
        return self.allowed(request, self.acts_for(case)) if case.state in ExceptionCase.UNRESOLVED else []

    def acts_for(self, row: Model | None) -> Sequence[Act]:
        """The choices that only a person can make come first."""
        case = row if isinstance(row, ExceptionCase) else None
        code = case.code if case else ""
        open_ = case is not None and "source" in case.context and decisions.standing(case) is None
        chosen = (choosing(choice) for choice in CHOICES.get(code, ()) if open_)
        offered = variance_choices.offered(case) if case else ()
        return (*chosen, *stock_choices.CHOICES.get(code, ()), *offered, *USUAL)


def _at_work(case: ExceptionCase) -> QuerySet[SyncJob]:
    """What goes on for the document of a case that no job waits for: *Retry now* has started it, or Odoo has."""
    of = {case.document_id, case.document.parent_id if case.document else None} - {None}
    return SyncJob.objects.filter(document__in=of, state__in=SyncJob.ACTIVE).select_related("document")


def _waited(request: HttpRequest, case: ExceptionCase) -> QuerySet[SyncJob]:
    """What waited for a case that is over, as far as it is still there."""
    return scoped(request, SyncJob.objects.filter(pk__in=case.jobs).select_related("document").order_by("pk"))


def _with_messages(request: HttpRequest, jobs: list[Any]) -> list[Any]:
    """Each has its message beside it, without what is in it."""
    rows: QuerySet[InboundMessage] = InboundMessage.objects.filter(pk__in=[job.inbound_id for job in jobs])
    may = request.user.has_perm("integration.view_inboundmessage")
    found = scoped(request, rows.only("type", "reference")).in_bulk() if may else {}
    for job in jobs:
        job.message = found.get(job.inbound_id)
    return jobs


def _take(page: ExceptionCaseAdmin, request: HttpRequest, rows: QuerySet[ExceptionCase]) -> None:
    """Whoever asks for it has the cases then."""
    save(request, Wish(assignee=request.user.pk), rows)


def _desk(page: ExceptionCaseAdmin, request: HttpRequest, rows: QuerySet[ExceptionCase]) -> HttpResponseBase | None:
    """Asks what is to be otherwise, and does it to all of the cases."""
    form = DeskForm(request.POST if "asked" in request.POST else None)
    if form.is_bound and form.is_valid():
        save(request, form.wish(), rows)
        return None
    context = page.admin_site.each_context(request) | {
        "title": _("Change owner, team or status"),
        "opts": page.opts,
        "form": form,
        "rows": rows,
        "address": request.get_full_path(),
    }
    return TemplateResponse(request, "console/desk.html", context)


@admin.register(Decision)
class DecisionAdmin(HistoryAdmin):
    exact = ("source",)
    search_help_text = _("The partner's document, such as receipt/northgate/WH/IN/00007/RCV-1")
    list_display = ("source", "subject", "choice", "actor", "reason", "made_at")
    list_display_links = ("source",)
    ordering = ("-id",)
    nothing = _("Nobody has had to decide anything yet.")


@admin.register(CaseJob)
class CaseJobAdmin(HistoryAdmin):
    exact = ("job__document__reference",)
    search_help_text = _("Order or delivery number")
    list_display = ("__str__", "case_page", "job_page", "created_at")
    list_select_related = ("case", "job")
    ordering = ("-id",)
    nothing = _("No job waits for a case.")

    @admin.display(description=_("case"))
    def case_page(self, row: CaseJob) -> SafeString | str:
        return links.link(row.case)

    @admin.display(description=_("job"))
    def job_page(self, row: CaseJob) -> SafeString | str:
        return links.link(row.job)
