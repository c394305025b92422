"""The event that a stored message holds."""

from integration.adapters import registry
from integration.canonical.events import Event
from integration.jobs import remote
from integration.models import InboundMessage


def event_of(message: InboundMessage) -> Event:
    """Raises InvalidDocument, should today's contract no longer take what yesterday's took."""
    adapter = registry.wms_for_receiving(remote.settings_for(message.connection))
    return adapter.parse(message.headers, bytes(message.body)).event
