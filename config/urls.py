"""Every address of the web process."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from integration.api.metrics import Metrics
from integration.observe import health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("console/", admin.site.urls),
    path("api/", include("integration.api.urls")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("alivez", health.alivez),
    path("metrics", Metrics.as_view({"get": "retrieve"}), name="metrics"),
]
handler400 = "integration.api.errors.bad_request"
handler404 = "integration.api.errors.not_found"
handler500 = "integration.api.errors.server_error"
