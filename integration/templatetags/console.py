"""Filters for the console's templates; all of them escape."""

from datetime import datetime
from decimal import Decimal

from django import template
from django.db.models import Model
from django.utils.timezone import now

from integration.console import links, runbook, standing, story, words
from integration.models import JobAttempt

register = template.Library()
register.filter("badge", words.badge)
register.filter("tone", words.tone)
register.filter("quantity", words.quantity)
register.filter("calls", story.calls)
register.filter("words", story.words)
register.filter("page", links.page)
register.filter("timeline", links.timeline)
register.filter("in_odoo", links.in_odoo)
register.filter("at_partner", links.at_partner)
register.filter("due", standing.case_due)
register.filter("runbook", runbook.address)


@register.filter
def ago(moment: datetime | None) -> str:
    return f"{words.span(now() - moment)} ago" if moment else "never"


@register.filter
def until(moment: datetime) -> str:
    """ "in 43 min"."""
    return f"in {words.span(moment - now())}"


@register.filter
def late(moment: datetime) -> str:
    return f"{words.span(now() - moment)} late"


@register.filter
def took(attempt: JobAttempt) -> str:
    return words.duration((attempt.ended_at - attempt.started_at).total_seconds() * 1000)


@register.filter
def money(row: Model) -> str:
    """The value of a document or of a case."""
    value: Decimal | None = getattr(row, "value", None)
    return words.money(value, getattr(row, "currency", ""))
