"""What a person has done about stock that differs, as buttons on its case; and its causes, with their pages."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from integration.console.acting import Act
from integration.console.reach import scoped
from integration.console.words import whole
from integration.jobs import acts, variances
from integration.models import Document, ExceptionCase, InboundMessage, SyncJob, Variance, VarianceCause


def _again(pk: int, actor: acts.Actor, reason: str) -> str:
    count = variances.work_again(pk, actor, reason)
    text = ngettext("{count} message is worked on again.", "{count} messages are worked on again.", count)
    return text.format(count=whole(count))


def _ask(pk: int, actor: acts.Actor, reason: str) -> str:
    if variances.ask(pk, actor, reason):
        return str(_("It is compared as soon as the warehouse has answered."))
    return str(_("This warehouse cannot be asked: what it said last is compared once more."))


def _fetch(pk: int, actor: acts.Actor, reason: str) -> str:
    count = variances.fetch(pk, actor, reason)
    text = ngettext(
        "The warehouse is asked for the messages of {count} document.",
        "The warehouse is asked for the messages of {count} documents.",
        count,
    )
    return text.format(count=whole(count))


def _correct(pk: int, actor: acts.Actor, reason: str) -> str:
    count = variances.correct(pk, actor, reason)
    text = ngettext(
        "{count} line is posted if a rule lets it through, or waits for approval.",
        "{count} lines are posted if a rule lets them through, or wait for approval.",
        count,
    )
    return text.format(count=whole(count))


AGAIN = Act("again", _("Work on it again"), _again, _("worked on again"))
FETCH = Act("fetch", _("Fetch the message"), _fetch, _("asked for"))
ASK = Act("ask", _("Ask for its stock"), _ask, _("asked for"))
CORRECT = Act(
    "correct",
    _("Post the rest for approval"),
    _correct,
    _("handed on"),
    _("What was found out? Odoo is corrected to what the warehouse has, once somebody approves it."),
)
ALL = (AGAIN, FETCH, ASK, CORRECT)


def offered(case: ExceptionCase) -> Sequence[Act]:
    """Those that fit its causes."""
    rows = variances.of(case) if case.code == variances.CODE else []
    fits = {
        AGAIN: any(map(variances.may_be_worked_on, rows)),
        FETCH: bool(variances.to_fetch(rows)),
        ASK: bool(rows),
        CORRECT: bool(variances.to_correct(rows)),
    }
    return [act for act in ALL if fits[act]]


def rows(request: HttpRequest, case: ExceptionCase) -> list[dict[str, Any]]:
    """What differs, cause by cause, as far as the user sees it."""
    if case.code != variances.CODE:
        return []
    return shown(request, variances.of(case))


def shown(request: HttpRequest, mine: Sequence[Variance]) -> list[dict[str, Any]]:
    """Those of them that the user sees, with their causes."""
    numbers = [row.pk for row in mine]
    seen = list(scoped(request, Variance.objects.filter(pk__in=numbers)).prefetch_related("causes").order_by("pk"))
    pages = Pages(request, [cause for row in seen for cause in row.causes.all()])
    return [{"variance": row, "causes": [(cause, pages.of(cause)) for cause in row.causes.all()]} for row in seen]


class Pages:
    """Where causes lead to: the job, the message, the document, as far as the user sees them."""

    def __init__(self, request: HttpRequest, causes: Sequence[VarianceCause]) -> None:
        jobs = SyncJob.objects.filter(pk__in={cause.job for cause in causes if cause.job})
        messages = InboundMessage.objects.filter(pk__in={cause.message for cause in causes if cause.message})
        numbers = {cause.number for cause in causes if cause.number and not cause.message}
        self._jobs = {job.pk: job for job in scoped(request, jobs).select_related("document")}
        self._messages = {message.pk: message for message in scoped(request, messages.defer("body"))}
        documents = scoped(request, Document.objects.filter(reference__in=numbers, kind=Document.Kind.DELIVERY))
        self._documents = {document.reference: document for document in documents}

    def of(self, cause: VarianceCause) -> dict[str, Any]:
        job, message = self._jobs.get(cause.job or 0), self._messages.get(cause.message or 0)
        document = (job.document if job else None) or self._documents.get(cause.number)
        return {"job": job, "message": message, "document": document}
