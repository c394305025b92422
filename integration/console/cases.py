"""The case list is the front page of the work; a case's page shows the cause, the fix and the buttons."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Case, IntegerField, Model, QuerySet, Value, When
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integration.console import links, stock_choices
from integration.console.acting import Act, ActingAdmin
from integration.console.base import HistoryAdmin
from integration.console.missing import add_mapping
from integration.console.reach import limit, scoped
from integration.console.standing import case_due
from integration.console.words import badge, money, plural, span
from integration.errors.catalogue import Severity
from integration.jobs import acts, decisions
from integration.models import CaseJob, Decision, ExceptionCase
from integration.rules.choices import CHOICES, Choice

SHOWN = 100  # waiting jobs on a case's page
RANK = {Severity.CRITICAL: 0, Severity.HIGH: 1, Severity.MEDIUM: 2, Severity.LOW: 3}
OF_OTHERS = "Work of warehouses that you do not see waits for it too: ask somebody who sees all of it."
VIEWS = (("open", "Open"), ("waiting", "Waiting"), ("resolved", "Resolved"), ("ignored", "Ignored"), ("all", "All"))


def _retry(pk: int, actor: acts.Actor, _reason: str) -> str:
    return f"{plural(acts.retry_case(pk, actor), 'job')} will be tried now."


def _resolve(pk: int, actor: acts.Actor, reason: str) -> str:
    count = acts.resolve_case(pk, actor, reason)
    if not count:
        return "No job waited: the case is closed."
    are, they = ("is", "it goes") if count == 1 else ("are", "they go")
    return f"{plural(count, 'job')} {are} tried now; the case closes when {they} through."


def _done(pk: int, actor: acts.Actor, reason: str) -> str:
    return _ended(acts.done_by_hand(pk, actor, reason))


def _ignore(pk: int, actor: acts.Actor, reason: str) -> str:
    return _ended(acts.ignore_case(pk, actor, reason))


def _ended(count: int) -> str:
    return f"{plural(count, 'waiting job')} cancelled." if count else ""


RETRY = Act("retry", "Retry now", _retry, "tried again")
RESOLVE = Act("resolve", "Resolve", _resolve, "marked as resolved", "What was done about it? What waits is tried now.")
DONE = Act(
    "done",
    "Done by hand",
    _done,
    "closed as done by hand",
    "What was done, and where? The jobs that wait end here, nothing more is written.",
    grave=True,
)
IGNORE = Act(
    "ignore", "Ignore", _ignore, "ignored", "Why can this be ignored? Its waiting jobs are cancelled.", grave=True
)
USUAL = (RETRY, RESOLVE, DONE, IGNORE)


def _choosing(choice: Choice) -> Act:
    def run(pk: int, actor: acts.Actor, reason: str) -> str:
        count = decisions.decide(pk, choice.name, actor, reason)
        return f"{plural(count, 'job')} will be tried now." if count else "It goes on now."

    return Act(choice.name, choice.label, run, "decided", choice.asks, choice.grave)


class StateFilter(admin.SimpleListFilter):
    """Shows what is to be done unless asked for something else."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> tuple[tuple[str, str], ...]:
        return VIEWS

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, label in ((None, "To be done"), *VIEWS):
            wanted = {"new_params": {self.parameter_name: value}} if value else {"remove": [self.parameter_name]}
            address = changelist.get_query_string(**wanted)
            yield {"selected": self.value() == value, "query_string": address, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        if self.value() == "all":
            return queryset
        states = [self.value()] if self.value() else ExceptionCase.UNRESOLVED
        return queryset.filter(state__in=states)


@admin.register(ExceptionCase)
class ExceptionCaseAdmin(ActingAdmin):
    acts = (*USUAL, *dict.fromkeys(act for acts in stock_choices.CHOICES.values() for act in acts))
    exact = ("document__reference", "document__parent__reference", "code", "waiting__job__document__reference")
    search_help_text = "Order or delivery number, case number, code"
    list_display = (
        "problem", "document_page", "amount", "count", "owner", "severity_badge", "age", "due", "state_badge",
    )  # fmt: skip
    list_display_links = ("problem",)
    list_filter = (StateFilter, "severity", "owner", "code")
    list_select_related = ("document",)
    list_fullwidth = True
    nothing = "Nothing waits for a person. New cases appear here by themselves."

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        rank = Case(*(When(severity=name, then=Value(at)) for name, at in RANK.items()), output_field=IntegerField())
        return [rank.asc(), "deadline", "-id"]

    @admin.display(description="case")
    def problem(self, case: ExceptionCase) -> SafeString:
        return format_html('<b class="cd-title">{}</b><span class="cd-cause">{}</span>', case.title, case.cause)

    @admin.display(description="document")
    def document_page(self, case: ExceptionCase) -> SafeString | str:
        return links.document_link(case.document)

    @admin.display(description="value")
    def amount(self, case: ExceptionCase) -> str:
        return money(case.value, case.currency) or "-"

    @admin.display(description="severity")
    def severity_badge(self, case: ExceptionCase) -> SafeString:
        return badge(case.severity)

    @admin.display(description="age")
    def age(self, case: ExceptionCase) -> str:
        return span(datetime.now(UTC) - case.first_seen)

    @admin.display(description="deadline")
    def due(self, case: ExceptionCase) -> SafeString | str:
        return case_due(case)

    @admin.display(description="state")
    def state_badge(self, case: ExceptionCase) -> SafeString:
        return badge(case.get_state_display(), case.state)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        case = self.get_object(request, object_id)
        if case is None or not self.has_view_permission(request, case):
            plain: HttpResponseBase = super().change_view(request, object_id, form_url, extra_context)
            return plain
        waiting = scoped(request, case.waiting.select_related("job__document").order_by("id"))
        jobs = [row.job for row in waiting[: SHOWN + 1]]
        context = self.admin_site.each_context(request) | {
            "title": case.title,
            "opts": self.opts,
            "case": case,
            "jobs": jobs[:SHOWN],
            "more": len(jobs) > SHOWN,
            "documents": list(dict.fromkeys(job.document for job in jobs if job.document)),
            "buttons": self.buttons(request, case),
            "add_mapping": add_mapping(case) if request.user.has_perm("integration.add_codemapping") else None,
            "due": case_due(case),
        }
        return TemplateResponse(request, "console/case.html", context)

    def shown(self, row: Model) -> str:
        return row.cause if isinstance(row, ExceptionCase) else ""

    def refusal(self, request: HttpRequest, row: Model) -> str:
        waiting = CaseJob.objects.filter(case=row.pk)
        all_seen = limit(request) is None or not waiting.exclude(pk__in=scoped(request, waiting)).exists()
        return "" if all_seen else OF_OTHERS

    def buttons(self, request: HttpRequest, case: ExceptionCase) -> list[Act]:
        """What the case itself asks for first."""
        return self.allowed(request, self.acts_for(case)) if case.state in ExceptionCase.UNRESOLVED else []

    def acts_for(self, row: Model | None) -> Sequence[Act]:
        """The choices that only a person can make come first."""
        case = row if isinstance(row, ExceptionCase) else None
        code = case.code if case else ""
        open_ = case is not None and "source" in case.context and decisions.standing(case) is None
        chosen = (_choosing(choice) for choice in CHOICES.get(code, ()) if open_)
        return (*chosen, *stock_choices.CHOICES.get(code, ()), *USUAL)


@admin.register(Decision)
class DecisionAdmin(HistoryAdmin):
    exact = ("source",)
    search_help_text = "The partner's document, such as receipt/northgate/WH/IN/00007/RCV-1"
    list_display = ("source", "subject", "choice", "actor", "reason", "made_at")
    list_display_links = ("source",)
    ordering = ("-id",)
    nothing = "Nobody has had to decide anything yet."


@admin.register(CaseJob)
class CaseJobAdmin(HistoryAdmin):
    exact = ("job__document__reference",)
    search_help_text = "Order or delivery number"
    list_display = ("__str__", "case_page", "job_page", "created_at")
    list_select_related = ("case", "job")
    ordering = ("-id",)
    nothing = "No job waits for a case."

    @admin.display(description="case")
    def case_page(self, row: CaseJob) -> SafeString | str:
        return links.link(row.case)

    @admin.display(description="job")
    def job_page(self, row: CaseJob) -> SafeString | str:
        return links.link(row.job)
