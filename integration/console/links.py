"""Addresses of the console's pages, and links to them."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integration.console import said
from integration.models import Connection, Document

PAGE, NUMBER = "document_page", "{reference}"
ODOO: Mapping[str, str] = {
    Document.Kind.ORDER: "sale.order",
    Document.Kind.PURCHASE: "purchase.order",
    **dict.fromkeys(
        (Document.Kind.TRANSFER, Document.Kind.DELIVERY, Document.Kind.RECEIPT, Document.Kind.RETURN), "stock.picking"
    ),
}


def page(row: Model) -> str:
    """The page of one row."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def listing(model: type[Model], **filters: object) -> str:
    """The list of a table, filtered."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def timeline(document: Document) -> str:
    return reverse("admin:timeline", args=[document.pk])


def in_odoo(document: Document | None) -> str:
    """The document's own page in Odoo; empty for none. In the form that all versions understand (18 rewrites it)."""
    return odoo_form(document.connection, ODOO[document.kind], document.erp_id) if document else ""


def odoo_form(connection: Connection, model: str, record_id: int) -> str:
    named = urlencode({"id": record_id, "model": model, "view_type": "form"})
    return f"{connection.base_url.rstrip('/')}/web#{named}"


def at_partner(document: Document | None) -> str:
    """Its page in the warehouse's own system, where the connection's option ``document_page`` says what that is."""
    if document is None or document.warehouse is None:
        return ""
    page = str(document.warehouse.wms.options.get(PAGE, ""))
    return page.replace(NUMBER, quote(document.reference, safe="")) if page.startswith(("https://", "http://")) else ""


def link(row: Model | None, text: object = "") -> SafeString | str:
    """A link to the row's page; a dash where there is none."""
    return format_html('<a class="cd-link" href="{}">{}</a>', page(row), text or said.row(row)) if row else "-"


def document_link(document: Document | None) -> SafeString | str:
    """A link to the document's timeline."""
    return format_html('<a class="cd-link" href="{}">{}</a>', timeline(document), document) if document else "-"
