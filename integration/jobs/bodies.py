"""What a received message says: as it came, until a person has edited it."""

from integration.adapters import registry
from integration.adapters.base import Received
from integration.jobs import remote, rows
from integration.models import InboundMessage, MessageEdit

TYPED_BY = "typed-by"  # a header that no partner can send: who typed the message in
_ONE = "message_id = %s AND number = %s"


def in_force(message: InboundMessage) -> bytes:
    """What is worked on: the latest edit, else the original. Costs a query only where somebody has edited it."""
    return at(message, message.edits)


def at(message: InboundMessage, number: int) -> bytes:
    """As an edit left it; 0: the original, and so is an edit that there is none of."""
    edit = rows.first(MessageEdit, _ONE, [message.pk, number]) if number else None
    return bytes(edit.body if edit is not None else message.body)


def parsed(message: InboundMessage, body: bytes) -> Received:
    """One of its bodies as today's contract reads it. Raises InvalidDocument CD-6001 to CD-6003."""
    settings = remote.settings_for(message.connection)
    typed = TYPED_BY in message.headers
    adapter = registry.own_contract(settings) if typed else registry.wms_for_receiving(settings)
    return adapter.parse(message.headers, body)
