"""Where the configuration is not as the files say that it is kept in: what, since when, and who has changed it."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integration.console import links
from integration.console.base import HistoryAdmin
from integration.console.change_log import as_said, section
from integration.console.reach import scoped
from integration.console.words import ago, badge
from integration.jobs.tree.cells import column
from integration.jobs.tree.tables import SECTIONS
from integration.models import ConfigurationChange, ConfigurationDrift

TONES = {"missing": "waiting", "differs": "waiting", "beyond": "waiting", "unread": "failed"}


@admin.register(ConfigurationDrift)
class ConfigurationDriftAdmin(HistoryAdmin):
    list_before_template = "console/config_drift.html"
    exact = ("name",)
    search_help_text = gettext_lazy("What differs, as the list names it")
    list_display = ("table", "name_shown", "how_badge", "said", "since", "last_change")
    list_display_links = None
    list_filter = ("how", "section")
    list_select_related = ("warehouse",)
    ordering = ("section", "name", "place")
    nothing = gettext_lazy("The configuration is as its files say, or no files are named in CONFIG_TREE.")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        latest = scoped(request, ConfigurationDrift.objects.order_by("-seen_at")).first()
        about = {"tree": settings.CONFIG_TREE, "seen_at": latest.seen_at if latest else None}
        return super().changelist_view(request, (extra_context or {}) | about)

    @admin.display(description=gettext_lazy("table"))
    def table(self, row: ConfigurationDrift) -> str:
        return section(row.section) or "-"

    @admin.display(description=gettext_lazy("row"))
    def name_shown(self, row: ConfigurationDrift) -> SafeString | str:
        """Leads to the row, where there is one."""
        if row.row_id is None or row.section not in SECTIONS:
            return row.name
        model = SECTIONS[row.section].model._meta.model_name
        address = reverse(f"admin:integration_{model}_change", args=[row.row_id])
        return format_html('<a class="cd-link" href="{}">{}</a>', address, row.name)

    @admin.display(description=gettext_lazy("how it differs"))
    def how_badge(self, row: ConfigurationDrift) -> SafeString:
        return badge(row.get_how_display(), TONES[row.how])

    @admin.display(description=gettext_lazy("here, and in the file"))
    def said(self, row: ConfigurationDrift) -> str:
        return row.says or "; ".join(_cells(row)) or "-"

    @admin.display(description=gettext_lazy("since"))
    def since(self, row: ConfigurationDrift) -> str:
        return ago(now() - row.first_at)

    @admin.display(description=gettext_lazy("last change here"))
    def last_change(self, row: ConfigurationDrift) -> SafeString | str:
        if row.changed_at is None:
            return "-"
        told = _("{who}, {when}").format(who=row.changed_by, when=ago(now() - row.changed_at))
        address = f"{links.listing(ConfigurationChange)}?section__exact={row.section}"
        return format_html('<a class="cd-link" href="{}">{}</a>', address, told)


def _cells(row: ConfigurationDrift) -> Iterator[str]:
    model = SECTIONS[row.section].model if row.section in SECTIONS else None
    for name, here, there in row.differs:
        title = capfirst(str(column(model, name).verbose_name)) if model else name
        yield f"{title}: {as_said(here) or '-'} | {as_said(there) or '-'}"
