"""The console's admin site: its own home page, the timeline of an order, the search for any number, the runbook."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language
from unfold.sites import UnfoldAdminSite

from integration.console import find, proofs, runbook, service, timeline
from integration.console.home import page
from integration.console.reports import page as report


class ConsoleSite(UnfoldAdminSite):  # type: ignore[misc]
    site_title = site_header = "Crossdock"
    index_title = _("Today")
    index_template = "console/home.html"
    enable_nav_sidebar = True

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """Whoever may only see how far orders are begins there."""
        if request.user.has_perm(service.RIGHT) and not request.user.has_perm("integration.view_document"):
            return HttpResponseRedirect(reverse("admin:service"))
        page: HttpResponseBase = super().index(request, extra_context)
        return page

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Every page has it made, and hardly one looks at it."""
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))

    def extra_urls(self) -> list[URLPattern]:
        return [
            path("language/", set_language, name="set_language"),
            path("orders/<int:document>/timeline/", self.admin_view(timeline.view), name="timeline"),
            path("proofs/<int:proof>/", self.admin_view(proofs.download), name="proof"),
            path("reports/<slug:name>/", self.admin_view(report.view), name="report"),
            path("runbook/<slug:name>.md", self.admin_view(runbook.view), name="runbook"),
            path("service/", self.admin_view(service.view), name="service"),
            path("today/", self.admin_view(page.live), name="today"),
            path("find/", self.admin_view(find.view), name="find"),
        ]
