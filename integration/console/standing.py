"""How a connection, a case or a message stands just now, as a label."""

from datetime import datetime, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now

from integration.console.words import badge, span
from integration.jobs.forecast import Forecast
from integration.models import Connection, ConnectionGate, ExceptionCase, OutboundMessage

DAY = 86400.0


def reachable(connection: Connection) -> SafeString:
    """Whether calls get through, as far as the workers know."""
    gate = getattr(connection, "gate", None)  # made with the first call; successes are written only after failures
    if gate is None:
        return badge("not called yet", "quiet")
    if gate.breaker == ConnectionGate.Breaker.OPEN:
        return badge("unreachable", "failed")
    return badge("reachable", "succeeded")


def clear(lane: Forecast) -> SafeString | str:
    """When the lane will be clear, if it goes on like this."""
    if lane.state != "draining" or lane.clear_at is None or lane.seconds is None:
        words = {"held": ("held back", "failed"), "stuck": ("not draining", "failed")}
        return badge(*words.get(lane.state, ("has just come in", "pending")))
    moment = localtime(lane.clear_at).strftime("%H:%M" if lane.seconds < DAY else "%Y-%m-%d %H:%M")
    return f"{moment}, in {span(timedelta(seconds=lane.seconds))}"


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
        return format_html('<span class="cd-late">{} late</span>', span(left))
    return f"in {span(left)}"
