"""How the console looks: names, colours, navigation."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

DOCUMENTS = reverse_lazy("admin:integration_document_changelist")


def _item(title: StrOrPromise, icon: str, model: str, **more: Any) -> dict[str, Any]:
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


def _documents(title: StrOrPromise, icon: str, kind: str = "") -> dict[str, Any]:
    """A link to the documents of a kind; without one to all of them, but those that have a link of their own."""

    def is_shown(request: HttpRequest) -> bool:
        shown = request.GET.get("kind__exact", "")
        return request.path == str(DOCUMENTS) and (shown == kind if kind else shown not in APART)

    link = format_lazy("{}?kind__exact={}", DOCUMENTS, kind) if kind else DOCUMENTS
    return _item(title, icon, "document", link=link, active=is_shown)


def _report(title: StrOrPromise, icon: str, name: str, right: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy("admin:report", args=[name]),
        "permission": lambda request: request.user.has_perm(f"integration.{right}"),
    }


APART = ("receipt", "return")
NAVIGATION: list[dict[str, Any]] = [
    {
        "title": _("Work"),
        "items": [
            {"title": _("Today"), "icon": "today", "link": reverse_lazy("admin:index")},
            {
                "title": _("Order status"),
                "icon": "support_agent",
                "link": reverse_lazy("admin:service"),
                "permission": lambda request: request.user.has_perm("integration.view_order_status"),
            },
            _item(_("Cases"), "error", "exceptioncase", badge="integration.console.home.page.open_cases"),
            _documents(_("Documents"), "receipt_long"),
            _documents(_("Receipts"), "move_to_inbox", "receipt"),
            _documents(_("Returns"), "assignment_return", "return"),
            _item(_("Parcels"), "local_shipping", "parcel"),
            _item(_("In transit"), "local_shipping", "intransit"),
            _item(_("Waves"), "waves", "wave"),
            _item(_("Alerts"), "notifications_active", "alert"),
            _item(_("Jobs"), "sync_alt", "syncjob"),
            _item(_("Stock"), "inventory_2", "availability"),
            _item(_("Stock differences"), "balance", "stockdifference"),
            _item(_("Variances"), "difference", "variance"),
            _item(_("Downtime"), "print", "downtimepack"),
        ],
    },
    {
        "title": _("Reports"),
        "separator": True,
        "items": [
            _report(_("Daily hypercare"), "monitor_heart", "hypercare", "see_hypercare"),
            _report(_("Scorecard of warehouses"), "warehouse", "warehouse", "see_scorecards"),
            _report(_("Scorecard of partners"), "handshake", "partner", "see_scorecards"),
            _report(_("Where a lot has been"), "qr_code_2", "lot", "see_lot_trace"),
            _report(_("Goods in transit"), "local_shipping", "transit", "see_transit_ageing"),
            _report(_("Readiness"), "fact_check", "readiness", "see_readiness"),
            _item(_("Report schedules"), "schedule_send", "reportschedule"),
            _item(_("Mails of reports"), "outgoing_mail", "reportmail"),
        ],
    },
    {
        "title": _("Messages"),
        "separator": True,
        "items": [
            _item(_("Received"), "call_received", "inboundmessage"),
            _item(_("Sent"), "call_made", "outboundmessage"),
            _item(_("Edited"), "edit_note", "messageedit"),
            _item(_("Rollout"), "rocket_launch", "rollout"),
            _item(_("In shadow"), "contrast", "shadowdocument"),
            _item(_("Missing"), "sms_failed", "messagegap"),
            _item(_("Drift"), "difference", "drift"),
            _item(_("Conformance"), "verified", "conformancerun"),
            _item(_("Typed in"), "keyboard", "typedshipment"),
            _item(_("Replays"), "replay", "replay"),
        ],
    },
    {
        "title": _("Configuration"),
        "separator": True,
        "items": [
            _item(_("Connections"), "hub", "connection"),
            _item(_("Key rotations"), "key", "keyrotation"),
            _item(_("Warehouses"), "warehouse", "warehouse"),
            _item(_("Places"), "shelves", "place"),
            _item(_("Code mappings"), "compare_arrows", "codemapping"),
            _item(_("Rules for orders"), "gavel", "orderrule"),
            _item(_("Business rules"), "rule", "businessrule"),
            _item(_("Rules for cases"), "assignment_ind", "caserule"),
            _item(_("Alert channels"), "campaign", "alertchannel"),
            _item(_("Rules for alerts"), "notification_important", "alertrule"),
            _item(_("Cut-off times"), "timer", "cutoff"),
            _item(_("Working hours"), "schedule", "workinghours"),
            _item(_("Days off"), "event_busy", "daysoff"),
            _item(_("Tracking pages"), "local_shipping", "trackingpage"),
            _item(_("Master data"), "inventory", "masterrecord"),
            _item(_("Warehouses' items"), "barcode", "partneritem"),
            _item(_("Changes"), "manage_history", "configurationchange"),
            _item(_("Apart from its files"), "rule_settings", "configurationdrift"),
            _item(_("Tried changes"), "science", "triedchange"),
        ],
    },
    {
        "title": _("History"),
        "separator": True,
        "collapsible": True,
        "items": [
            _item(_("Tries"), "history", "jobattempt"),
            _item(_("Messages of replays"), "replay", "replayitem"),
            _item(_("Writes"), "edit_note", "effect"),
            _item(_("Stock movements"), "pallet", "stockevent"),
            _item(_("Stock snapshots"), "inventory", "stocksnapshot"),
            _item(_("Lines of snapshots"), "list_alt", "stocklevel"),
            _item(_("Looks at stock"), "visibility", "stocklook"),
            _item(_("Lines"), "format_list_numbered", "documentline"),
            _item(_("Stages"), "timeline", "stageevent"),
            _item(_("Cartons"), "inventory_2", "cartonline"),
            _item(_("Tracking"), "location_on", "parcelevent"),
            _item(_("Proofs"), "verified", "proof"),
            _item(_("Files"), "attach_file", "prooffile"),
            _item(_("Changes asked"), "edit_document", "changerequest"),
            _item(_("Lines of changes"), "rule", "changeline"),
            _item(_("References"), "link", "externalreference"),
            _item(_("Notices"), "outgoing_mail", "notice"),
            _item(_("Decisions"), "gavel", "decision"),
            _item(_("Decisions of rules"), "rule_settings", "orderdecision"),
            _item(_("Deliveries in waves"), "waves", "waveorder"),
            _item(_("Versions of rules"), "history_edu", "orderruleversion"),
            _item(_("Documents of tries"), "science", "trieddocument"),
            _item(_("History of cases"), "forum", "caseevent"),
            _item(_("Audit log"), "fact_check", "auditevent"),
        ],
    },
    {
        "title": _("Machinery"),
        "separator": True,
        "collapsible": True,
        "items": [
            _item(_("Gates"), "door_front", "connectiongate"),
            _item(_("Call slots"), "lan", "remoteslot"),
            _item(_("Locks"), "lock", "resourcelock"),
            _item(_("Streams"), "water", "stream"),
            _item(_("Waiting jobs"), "hourglass_empty", "casejob"),
            _item(_("Tallies of cases"), "bar_chart", "casetally"),
            _item(_("Snapshots"), "photo_camera", "capturedrecord"),
            _item(_("Decided deliveries"), "inventory", "decideddelivery"),
            _item(_("Read positions"), "bookmark", "capturecursor"),
            _item(_("Master data runs"), "sync", "masterrun"),
            _item(_("Master data told"), "campaign", "mastertold"),
            _item(_("Seen writes"), "visibility", "seenwrite"),
            _item(_("Message numbers"), "tag", "messagekey"),
            _item(_("Schedules"), "schedule", "django_celery_beat.periodictask"),
            _item(_("Started runs"), "alarm_on", "beatslot"),
            _item(_("Leader"), "flag", "beatlease"),
            _item(_("Signs of life"), "favorite", "canary"),
            _item(_("Gone through"), "monitoring", "flowtally"),
            _item(_("Calls"), "call_made", "calltally"),
            _item(_("Figures of days"), "calendar_month", "dayfigures"),
            _item(_("Gone through by day"), "monitoring", "flowday"),
            _item(_("Tries in all"), "functions", "trytotal"),
            _item(_("Calls in all"), "functions", "calltotal"),
            _item(_("Last successes"), "task_alt", "flowsuccess"),
            _item(_("Comparisons"), "checklist", "reconciliationrun"),
            _item(_("Recoveries"), "restore", "recovery"),
            _item(_("Generation"), "fingerprint", "generation"),
            _item(_("Environment locks"), "lock", "environmentlock"),
            _item(_("Installation"), "domain", "installation"),
            _item(_("Confirmed systems"), "verified_user", "knownsystem"),
            _item(_("Rights in Odoo"), "policy", "heldrights"),
            _item(_("Shapes of Odoo"), "schema", "servershape"),
            _item(_("Removed rows"), "auto_delete", "retention"),
        ],
    },
    {
        "title": _("Access"),
        "separator": True,
        "collapsible": True,
        "items": [
            _item(_("Users"), "person", "auth.user"),
            _item(_("Groups"), "group", "auth.group"),
            _item(_("Reach"), "visibility", "reach"),
            _item(_("API tokens"), "key", "apitoken"),
        ],
    },
]


@cache
def _resolved() -> list[dict[str, Any]]:
    return [
        {**group, "items": [{**item, "link": str(item["link"])} for item in group["items"]]} for group in NAVIGATION
    ]


def navigation(_request: HttpRequest) -> list[dict[str, Any]]:
    """Its addresses are looked up once: the theme asks for each of them several times a page."""
    return _resolved()


def _kind(title: StrOrPromise, kind: str) -> dict[str, Any]:
    """A part of the list of documents."""
    return {
        "title": title,
        "link": lambda _request: f"{DOCUMENTS}?kind__exact={kind}" if kind else str(DOCUMENTS),
        "active": lambda request: request.GET.get("kind__exact", "") == kind,
    }


TABS = [
    {
        "models": ["integration.document"],
        "items": [
            _kind(_("All"), ""),
            _kind(_("Sales orders"), "order"),
            _kind(_("Deliveries"), "delivery"),
            _kind(_("Purchases"), "purchase"),
            _kind(_("Receipts"), "receipt"),
            _kind(_("Transfers"), "transfer"),
            _kind(_("Returns"), "return"),
        ],
    },
]


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The theme holds each of them against each link of the navigation: only where they are."""
    return TABS if request.path.startswith(str(DOCUMENTS)) else []


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Crossdock",
    "SITE_HEADER": "Crossdock",
    "SITE_SYMBOL": "swap_horiz",
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_HISTORY": False,  # the audit log tells more
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": reverse_lazy("admin:set_language")},
    "ENVIRONMENT": "integration.console.home.page.environment",
    "DASHBOARD_CALLBACK": "integration.console.home.page.context",
    "BORDER_RADIUS": "6px",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("console/icon.svg")}],
    "STYLES": [lambda request: static("console/console.css")],
    "SCRIPTS": [
        lambda request: static("console/console.js"),
        lambda request: static("console/access.js"),
        lambda request: static("console/codes.js"),
    ],
    "TABS": tabs,
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": navigation},
    "COLORS": {
        "primary": {
            "50": "#eff6ff", "100": "#dbeafe", "200": "#bfdbfe", "300": "#93c5fd", "400": "#60a5fa", "500": "#3b82f6",
            "600": "#1d5fd1", "700": "#1a4fae", "800": "#1e3f85", "900": "#1e3a6e", "950": "#172447",
        },
    },
}  # fmt: skip
