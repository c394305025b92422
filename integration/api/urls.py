"""Addresses under /api/."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from integration.api import docs, hints, webhooks
from integration.api.operations import (
    alerts,
    cases,
    connections,
    downtime,
    flows,
    inventory,
    jobs,
    lanes,
    mappings,
    messages,
    orders,
    reports,
    trace,
    transit,
)

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("connections", connections.Connections)
router.register("warehouses", connections.Warehouses)
router.register("messages/inbound", messages.Inbound)
router.register("messages/outbound", messages.Outbound)
router.register("jobs", jobs.Jobs)
router.register("flows", flows.Flows, basename="flow")
router.register("lanes", lanes.Lanes, basename="lane")
router.register("orders", orders.Orders)
router.register("trace", trace.Trace, basename="trace")
router.register("in-transit", transit.Transit)
router.register("reports", reports.Reports, basename="report")
router.register("inventory", inventory.Inventory)
router.register("downtime-packs", downtime.DowntimePacks)
router.register("cases", cases.Cases)
router.register("alerts", alerts.Alerts)
router.register("mappings", mappings.Mappings)

v1 = [
    path("webhooks/<slug:connection>", webhooks.Webhook.as_view(), name="webhook"),
    path("hints/<slug:connection>/<str:token>", hints.Hint.as_view(), name="hint"),
    path("openapi.json", docs.document, name="openapi"),
    path("schemas", docs.schemas, name="schemas"),
    path("schemas/<path:name>.json", docs.schema, name="schema"),
    *router.urls,
]
urlpatterns = [path("v1/", include(v1)), path("docs", docs.Pages.as_view(), name="api-docs")]
