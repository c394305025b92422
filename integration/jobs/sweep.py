"""What beat has looked at every few seconds: work that nobody was woken for, and causes that are gone."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from integration.adapters.base import Capability
from integration.canonical.master import KINDS
from integration.errors import Rejected
from integration.jobs import cases, dispatch, gate, mappings, missing, routes, streams, telling
from integration.jobs.queue import NewJob, enqueue, enqueue_all
from integration.models import Connection, Lane, OutboundMessage, Stream, SyncJob

UNANSWERED = {
    "order.release": "CD-4007",
    "order.change": "CD-4014",
    "order.cancel": "CD-4014",
    "receipt.advice": "CD-7002",
    "receipt.cancel": "CD-7002",
}
ASK = "acknowledgement_ask"
MASTER = {"master_poll": "changes", "master_sweep": "all"}
POLLS = {"odoo_poll": "poll", "odoo_sweep": "sweep"}


def wake_due() -> list[Lane]:
    """Wakes a worker for every lane with due work, whether or not a wake-up was sent for it."""
    lanes = streams.due_lanes()
    for lane in lanes:
        dispatch.send(lane)
    return lanes


def probe_breakers() -> None:
    """Lets one waiting job of each connection that is down try; its success lets the others go.

    What is left waiting for a closed breaker goes on too: whoever closed it died before it let go.
    """
    for connection in gate.probe_due():
        with transaction.atomic():
            waiting = SyncJob.objects.filter(waits_for=connection, state=SyncJob.State.RETRY)
            first = waiting.order_by("stream__lane", "id").values_list("pk", flat=True).first()
            if first is not None:
                gate.let_go(SyncJob.objects.filter(pk=first))
    with transaction.atomic():
        gate.let_go(SyncJob.objects.filter(state=SyncJob.State.RETRY, waits_for__gate__breaker=gate.CLOSED))


def release_mapped() -> int:
    """Lets go of what waited for a mapping that came by another way than ``mappings.add``."""
    with transaction.atomic():
        return mappings.let_go()


def overdue_acknowledgements() -> int:
    """Has warehouses asked about the documents that they should have answered by now; returns how many. Of one that is
    paused, or cannot be asked, it is a case at once."""
    here = SyncJob.objects.filter(document=OuterRef("document"), inbound__isnull=False, state__in=SyncJob.ACTIVE)
    overdue = OutboundMessage.objects.filter(state=OutboundMessage.State.SENT, acknowledge_by__lt=Now())
    overdue = overdue.exclude(Exists(here))  # its answer is here and waits in the stream
    rows = list(overdue.select_related("connection", "document__parent")[:500])
    for message in rows:
        with transaction.atomic():
            silent = OutboundMessage.objects.filter(pk=message.pk, state=OutboundMessage.State.SENT)
            if silent.update(acknowledge_by=None):
                _ask(message)
    return len(rows)


def start_polls(flow: str) -> int:
    """One poll, or one full sweep, of every Odoo; one that waits is enough."""
    erps = Connection.objects.filter(kind="odoo", enabled=True)
    with transaction.atomic():
        keys = [_poll_stream(flow, erp) for erp in erps]
        streams.hold(list(Stream.objects.filter(key__in=keys).values_list("pk", flat=True)))
        for erp in erps:
            start_poll(flow, erp)
    return len(erps)


def start_poll(flow: str, erp: Connection) -> None:
    """Call inside a transaction."""
    enqueue(
        NewJob(
            flow=flow,
            stream=_poll_stream(flow, erp),
            lane=routes.lane_of(flow),
            subject=f"{POLLS[flow]} {erp.name}",
            payload={"connection": erp.pk},
            coalesce=True,
            news=False,
        )
    )


def start_masters(flow: str) -> int:
    """One look at each kind of master data that somebody is told of, of every Odoo; items always, to be matched."""
    erps = Connection.objects.filter(kind="odoo", enabled=True)
    wanted = [(erp, kind) for erp in erps for kind in KINDS if kind == "item" or telling.partners_of(erp, kind)]
    with transaction.atomic():
        enqueue_all([_master_job(flow, erp, kind) for erp, kind in wanted])
    return len(wanted)


def start_master(flow: str, erp: Connection, kind: str) -> None:
    """Call inside a transaction."""
    enqueue(_master_job(flow, erp, kind))


def _master_job(flow: str, erp: Connection, kind: str) -> NewJob:
    """Poll and sweep of a kind share a stream: one of them at a time keeps pages."""
    return NewJob(
        flow=flow,
        stream=f"master:{erp.pk}:{kind}",
        lane=routes.lane_of(flow),
        subject=f"{MASTER[flow]} {kind}s of {erp.name}",
        payload={"connection": erp.pk, "kind": kind},
        coalesce=True,
        news=False,
    )


def _poll_stream(flow: str, erp: Connection) -> str:
    return f"{POLLS[flow]}:{erp.pk}"


def _ask(message: OutboundMessage) -> None:
    if message.connection.enabled and missing.can(message.connection, Capability.FINDS):
        enqueue(_question(message))
    else:
        unanswered(message, _moment(message.acknowledge_by))


def _question(message: OutboundMessage) -> NewJob:
    """In a stream of its own: whatever becomes of it, the document's messages go on."""
    return NewJob(
        flow=ASK,
        stream=f"ask:{message.pk}",
        lane=routes.lane_of(ASK),
        subject=f"{message.type} {message.reference}",
        payload={"message": message.pk, "due": _moment(message.acknowledge_by)},
        document_id=message.document_id,
        trace_id=message.trace_id,
        coalesce=True,
    )


def unanswered(message: OutboundMessage, due: str) -> None:
    """Opens the case. Call inside a transaction."""
    cases.open_case(_unanswered(message, due), message.connection, message.document, flow="acknowledgement")


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else ""


def _unanswered(message: OutboundMessage, due: str) -> Rejected:
    order = message.document.parent if message.document else None
    return Rejected(
        UNANSWERED[message.type],
        connection=message.connection.name,
        partner=message.connection.name,
        release=message.reference,
        order=order.reference if order else message.reference,
        sent_at=_moment(message.sent_at),
        due_at=due,
        kind=message.type.removeprefix("order."),
        number=message.version,
    )
