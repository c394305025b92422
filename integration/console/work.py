"""Jobs with their tries, the streams that order them, and the writes that they made elsewhere."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integration.console import links, replays, said
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


RETRY = Act("retry", _("Retry now"), _retry, _("will be tried now"))
CANCEL = Act("cancel", _("Cancel"), _cancel, _("cancelled"), _("Why is this work not to be done?"), grave=True)


class WorkFilter(admin.SimpleListFilter):
    """By what Today counts; without a choice of a state, what is not finished."""

    title = _("work")
    parameter_name = "work"

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
    search_help_text = _("Order, delivery or shipment number, job number")
    list_display = ("what", "document_page", "state_badge", "trouble", "tries", "next_attempt_at", "created_at")
    list_display_links = ("what",)
    list_filter = ("state", WorkFilter)
    list_select_related = ("document",)
    ordering = ("-id",)
    nothing = _("Jobs appear when Odoo confirms an order or the warehouse sends a message.")

    @admin.display(description=_("job"))
    def what(self, job: SyncJob) -> str:
        return said.job(job)

    @admin.display(description=_("document"))
    def document_page(self, job: SyncJob) -> SafeString | str:
        return links.document_link(job.document)

    @admin.display(description=_("state"))
    def state_badge(self, job: SyncJob) -> SafeString:
        return badge(job.get_state_display(), job.state)

    @admin.display(description=_("problem"))
    def trouble(self, job: SyncJob) -> str:
        return said.below(job.failure_mode) or "-"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        job = self.get_object(request, object_id)
        if job is None or not self.has_view_permission(request, job):
            plain: HttpResponseBase = super().change_view(request, object_id, form_url, extra_context)
            return plain
        waiting = list(job.waits_on.select_related("case")[:SHOWN])
        context = self.admin_site.each_context(request) | {
            "title": self.what(job),
            "opts": self.opts,
            "job": job,
            "buttons": self.buttons(request, job),
            "attempts": job.history.all()[:SHOWN],
            "effects": job.effects.select_related("connection")[:SHOWN],
            "waiting": waiting,
            "failure": said.failure(job, (row.case for row in waiting)) if job.state != SyncJob.State.SUCCEEDED else "",
            "may_replay": job.inbound_id is not None and request.user.has_perm(replays.RIGHT),
        }
        return TemplateResponse(request, "console/job.html", context)

    def buttons(self, request: HttpRequest, job: SyncJob) -> list[Act]:
        """What can be done with the job as it is."""
        return self.allowed(request, self.acts) if job.state in SyncJob.UNSENT else []


@admin.register(JobAttempt)
class JobAttemptAdmin(HistoryAdmin):
    exact = ("job__document__reference",)
    search_help_text = _("Order or delivery number")
    list_display = ("__str__", "job_page", "outcome_badge", "code", "took", "started_at", "worker")
    list_select_related = ("job",)
    nothing = _("Every try of a job leaves a row here.")

    @admin.display(description=_("job"))
    def job_page(self, attempt: JobAttempt) -> SafeString | str:
        return links.link(attempt.job)

    @admin.display(description=_("outcome"))
    def outcome_badge(self, attempt: JobAttempt) -> SafeString:
        return badge(said.within(said.named(attempt.outcome)), attempt.outcome)

    @admin.display(description=_("took"))
    def took(self, attempt: JobAttempt) -> str:
        return duration((attempt.ended_at - attempt.started_at).total_seconds() * 1000)


@admin.register(Stream)
class StreamAdmin(HistoryAdmin):
    exact = ("key",)
    search_help_text = _("The whole key")
    list_display = ("key", "lane", "next_due_at", "claimed_until")
    list_filter = ("lane",)
    ordering = ("-id",)
    exclude = ("claim_token",)
    nothing = _("A stream appears with the first job of a document.")


@admin.register(ResourceLock)
class ResourceLockAdmin(HistoryAdmin):
    exact = ("key",)
    search_help_text = _("The whole key")
    list_display = ("key", "held_until")
    ordering = ("key",)
    exclude = ("token",)
    nothing = _("A row stands here while a shipment is being posted.")


@admin.register(Effect)
class EffectAdmin(HistoryAdmin):
    exact = ("key", "job__document__reference")
    search_help_text = _("Order or delivery number, or the whole key")
    list_display = ("verb", "key", "connection", "state_badge", "job_page", "intended_at", "landed_at")
    list_select_related = ("connection", "job")
    list_filter = ("state",)
    nothing = _("Every write in Odoo or in a warehouse leaves a row here.")

    @admin.display(description=_("state"))
    def state_badge(self, effect: Effect) -> SafeString:
        return badge(effect.get_state_display(), effect.state)

    @admin.display(description=_("job"))
    def job_page(self, effect: Effect) -> SafeString | str:
        return links.link(effect.job)
