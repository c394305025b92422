"""How a connection, a case or a message stands just now, as a label."""

from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from integration.console.words import badge, late, until
from integration.jobs.forecast import Forecast
from integration.models import Connection, ConnectionGate, ExceptionCase, OutboundMessage

DAY = 86400.0


def reachable(connection: Connection) -> SafeString:
    """Whether calls get through, as far as the workers know."""
    gate = getattr(connection, "gate", None)  # made with the first call; successes are written only after failures
    if gate is None:
        return badge(_("not called yet"), "quiet")
    if gate.breaker == ConnectionGate.Breaker.OPEN:
        return badge(_("unreachable"), "failed")
    return badge(_("reachable"), "succeeded")


def clear(lane: Forecast) -> SafeString | str:
    """When the lane will be clear, if it goes on like this."""
    if lane.state != "draining" or lane.clear_at is None or lane.seconds is None:
        words = {"held": (_("held back"), "failed"), "stuck": (_("not draining"), "failed")}
        return badge(*words.get(lane.state, (_("has just come in"), "pending")))
    moment = date_format(localtime(lane.clear_at), "TIME_FORMAT" if lane.seconds < DAY else "LATER_FORMAT")
    return f"{moment}, {until(timedelta(seconds=lane.seconds))}"


def case_due(case: ExceptionCase) -> SafeString | str:
    """How long there is left, while there is something to do."""
    if case.deadline is None or case.state not in ExceptionCase.UNRESOLVED:
        return "-"
    return remaining(case.deadline)


def answer_due(message: OutboundMessage) -> SafeString | str:
    """How long the partner may still take for its answer."""
    if message.acknowledge_by is None or message.state != OutboundMessage.State.SENT:
        return "-"
    return remaining(message.acknowledge_by)


def remaining(deadline: datetime) -> SafeString | str:
    left = deadline - now()
    if left.total_seconds() < 0:
        return format_html('<span class="cd-late">{}</span>', late(left))
    return until(left)
