"""What a person has done about stock that differs, as buttons on its case; and its causes, with their pages."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from integration.console.acting import Act
from integration.console.reach import scoped
from integration.console.words import whole
from integration.flows import stock_site
from integration.jobs import acts, variances
from integration.models import (
    Document,
    ExceptionCase,
    InboundMessage,
    StockDifference,
    SyncJob,
    Variance,
    VarianceCause,
)
from integration.rules import approval


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
    """Says of each line whether a rule lets it through. It is judged by its job: the page of the case tells the end."""
    through = _let_through(variances.to_correct(variances.of(ExceptionCase.objects.get(pk=pk))))
    count = variances.correct(pk, actor, reason)
    through = min(through, count)
    posted = ngettext(
        "A rule lets {count} line through: it is posted at once, without approval.",
        "Rules let {count} lines through: they are posted at once, without approval.",
        through,
    )
    waits = ngettext(
        "No rule lets {count} line through: it waits for approval.",
        "No rule lets {count} lines through: they wait for approval.",
        count - through,
    )
    said = ((posted, through), (waits, count - through))
    return " ".join(text.format(count=whole(number)) for text, number in said if number)


def _let_through(rows: Sequence[Variance]) -> int:
    return sum(_passes(row, variances.to_post(row)) for row in rows)


def _passes(row: Variance, quantity: Decimal) -> bool:
    assert row.warehouse is not None  # noqa: S101  (of stock)
    each = row.value / abs(row.difference) if row.difference else Decimal(0)
    allowed = stock_site.allowances_of(row.warehouse)
    return approval.passes(approval.Difference(row.sku, quantity, each), allowed)


AGAIN = Act("again", _("Work on it again"), _again, _("worked on again"))
FETCH = Act("fetch", _("Fetch the message"), _fetch, _("asked for"))
ASK = Act("ask", _("Ask for its stock"), _ask, _("asked for"))
CORRECT = Act(
    "correct",
    _("Post the rest for approval"),
    _correct,
    _("handed on"),
    _(
        "What was found out? Odoo is corrected to what the warehouse has: at once where a business rule lets it"
        " through, else once somebody approves it."
    ),
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
    moved = variances.moved_since(seen[0]) if seen and seen[0].as_of and seen[0].gone_at is None else None
    return [
        {"variance": row, "moved": moved, "causes": [(cause, pages.of(cause)) for cause in row.causes.all()]}
        for row in seen
    ]


def corrections(request: HttpRequest, case: ExceptionCase) -> list[StockDifference]:
    """What was handed on from it, as far as the user sees it."""
    numbers = [row.pk for row in variances.corrections(case)]
    return list(scoped(request, StockDifference.objects.filter(pk__in=numbers)).order_by("-pk")) if numbers else []


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
