"""What came in and what went out, raw. Bodies are encrypted: they are shown to those who may see personal data."""

from django.contrib import admin
from django.utils.safestring import SafeString

from integration.console import links
from integration.console.base import HistoryAdmin
from integration.console.personal import PersonalAdmin
from integration.console.standing import answer_due
from integration.console.words import badge
from integration.models import InboundMessage, MessageEdit, MessageKey, OutboundMessage


@admin.register(InboundMessage)
class InboundMessageAdmin(PersonalAdmin):
    personal = "body"
    exact = ("reference", "external_id")
    search_help_text = "Delivery or shipment number, the sender's message number"
    list_display = ("type", "reference", "document_page", "connection", "external_id", "received_at")
    list_select_related = ("connection", "document")
    list_filter = ("connection",)
    nothing = "Messages appear here when the warehouse sends them to /api/v1/webhooks/ and the connection's name."

    @admin.display(description="document")
    def document_page(self, message: InboundMessage) -> SafeString | str:
        return links.document_link(message.document)


@admin.register(MessageEdit)
class MessageEditAdmin(PersonalAdmin):
    personal = "body"
    numbers = ("message__pk",)
    search_help_text = "Number of the message here"
    list_display = ("__str__", "message_page", "reason", "made_at")
    list_select_related = ("message",)
    ordering = ("-id",)
    nothing = "Nobody has edited the data of a message."

    @admin.display(description="message")
    def message_page(self, row: MessageEdit) -> SafeString | str:
        return links.link(row.message)


@admin.register(OutboundMessage)
class OutboundMessageAdmin(PersonalAdmin):
    personal = "body"
    exact = ("reference", "key", "partner_reference")
    search_help_text = "Delivery number, the partner's number"
    list_display = ("__str__", "document_page", "connection", "state_badge", "sent_at", "due", "partner_reference")
    list_select_related = ("connection", "document")
    list_filter = ("state", "connection")
    nothing = "Messages appear here when an order is released to a warehouse."

    @admin.display(description="document")
    def document_page(self, message: OutboundMessage) -> SafeString | str:
        return links.document_link(message.document)

    @admin.display(description="state")
    def state_badge(self, message: OutboundMessage) -> SafeString:
        return badge(message.get_state_display(), message.state)

    @admin.display(description="answer due")
    def due(self, message: OutboundMessage) -> SafeString | str:
        return answer_due(message)


@admin.register(MessageKey)
class MessageKeyAdmin(HistoryAdmin):
    exact = ("external_id",)
    search_help_text = "The sender's message number"
    list_display = ("external_id", "connection", "received_at")
    list_select_related = ("connection",)
    exclude = ("body_sha256",)
    ordering = ("-id",)
    nothing = "The number of every message received is kept here."
