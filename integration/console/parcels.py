"""Parcels and what proves them, stages and cartons before they leave, and what people decided."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integration.console import links
from integration.console.base import HistoryAdmin
from integration.console.personal import PersonalAdmin
from integration.console.words import badge, money, quantity
from integration.models import CartonLine, Parcel, ParcelEvent, Proof, ProofFile, StageEvent


@admin.register(Parcel)
class ParcelAdmin(PersonalAdmin):
    personal = "signed_by"
    exact = ("number", "package", "shipment", "document__reference")
    search_help_text = _("Tracking number, package, shipment or delivery number")
    list_display = ("number", "document_page", "shipment", "state_badge", "status_at", "place", "delivered_at", "cost")
    list_select_related = ("document",)
    list_filter = ("status",)
    ordering = ("-id",)
    nothing = _("Parcels appear when a warehouse confirms a shipment with packages or tracking numbers.")

    @admin.display(description=_("delivery"))
    def document_page(self, parcel: Parcel) -> SafeString | str:
        return links.document_link(parcel.document)

    @admin.display(description=_("status"))
    def state_badge(self, parcel: Parcel) -> SafeString:
        return badge(parcel.get_status_display(), parcel.status)

    @admin.display(description=_("freight"))
    def cost(self, parcel: Parcel) -> str:
        return money(parcel.freight, parcel.currency) or "-"


@admin.register(ParcelEvent)
class ParcelEventAdmin(HistoryAdmin):
    exact = ("parcel__number",)
    search_help_text = _("Tracking number")
    list_display = ("parcel", "status", "at", "place", "note")
    list_select_related = ("parcel",)
    ordering = ("-id",)
    nothing = _("Rows appear when the warehouse passes on what the carrier says.")


@admin.register(Proof)
class ProofAdmin(HistoryAdmin):
    exact = ("document__reference", "shipment", "number")
    search_help_text = _("Delivery, shipment or tracking number")
    list_display = ("name", "document_page", "shipment", "number", "kind", "received_at", "fetch")
    list_select_related = ("document",)
    nothing = _("Proofs appear when a warehouse sends one with a shipment, a parcel or a delivery.")

    @admin.display(description=_("delivery"))
    def document_page(self, proof: Proof) -> SafeString | str:
        return links.document_link(proof.document)

    @admin.display(description=_("file"))
    def fetch(self, proof: Proof) -> SafeString:
        return format_html(
            '<a class="cd-link" href="{}">{}</a>', reverse("admin:proof", args=[proof.pk]), _("Download")
        )


@admin.register(ProofFile)
class ProofFileAdmin(HistoryAdmin):
    exact = ("sha256",)
    search_help_text = _("SHA-256 of the content")
    list_display = ("sha256", "media_type", "size", "created_at")
    exclude = ("content",)
    nothing = _("Each file is kept once, whatever it proves.")


@admin.register(StageEvent)
class StageEventAdmin(HistoryAdmin):
    exact = ("document__reference",)
    search_help_text = _("Delivery number")
    list_display = ("document_page", "stage", "at", "counts", "detail")
    list_select_related = ("document",)
    ordering = ("-id",)
    nothing = _("Rows appear when a warehouse tells how far it is.")

    @admin.display(description=_("delivery"))
    def document_page(self, event: StageEvent) -> SafeString | str:
        return links.document_link(event.document)


@admin.register(CartonLine)
class CartonLineAdmin(HistoryAdmin):
    exact = ("package", "document__reference")
    search_help_text = _("Package, delivery number")
    list_display = ("package", "document_page", "sku", "amount")
    list_select_related = ("document",)
    ordering = ("-id",)
    nothing = _("Rows appear when a warehouse tells what it packed.")

    @admin.display(description=_("delivery"))
    def document_page(self, line: CartonLine) -> SafeString | str:
        return links.document_link(line.document)

    @admin.display(description=_("quantity"))
    def amount(self, line: CartonLine) -> str:
        return quantity(line.quantity)
