"""Pages of rows that hold names and addresses: shown on the row's own page, to those who may see them."""

import json
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integration.console.base import HistoryAdmin

PERMISSION = "integration.view_personal_data"
HIDDEN = _("Holds personal data. Ask an administrator for the right to see it.")


class PersonalAdmin(HistoryAdmin):
    """``personal`` names the encrypted column: never read for lists, decrypted on the row's page with the right."""

    personal = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        rows: QuerySet[Model] = super().get_queryset(request)
        return rows.defer(self.personal)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        names = [field.name for field in self.opts.fields if field.name not in ("id", self.personal)]
        names = ["document_page" if name == "document" else name for name in names]
        return [*names, "shown" if request.user.has_perm(PERMISSION) else "hidden"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return self.get_fields(request, obj)

    def shown(self, row: Model) -> SafeString:
        return format_html('<pre class="cd-body">{}</pre>', readable(getattr(row, self.personal)))

    def hidden(self, row: Model) -> str:
        return str(HIDDEN)

    shown.short_description = hidden.short_description = _("content")  # type: ignore[attr-defined]


def readable(content: Any) -> str:
    """JSON with indents where it is JSON, else the text as it came."""
    if isinstance(content, bytes):
        try:
            content = json.loads(content)
        except ValueError:
            return str(content, "utf-8", "replace")
    return json.dumps(content, indent=2, ensure_ascii=False)
