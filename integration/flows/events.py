"""The event that a stored message holds."""

from integration.canonical.events import Event
from integration.jobs import bodies
from integration.models import InboundMessage


def event_of(message: InboundMessage) -> Event:
    """As a person has edited it, if one has. Raises InvalidDocument, should today's contract no longer take what
    yesterday's took."""
    return bodies.parsed(message, bodies.in_force(message)).event
