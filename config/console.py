"""How the console looks: names, colours, navigation."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy


def _item(title: str, icon: str, model: str, **more: Any) -> dict[str, Any]:
    """A link to a table's list, for those who may view the table."""
    app, _, name = model.rpartition(".")
    app = app or "integration"
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app}.view_{name}"),
        **more,
    }


NAVIGATION: list[dict[str, Any]] = [
    {
        "title": "Work",
        "items": [
            {"title": "Today", "icon": "today", "link": reverse_lazy("admin:index")},
            {
                "title": "Order status",
                "icon": "support_agent",
                "link": reverse_lazy("admin:service"),
                "permission": lambda request: request.user.has_perm("integration.view_order_status"),
            },
            _item("Cases", "error", "exceptioncase", badge="integration.console.home.page.open_cases"),
            _item("Documents", "receipt_long", "document"),
            _item("Parcels", "local_shipping", "parcel"),
            _item("In transit", "local_shipping", "intransit"),
            _item("Jobs", "sync_alt", "syncjob"),
            _item("Stock", "inventory_2", "availability"),
            _item("Stock differences", "balance", "stockdifference"),
        ],
    },
    {
        "title": "Messages",
        "separator": True,
        "items": [
            _item("Received", "call_received", "inboundmessage"),
            _item("Sent", "call_made", "outboundmessage"),
            _item("Edited", "edit_note", "messageedit"),
            _item("Replays", "replay", "replay"),
        ],
    },
    {
        "title": "Configuration",
        "separator": True,
        "items": [
            _item("Connections", "hub", "connection"),
            _item("Warehouses", "warehouse", "warehouse"),
            _item("Places", "shelves", "place"),
            _item("Code mappings", "compare_arrows", "codemapping"),
            _item("Business rules", "rule", "businessrule"),
            _item("Rules for cases", "assignment_ind", "caserule"),
            _item("Cut-off times", "timer", "cutoff"),
            _item("Tracking pages", "local_shipping", "trackingpage"),
            _item("Master data", "inventory", "masterrecord"),
            _item("Warehouses' items", "barcode", "partneritem"),
        ],
    },
    {
        "title": "History",
        "separator": True,
        "collapsible": True,
        "items": [
            _item("Tries", "history", "jobattempt"),
            _item("Messages of replays", "replay", "replayitem"),
            _item("Writes", "edit_note", "effect"),
            _item("Stock movements", "pallet", "stockevent"),
            _item("Stock snapshots", "inventory", "stocksnapshot"),
            _item("Lines of snapshots", "list_alt", "stocklevel"),
            _item("Lines", "format_list_numbered", "documentline"),
            _item("Stages", "timeline", "stageevent"),
            _item("Cartons", "inventory_2", "cartonline"),
            _item("Tracking", "location_on", "parcelevent"),
            _item("Proofs", "verified", "proof"),
            _item("Files", "attach_file", "prooffile"),
            _item("Changes asked", "edit_document", "changerequest"),
            _item("Lines of changes", "rule", "changeline"),
            _item("References", "link", "externalreference"),
            _item("Decisions", "gavel", "decision"),
            _item("History of cases", "forum", "caseevent"),
            _item("Audit log", "fact_check", "auditevent"),
        ],
    },
    {
        "title": "Machinery",
        "separator": True,
        "collapsible": True,
        "items": [
            _item("Gates", "door_front", "connectiongate"),
            _item("Call slots", "lan", "remoteslot"),
            _item("Locks", "lock", "resourcelock"),
            _item("Streams", "water", "stream"),
            _item("Waiting jobs", "hourglass_empty", "casejob"),
            _item("Tallies of cases", "bar_chart", "casetally"),
            _item("Snapshots", "photo_camera", "capturedrecord"),
            _item("Read positions", "bookmark", "capturecursor"),
            _item("Master data runs", "sync", "masterrun"),
            _item("Master data told", "campaign", "mastertold"),
            _item("Seen writes", "visibility", "seenwrite"),
            _item("Message numbers", "tag", "messagekey"),
            _item("Schedules", "schedule", "django_celery_beat.periodictask"),
            _item("Started runs", "alarm_on", "beatslot"),
            _item("Leader", "flag", "beatlease"),
            _item("Signs of life", "favorite", "canary"),
            _item("Gone through", "monitoring", "flowtally"),
            _item("Last successes", "task_alt", "flowsuccess"),
            _item("Removed rows", "auto_delete", "retention"),
        ],
    },
    {
        "title": "Access",
        "separator": True,
        "collapsible": True,
        "items": [
            _item("Users", "person", "auth.user"),
            _item("Groups", "group", "auth.group"),
            _item("Reach", "visibility", "reach"),
            _item("API tokens", "key", "apitoken"),
        ],
    },
]


def _kind(title: str, kind: str) -> dict[str, Any]:
    """A part of the list of documents."""
    listed = reverse_lazy("admin:integration_document_changelist")
    return {
        "title": title,
        "link": lambda _request: f"{listed}?kind__exact={kind}" if kind else str(listed),
        "active": lambda request: request.GET.get("kind__exact", "") == kind,
    }


TABS = [
    {
        "models": ["integration.document"],
        "items": [
            _kind("All", ""),
            _kind("Sales orders", "order"),
            _kind("Deliveries", "delivery"),
            _kind("Purchases", "purchase"),
            _kind("Receipts", "receipt"),
            _kind("Transfers", "transfer"),
            _kind("Returns", "return"),
        ],
    },
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Crossdock",
    "SITE_HEADER": "Crossdock",
    "SITE_SYMBOL": "swap_horiz",
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_HISTORY": False,  # the audit log tells more
    "ENVIRONMENT": "integration.console.home.page.environment",
    "DASHBOARD_CALLBACK": "integration.console.home.page.context",
    "BORDER_RADIUS": "6px",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("console/icon.svg")}],
    "STYLES": [lambda request: static("console/console.css")],
    "SCRIPTS": [lambda request: static("console/console.js"), lambda request: static("console/access.js")],
    "TABS": TABS,
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": NAVIGATION},
    "COLORS": {
        "primary": {
            "50": "#eff6ff", "100": "#dbeafe", "200": "#bfdbfe", "300": "#93c5fd", "400": "#60a5fa", "500": "#3b82f6",
            "600": "#1d5fd1", "700": "#1a4fae", "800": "#1e3f85", "900": "#1e3a6e", "950": "#172447",
        },
    },
}  # fmt: skip
