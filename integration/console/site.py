"""The console's admin site: its own home page, the timeline of an order, the search for any number, the runbook."""

from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite

from integration.console import find, proofs, runbook, timeline
from integration.console.home import page


class ConsoleSite(UnfoldAdminSite):  # type: ignore[misc]
    site_title = site_header = "Crossdock"
    index_title = "Today"
    index_template = "console/home.html"
    enable_nav_sidebar = True

    def extra_urls(self) -> list[URLPattern]:
        return [
            path("orders/<int:document>/timeline/", self.admin_view(timeline.view), name="timeline"),
            path("proofs/<int:proof>/", self.admin_view(proofs.download), name="proof"),
            path("runbook/<slug:name>.md", self.admin_view(runbook.view), name="runbook"),
            path("today/", self.admin_view(page.live), name="today"),
            path("find/", self.admin_view(find.view), name="find"),
        ]
