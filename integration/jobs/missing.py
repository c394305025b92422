"""What a warehouse must have told and is not here: seen by gaps in its count, and by what it says of documents."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from integration.adapters import registry
from integration.adapters.base import Capability, DocumentState
from integration.errors import IntegrationError, Rejected
from integration.jobs import cases, remote, routes, streams
from integration.jobs.counting import counted, follow_new_run, is_of_older_run
from integration.jobs.queue import NewJob, enqueue
from integration.models import Connection, Document, ExceptionCase, InboundMessage, MessageGap, MessageKey, Stream

FETCH, COMPARE = "messages_fetch", "documents_compare"
COUNTED, SILENT = "CD-8211", "CD-8212"
AT_ONCE = 5000
SHOWN = 20
Kind, State, Case = Document.Kind, Document.State, ExceptionCase.State
# By what a document was told with: the kinds of our documents, and the messages that say that goods have moved.
MOVES = {
    "order.release": ((Kind.DELIVERY,), ("shipment.confirmed",)),
    "receipt.advice": ((Kind.RECEIPT, Kind.RETURN), ("receipt.confirmed", "return.received")),
}
NOTHING_MOVED = (State.RELEASED, State.ANNOUNCED, State.ACCEPTED, State.REJECTED)


def can(partner: Connection, *needed: Capability) -> bool:
    return registry.wms_for_receiving(remote.settings_for(partner)).capabilities >= set(needed)


def look() -> int:
    """Looks at the counts of all warehouses that count; returns how many there are."""
    counting = InboundMessage.objects.filter(connection=OuterRef("pk"), sequence__isnull=False)
    partners = list(Connection.objects.filter(Exists(counting), kind__in=registry.WMS).order_by("pk"))
    for partner in partners:
        with transaction.atomic():
            look_at(partner)
    return len(partners)


def look_at(partner: Connection) -> None:
    """Finds the gaps in its count, has those fetched that stay open, and tells of those that cannot be had. Call inside
    a transaction.

    First the stream that fetches, then the count, cases last: whoever settles a fetch holds its stream already.
    """
    streams.hold(list(Stream.objects.filter(key=_stream(FETCH, partner)).values_list("pk", flat=True)))
    end = _end(partner)
    if end is not None:
        follow_new_run(end)
        _follow(end)
        _fill(end)
        _fetch_or_tell(partner)


def due(partner: Connection) -> QuerySet[MessageGap]:
    """Those that the partner is to be asked for now: of a count that has begun anew since, none."""
    again = Now() - timedelta(minutes=settings.MISSING["again_minutes"])
    return _late(partner).filter(Q(asked_at=None) | Q(asked_at__lt=again), until=None)


def asked(partner: Connection, gaps: Sequence[MessageGap]) -> None:
    """What is left of them is told. Call inside a transaction that holds the stream of the fetch."""
    _end(partner)
    MessageGap.objects.filter(pk__in=[gap.pk for gap in gaps]).update(asked_at=Now())
    look_at(partner)


def hold(case: ExceptionCase) -> None:
    """What ``give_up`` needs. Call inside a transaction, before the case is held."""
    if case.code == COUNTED and case.connection is not None:
        _end(case.connection)


def give_up(case: ExceptionCase) -> None:
    """Who closes the case knows that they will not come."""
    if case.code == COUNTED and case.connection is not None:
        _late(case.connection).delete()


def fetch_about(partner: Connection, reference: str) -> None:
    """Has the partner asked for all that it has told about one of our documents. Call inside a transaction."""
    asks = _job(FETCH, partner, about=reference)
    enqueue(replace(asks, stream=f"{asks.stream}:{reference}", subject=reference[:100]))


def start_comparisons() -> int:
    """Asks the warehouses that can be asked what has become of their documents; returns how many."""
    partners = Connection.objects.filter(kind__in=registry.WMS, enabled=True).order_by("pk")
    able = [each for each in partners if can(each, Capability.FETCH_STATES, Capability.FETCH_EVENTS)]
    with transaction.atomic():
        for partner in able:
            enqueue(_job(COMPARE, partner))
    return len(able)


def untold(partner: Connection, states: Sequence[DocumentState]) -> list[DocumentState]:
    """Those about which the partner has told something that is not here."""
    numbers = {number for state in states for number in state.messages}
    keys = MessageKey.objects.filter(connection=partner, external_id__in=numbers)
    here = set(keys.values_list("external_id", flat=True))
    unheard = {document.reference for document in silent(partner, states)}
    return [state for state in states if not here.issuperset(state.messages) or state.reference in unheard]


def silent(partner: Connection, states: Sequence[DocumentState]) -> list[Document]:
    """Ours of those whose goods have moved there, as far as no message says so."""
    found: list[Document] = []
    for kind, (kinds, types) in MOVES.items():
        moved = [state.reference for state in states if state.moved and state.kind == kind]
        told = InboundMessage.objects.filter(document=OuterRef("pk"), type__in=types)
        ours = Document.objects.filter(
            warehouse__wms=partner, kind__in=kinds, reference__in=moved, state__in=NOTHING_MOVED
        )
        found += ours.exclude(Exists(told)).select_related("parent").order_by("pk")
    return found


def tell_silent(partner: Connection, found: Sequence[Document], before: Iterable[int] | None) -> None:
    """Tells of those that were silent ``before`` as well; without that they are looked at once more after the time that
    a message may take. Cases of others close. Call inside a transaction."""
    causes = {document.pk: _moved(partner, document) for document in found}
    open_ones = ExceptionCase.objects.filter(code=SILENT, connection=partner, state__in=ExceptionCase.UNRESOLVED)
    known = set(open_ones.values_list("fingerprint", flat=True))
    gone = known - {cause.fingerprint for cause in causes.values()}
    if gone:
        cases.clear("It was told by now, or has ended.", *sorted(gone))
    if before is None and found:
        enqueue(_job(COMPARE, partner, silent=sorted(causes), delay=settings.MISSING["grace_seconds"]))
    for document in found if before is not None else ():
        cause = causes[document.pk]
        ignored = ExceptionCase.objects.filter(fingerprint=cause.fingerprint, state=Case.IGNORED)
        if document.pk in set(before or ()) and cause.fingerprint not in known and not ignored.exists():
            cases.open_case(cause, partner, document, flow="shipment_confirmation")


def _end(partner: Connection) -> MessageGap | None:
    """The end of its count, held until the transaction ends. What was before the first number that came is no gap."""
    ends = MessageGap.objects.filter(connection=partner, last=None)
    if not ends.exists():
        first = counted(partner).values_list("sequence", flat=True).first()
        if first is None:
            return None
        MessageGap.objects.bulk_create([MessageGap(connection=partner, first=first)], ignore_conflicts=True)
    return ends.select_for_update().get()


def _follow(end: MessageGap) -> None:
    came = list(_of_this_run(end, _numbers(end)))
    if came:
        start, end.first, end.seen_at = end.first, came[-1] + 1, Now()
        end.save(update_fields=["first", "seen_at"])
        MessageGap.objects.bulk_create(_holes(end, start, came[-1], came))


def _of_this_run(end: MessageGap, came: Sequence[int]) -> Iterator[int]:
    """What follows upon another one is not looked at closely."""
    last = end.first - 1
    for number in came:
        if number == last + 1 or not is_of_older_run(end, number):
            last = number
            yield number


def _fill(end: MessageGap) -> None:
    """Of each gap, what came of it since is no gap any more. Those of which nothing came cost one look-up each, those
    of an older run none: who has its numbers cannot be told from the new ones."""
    own = counted(end.connection, end.after)
    came_of = own.filter(sequence__gte=OuterRef("first"), sequence__lte=OuterRef("last")).order_by()
    gaps = MessageGap.objects.filter(Exists(came_of), connection=end.connection, last__isnull=False, until=None)
    for gap in gaps.order_by("first")[:AT_ONCE]:
        came = _numbers(gap)
        if came and gap.last is not None:
            gap.delete()
            rest = _holes(gap, gap.first, gap.last, came)
            for hole in rest:
                hole.seen_at, hole.asked_at = gap.seen_at, gap.asked_at
            MessageGap.objects.bulk_create(rest)


def _numbers(gap: MessageGap) -> list[int]:
    rows = counted(gap.connection, gap.after).filter(sequence__gte=gap.first)
    rows = rows if gap.last is None else rows.filter(sequence__lte=gap.last)
    return [number for number in rows.values_list("sequence", flat=True).distinct()[:AT_ONCE] if number is not None]


def _holes(of: MessageGap, first: int, last: int, came: Sequence[int]) -> list[MessageGap]:
    """The stretches from ``first`` to ``last`` of which nothing came, in the same run."""
    marks = [first - 1, *came, last + 1]
    return [
        MessageGap(connection=of.connection, after=of.after, first=before + 1, last=beyond - 1)
        for before, beyond in pairwise(marks)
        if beyond - before > 1
    ]


def _late(partner: Connection) -> QuerySet[MessageGap]:
    grace = timedelta(seconds=settings.MISSING["grace_seconds"])
    return MessageGap.objects.filter(connection=partner, last__isnull=False, seen_at__lte=Now() - grace)


def _fetch_or_tell(partner: Connection) -> None:
    late = _late(partner)
    if not late.exists():
        cases.clear("They have come.", _cause(partner, [], 0).fingerprint)
        return
    if partner.enabled and can(partner, Capability.FETCH_EVENTS):
        if due(partner).exists():
            enqueue(_job(FETCH, partner))
        late = late.exclude(asked_at=None, until=None)
    count = late.aggregate(count=Sum(F("last") - F("first") + 1))["count"]
    if count:
        _tell(_cause(partner, list(late.order_by("first")[: SHOWN + 1]), count), partner)


def _tell(cause: IntegrationError, partner: Connection) -> None:
    """Again when other ones are missing."""
    known = ExceptionCase.objects.filter(fingerprint=cause.fingerprint, state__in=ExceptionCase.UNRESOLVED).first()
    if known is None or known.context.get("numbers") != cause.context["numbers"]:
        cases.open_case(cause, partner)


def _cause(partner: Connection, gaps: Sequence[MessageGap], count: int) -> Rejected:
    named = ", ".join(map(str, gaps[:SHOWN])) + (", ..." if len(gaps) > SHOWN else "")
    return Rejected(COUNTED, connection=partner.name, partner=partner.name, count=count, numbers=named)


def _moved(partner: Connection, document: Document) -> Rejected:
    order = document.parent.reference if document.parent else document.reference
    return Rejected(SILENT, connection=partner.name, partner=partner.name, release=document.reference, order=order)


def _stream(flow: str, partner: Connection) -> str:
    return f"{flow}:{partner.pk}"


def _job(flow: str, partner: Connection, delay: float = 0.0, **more: object) -> NewJob:
    return NewJob(
        flow=flow,
        stream=_stream(flow, partner),
        lane=routes.lane_of(flow),
        subject=partner.name[:100],
        payload={"connection": partner.pk, **more},
        coalesce=True,
        news=False,
        delay=delay,
    )
