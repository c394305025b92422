"""What people do in the console, as roles: each is a group with these rights, which come with the release.

A right is Django's: "integration.view_document". Whoever wants other rights makes a group of their own beside these.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

ALL = "*"
ALL_WAREHOUSES = "every warehouse"  # the group: without it people see the warehouses and companies that they are given

GOODS = (
    *("document", "documentline", "parcel", "parcelevent", "stageevent", "cartonline", "intransit", "proof"),
    *("changerequest", "changeline", "stockevent", "stockdifference", "availability", "stocksnapshot", "stocklevel"),
    "stocklook",
    *("variance", "variancecause"),
)
WORK = (
    "exceptioncase",
    "casejob",
    "caseevent",
    "decision",
    "orderdecision",
    "syncjob",
    "jobattempt",
    "effect",
    "inboundmessage",
    "messageedit",
    "messagegap",
    "drift",
    "conformancerun",
    "outboundmessage",
    "replay",
    "replayitem",
    "triedchange",
    "trieddocument",
    "alert",
    "notice",
    "typedshipment",
    "downtimepack",
    "wave",
    "waveorder",
    "rollout",
    "shadowdocument",
)
SETUP = (
    *("connection", "connectiongate", "warehouse", "place", "codemapping", "businessrule", "externalreference"),
    *("masterrecord", "mastertold", "partneritem", "caserule", "cutoff", "trackingpage", "reportschedule"),
    *("workinghours", "daysoff"),
    *(
        "reportmail",
        "alertrule",
        "alertchannel",
        "configurationchange",
        "configurationdrift",
        "orderrule",
        "orderruleversion",
    ),
)
MACHINERY = (
    *("stream", "resourcelock", "remoteslot", "capturedrecord", "capturecursor", "seenwrite", "messagekey"),
    *(
        "masterrun",
        "decideddelivery",
        "beatslot",
        "beatlease",
        "canary",
        "retention",
        "reconciliationrun",
        "prooffile",
        "casetally",
        "flowtally",
        "flowday",
        "dayfigures",
        "calltally",
        "calltotal",
        "trytotal",
        "flowsuccess",
        "servershape",
        "generation",
        "recovery",
        "installation",
        "knownsystem",
        "environmentlock",
        "heldrights",
        "keyrotation",
    ),
)
CONFIGURED = (
    *("connection", "warehouse", "place", "codemapping", "businessrule", "caserule", "cutoff", "trackingpage"),
    *("apitoken", "reportschedule", "alertchannel", "orderrule", "workinghours", "daysoff"),
)
APPS = ("integration", "auth", "django_celery_beat")  # of the rights that an administrator has


@dataclass(frozen=True, slots=True)
class Role:
    """``says``: what for, in a person's words."""

    says: str
    rights: frozenset[str]


def _may(verb: str, *tables: str) -> Iterator[str]:
    return (f"integration.{verb}_{table}" for table in tables)


STATUS = "integration.view_order_status"
REPORTS = frozenset(_may("see", "hypercare", "scorecards", "lot_trace", "transit_ageing", "readiness"))
VIEWER = frozenset({*_may("view", *GOODS, *WORK, *SETUP), STATUS, *REPORTS})
OPERATOR = VIEWER | {
    *_may("change", "exceptioncase", "syncjob", "alert"),
    *_may("add", "codemapping"),
    *_may("change", "codemapping"),
    "integration.replay_message",
    "integration.type_shipment",
}
SUPERVISOR = OPERATOR | {
    *_may("add", "businessrule", "orderrule", "caserule", "cutoff", "trackingpage", "reportschedule"),
    *_may("add", "workinghours", "daysoff"),
    *_may("change", "businessrule", "orderrule", "caserule", "cutoff", "trackingpage", "reportschedule"),
    *_may("change", "workinghours", "daysoff"),
    *_may("change", "alertrule", "alertchannel"),
    *_may("view", "auditevent"),
    "integration.approve_difference",
    "integration.judge_shadow",
    "integration.go_live",
    "integration.let_order_go",
    "integration.release_wave",
    "integration.edit_message",
    "integration.approve_replay",
    "integration.approve_configuration",
    "integration.view_personal_data",
    "integration.print_downtime_pack",
}
INTEGRATOR = VIEWER | {
    *_may("view", *MACHINERY, "apitoken", "auditevent"),
    *_may("add", *CONFIGURED),
    *_may("change", *CONFIGURED),
    *_may("change", "exceptioncase", "syncjob", "alert", "alertrule"),
    "integration.change_secrets",
    "integration.go_live",
    "integration.judge_shadow",
    "integration.edit_message",
    "integration.replay_message",
    "integration.view_personal_data",
    "integration.print_downtime_pack",
    "integration.release_recovery",
    "integration.confirm_environment",
    *_may("add", "keyrotation"),
    "integration.approve_configuration",
    "django_celery_beat.view_periodictask",
    "django_celery_beat.change_periodictask",  # to have it run now: they are edited by nobody
}

ROLES: Mapping[str, Role] = {
    "customer service": Role("Sees how far orders are, in plain words, and nothing else", frozenset({STATUS})),
    "viewer": Role("Looks things up, sees the reports, and changes nothing", VIEWER),
    "operator": Role("Works on cases and jobs, adds mappings, has messages worked on again", OPERATOR),
    "supervisor": Role(
        "As an operator; approves differences of stock and replays, makes rules, lets held orders go, edits messages,"
        " sees personal data",
        SUPERVISOR,
    ),
    "integrator": Role(
        "Connects systems, with their credentials; edits messages, sees personal data and the machinery", INTEGRATOR
    ),
    "administrator": Role("May do everything, and makes users", frozenset({ALL})),
    ALL_WAREHOUSES: Role(
        "Beside a role: sees all warehouses and companies", frozenset({"integration.view_all_warehouses"})
    ),
}
