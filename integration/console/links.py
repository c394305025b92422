"""Addresses of the console's pages, and links to them."""

from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integration.models import Document


def page(row: Model) -> str:
    """The page of one row."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def listing(model: type[Model], **filters: object) -> str:
    """The list of a table, filtered."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def timeline(document: Document) -> str:
    return reverse("admin:timeline", args=[document.pk])


def link(row: Model | None, text: object = "") -> SafeString | str:
    """A link to the row's page; a dash where there is none."""
    return format_html('<a class="cd-link" href="{}">{}</a>', page(row), text or row) if row else "-"


def document_link(document: Document | None) -> SafeString | str:
    """A link to the document's timeline."""
    return format_html('<a class="cd-link" href="{}">{}</a>', timeline(document), document) if document else "-"
