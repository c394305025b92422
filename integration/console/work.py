"""Jobs with their tries, the streams that order them, and the writes that they made elsewhere."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from integration.console import links, replays
from integration.console.acting import Act, ActingAdmin
from integration.console.base import HistoryAdmin
from integration.console.home.flows import FAMILIES
from integration.console.words import badge, duration
from integration.jobs import acts
from integration.models import Effect, JobAttempt, ResourceLock, Stream, SyncJob

SHOWN = 50  # tries on a job's page


def _retry(pk: int, actor: acts.Actor, _reason: str) -> str:
    acts.retry_job(pk, actor)
    return ""


def _cancel(pk: int, actor: acts.Actor, reason: str) -> str:
    acts.cancel_job(pk, actor, reason)
    return ""


RETRY = Act("retry", "Retry now", _retry, "will be tried now")
CANCEL = Act("cancel", "Cancel", _cancel, "cancelled", "Why is this work not to be done?", grave=True)


class WorkFilter(admin.SimpleListFilter):
    """By what Today counts; without a choice of a state, what is not finished."""

    title = parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> Any:
        return [(name, label) for name, (label, _flows) in FAMILIES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SyncJob]) -> QuerySet[SyncJob]:
        _label, flows = FAMILIES.get(self.value() or "", ("", ()))
        if not flows:
            return queryset
        of_it = queryset.filter(flow__in=flows)
        return of_it if "state__exact" in request.GET else of_it.filter(state__in=SyncJob.ACTIVE)


@admin.register(SyncJob)
class SyncJobAdmin(ActingAdmin):
    acts = (RETRY, CANCEL)
    exact = ("document__reference", "inbound__reference", "outbound__reference", "stream__key")
    search_help_text = "Order, delivery or shipment number, job number"
    list_display = ("what", "document_page", "state_badge", "trouble", "tries", "next_attempt_at", "created_at")
    list_display_links = ("what",)
    list_filter = ("state", WorkFilter)
    list_select_related = ("document",)
    ordering = ("-id",)
    nothing = "Jobs appear when Odoo confirms an order or the warehouse sends a message."

    @admin.display(description="job")
    def what(self, job: SyncJob) -> str:
        return f"{job.flow.replace('_', ' ')} {job.subject}"

    @admin.display(description="document")
    def document_page(self, job: SyncJob) -> SafeString | str:
        return links.document_link(job.document)

    @admin.display(description="state")
    def state_badge(self, job: SyncJob) -> SafeString:
        return badge(job.get_state_display(), job.state)

    @admin.display(description="problem")
    def trouble(self, job: SyncJob) -> str:
        return job.failure_mode or "-"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        job = self.get_object(request, object_id)
        if job is None or not self.has_view_permission(request, job):
            plain: HttpResponseBase = super().change_view(request, object_id, form_url, extra_context)
            return plain
        context = self.admin_site.each_context(request) | {
            "title": self.what(job),
            "opts": self.opts,
            "job": job,
            "buttons": self.buttons(request, job),
            "attempts": job.history.all()[:SHOWN],
            "effects": job.effects.select_related("connection")[:SHOWN],
            "waiting": job.waits_on.select_related("case")[:SHOWN],
            "may_replay": job.inbound_id is not None and request.user.has_perm(replays.RIGHT),
        }
        return TemplateResponse(request, "console/job.html", context)

    def buttons(self, request: HttpRequest, job: SyncJob) -> list[Act]:
        """What can be done with the job as it is."""
        return self.allowed(request, self.acts) if job.state in SyncJob.UNSENT else []


@admin.register(JobAttempt)
class JobAttemptAdmin(HistoryAdmin):
    exact = ("job__document__reference",)
    search_help_text = "Order or delivery number"
    list_display = ("__str__", "job_page", "outcome_badge", "code", "took", "started_at", "worker")
    list_select_related = ("job",)
    nothing = "Every try of a job leaves a row here."

    @admin.display(description="job")
    def job_page(self, attempt: JobAttempt) -> SafeString | str:
        return links.link(attempt.job)

    @admin.display(description="outcome")
    def outcome_badge(self, attempt: JobAttempt) -> SafeString:
        return badge(attempt.outcome.replace("_", " "), attempt.outcome)

    @admin.display(description="took")
    def took(self, attempt: JobAttempt) -> str:
        return duration((attempt.ended_at - attempt.started_at).total_seconds() * 1000)


@admin.register(Stream)
class StreamAdmin(HistoryAdmin):
    exact = ("key",)
    search_help_text = "The whole key"
    list_display = ("key", "lane", "next_due_at", "claimed_until")
    list_filter = ("lane",)
    ordering = ("-id",)
    exclude = ("claim_token",)
    nothing = "A stream appears with the first job of a document."


@admin.register(ResourceLock)
class ResourceLockAdmin(HistoryAdmin):
    exact = ("key",)
    search_help_text = "The whole key"
    list_display = ("key", "held_until")
    ordering = ("key",)
    exclude = ("token",)
    nothing = "A row stands here while a shipment is being posted."


@admin.register(Effect)
class EffectAdmin(HistoryAdmin):
    exact = ("key", "job__document__reference")
    search_help_text = "Order or delivery number, or the whole key"
    list_display = ("verb", "key", "connection", "state_badge", "job_page", "intended_at", "landed_at")
    list_select_related = ("connection", "job")
    list_filter = ("state",)
    nothing = "Every write in Odoo or in a warehouse leaves a row here."

    @admin.display(description="state")
    def state_badge(self, effect: Effect) -> SafeString:
        return badge(effect.get_state_display(), effect.state)

    @admin.display(description="job")
    def job_page(self, effect: Effect) -> SafeString | str:
        return links.link(effect.job)
