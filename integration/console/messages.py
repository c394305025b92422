"""What came in and what went out. Bodies are encrypted: all of them is shown to those who may see personal data."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.views import ChangeList

from integration.console import edit_page, links, message_page, received, replays
from integration.console.base import HistoryAdmin
from integration.console.personal import PersonalAdmin
from integration.console.standing import answer_due
from integration.console.words import badge
from integration.jobs.replays import MOST
from integration.models import InboundMessage, MessageEdit, MessageGap, MessageKey, OutboundMessage


class MessageAdmin(PersonalAdmin):
    """Messages have a page of their own: as it came and as the contract reads it, side by side."""

    personal = "body"
    template = ""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        message = self.get_object(request, object_id)
        if message is None or not self.has_view_permission(request, message):
            plain: HttpResponseBase = super().change_view(request, object_id, form_url, extra_context)
            return plain
        frame = self.admin_site.each_context(request) | {"title": str(message), "opts": self.opts}
        return TemplateResponse(request, self.template, frame | self.page(request, message))

    def page(self, request: HttpRequest, message: Any) -> dict[str, Any]:
        """What its page shows."""
        raise NotImplementedError


def _replay(page: HistoryAdmin, request: HttpRequest, rows: QuerySet[InboundMessage]) -> HttpResponseBase:
    return replays.make(request, *replays.chosen(rows))


class Received(ChangeList):  # type: ignore[misc]
    """Offers to have all of it, or all of one warehouse, worked on again to who may do so."""

    most = MOST

    def __init__(self, request: HttpRequest, *given: Any) -> None:
        super().__init__(request, *given)
        self.may_replay = request.user.has_perm(replays.RIGHT)
        self.warehouses = received.warehouses(self) if self.may_replay else []


@admin.register(InboundMessage)
class InboundMessageAdmin(MessageAdmin):
    template = "console/message_received.html"
    exact = ("reference", "external_id")
    search_help_text = gettext_lazy("Delivery or shipment number, the sender's message number")
    list_display = ("type", "reference", "document_page", "connection", "external_id", "received_at")
    list_select_related = ("connection", "document")
    list_filter = received.FILTERS
    list_before_template = "console/received_list.html"
    ordering = ("-received_at", "-id")
    nothing = gettext_lazy(
        "Messages appear here when the warehouse sends them to /api/v1/webhooks/ and the connection's name."
    )

    def get_urls(self) -> list[URLPattern]:
        edit = path("<int:pk>/edit/", self.admin_site.admin_view(self.edit_view), name="message_edit")
        return [edit, *super().get_urls()]

    def page(self, request: HttpRequest, message: InboundMessage) -> dict[str, Any]:
        return message_page.received(request, message) | {"may_replay": request.user.has_perm(replays.RIGHT)}

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The form for its data."""
        rows = cast("QuerySet[InboundMessage]", self.get_queryset(request))
        message = rows.select_related("connection", "document").filter(pk=pk).first()
        if message is None or not self.has_view_permission(request) or not message_page.may_edit(request):
            raise PermissionDenied
        return edit_page.view(request, message, self.admin_site.each_context(request) | {"opts": self.opts})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Received

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        may = request.user.has_perm(replays.RIGHT)
        return {"replay": (_replay, "replay", _("Replay these…"))} if may else {}

    @admin.display(description=gettext_lazy("document"))
    def document_page(self, message: InboundMessage) -> SafeString | str:
        return links.document_link(message.document)


@admin.register(MessageEdit)
class MessageEditAdmin(PersonalAdmin):
    personal = "body"
    numbers = ("message__pk",)
    search_help_text = gettext_lazy("Number of the message here")
    list_display = ("__str__", "message_page", "reason", "made_at")
    list_select_related = ("message",)
    ordering = ("-id",)
    nothing = gettext_lazy("Nobody has edited the data of a message.")

    @admin.display(description=gettext_lazy("message"))
    def message_page(self, row: MessageEdit) -> SafeString | str:
        return links.link(row.message)


@admin.register(MessageGap)
class MessageGapAdmin(HistoryAdmin):
    numbers = ("first",)
    exact = ("connection__slug",)
    search_help_text = gettext_lazy("Short name of the connection, first number of the gap")
    list_display = ("__str__", "connection", "seen_at", "asked_at")
    list_select_related = ("connection",)
    list_filter = ("connection",)
    ordering = ("-id",)
    nothing = gettext_lazy("Nothing is missing of what warehouses count. Gaps are listed here within a minute.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MessageGap]:
        """Without the ends of the counts, which are no gaps."""
        gaps: QuerySet[MessageGap] = super().get_queryset(request)
        return gaps.filter(last__isnull=False)


@admin.register(OutboundMessage)
class OutboundMessageAdmin(MessageAdmin):
    template = "console/message_sent.html"
    exact = ("reference", "key", "partner_reference")
    search_help_text = gettext_lazy("Delivery number, the partner's number")
    list_display = ("__str__", "document_page", "connection", "state_badge", "sent_at", "due", "partner_reference")
    list_select_related = ("connection", "document")
    list_filter = ("state", "connection")
    nothing = gettext_lazy("Messages appear here when an order is released to a warehouse.")

    def page(self, request: HttpRequest, message: OutboundMessage) -> dict[str, Any]:
        return message_page.sent(request, message)

    @admin.display(description=gettext_lazy("document"))
    def document_page(self, message: OutboundMessage) -> SafeString | str:
        return links.document_link(message.document)

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, message: OutboundMessage) -> SafeString:
        return badge(message.get_state_display(), message.state)

    @admin.display(description=gettext_lazy("answer due"))
    def due(self, message: OutboundMessage) -> SafeString | str:
        return answer_due(message)


@admin.register(MessageKey)
class MessageKeyAdmin(HistoryAdmin):
    exact = ("external_id",)
    search_help_text = gettext_lazy("The sender's message number")
    list_display = ("external_id", "connection", "received_at")
    list_select_related = ("connection",)
    exclude = ("body_sha256",)
    ordering = ("-id",)
    nothing = gettext_lazy("The number of every message received is kept here.")
