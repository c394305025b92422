"""Filters for the console's templates; all of them escape."""

from datetime import datetime
from decimal import Decimal

from django import template
from django.db.models import Model
from django.utils.timezone import now
from django.utils.translation import gettext as _

from integration.console import links, runbook, said, standing, story, words
from integration.console.alerts import words as alert_words
from integration.models import JobAttempt

register = template.Library()
register.filter("badge", words.badge)
register.filter("tone", words.tone)
register.filter("quantity", words.quantity)
register.filter("calls", story.calls)
register.filter("words", said.named)
register.filter("whole", words.whole)
register.filter("below", said.below)
register.filter("case_title", said.title)
register.filter("cause", said.cause)
register.filter("fix", said.fix)
register.filter("failure", said.failure)
register.filter("tried", said.tried)
register.filter("resolution", said.resolution)
register.filter("in_the_way", said.in_the_way)
register.filter("row", said.row)
register.filter("subject", said.subject)
register.filter("chosen", said.chosen)
register.filter("goods", said.goods)
register.filter("note", said.note)
register.filter("would", said.would)
register.filter("alert", alert_words.told)
register.filter("page", links.page)
register.filter("timeline", links.timeline)
register.filter("in_odoo", links.in_odoo)
register.filter("at_partner", links.at_partner)
register.filter("due", standing.case_due)
register.filter("runbook", runbook.address)


@register.filter
def ago(moment: datetime | None) -> str:
    return words.ago(now() - moment) if moment else _("never")


@register.filter
def until(moment: datetime) -> str:
    """ "in 43 min"."""
    return words.until(moment - now())


@register.filter
def late(moment: datetime) -> str:
    return words.late(now() - moment)


@register.filter
def took(attempt: JobAttempt) -> str:
    return words.duration((attempt.ended_at - attempt.started_at).total_seconds() * 1000)


@register.filter
def money(row: Model) -> str:
    """The value of a document or of a case."""
    value: Decimal | None = getattr(row, "value", None)
    return words.money(value, getattr(row, "currency", ""))
