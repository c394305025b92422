"""What an order waits for, in plain words; the first line is what matters most."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.timezone import now
from django.utils.translation import gettext as _

from integration.console import links, said
from integration.console.orders import sides
from integration.console.orders.sides import Side
from integration.console.story import Family, words
from integration.console.words import quantity, span
from integration.models import Document, DocumentLine, ExceptionCase, OutboundMessage, SyncJob

State = Document.State
AT_WAREHOUSE = (State.ACCEPTED, State.PART_SHIPPED)
EXPECTED = (State.ACCEPTED, State.PART_RECEIVED)


@dataclass(frozen=True, slots=True)
class Wait:
    """``state`` colours it; ``fix``: what a person can do."""

    text: str
    state: str = "waiting"
    fix: str = ""
    address: str = ""


def waits(
    of: Family, lines: Iterable[DocumentLine], said: Mapping[int, Side], waves: Sequence[Wait] = ()
) -> list[Wait]:
    """All that is waited for; nothing when everything is done. ``said``: by line, of all sides; ``waves``: those that
    its deliveries are in."""
    found = [*_cases(of), *_answers(of), *_jobs(of), *waves]
    goods = _Goods(lines, said)
    return found or [*_deliveries(of, goods), *_receipts(of, goods)]


def _cases(of: Family) -> Iterator[Wait]:
    for case in of.cases:
        if case.state in ExceptionCase.UNRESOLVED:
            text = _("Waits for {team}: {cause}").format(team=said.below(case.owner), cause=said.cause(case))
            yield Wait(text, "open", said.fix(case), links.page(case))


def _answers(of: Family) -> Iterator[Wait]:
    for message in of.sent:
        if message.state != OutboundMessage.State.SENT or message.acknowledge_by is None:
            continue
        left = message.acknowledge_by - now()
        late = left.total_seconds() < 0
        text = (
            _("Waits for {who} to acknowledge {what} version {n}, {span} late.")
            if late
            else _("Waits for {who} to acknowledge {what} version {n}, due in {span}.")
        )
        names = {"who": message.connection.name, "what": message.reference, "n": message.version, "span": span(left)}
        yield Wait(text.format(**names), "failed" if late else "waiting", "", links.page(message))


def _jobs(of: Family) -> Iterator[Wait]:
    for job in of.jobs:
        text = _job(job)
        if text:
            yield Wait(text, job.state, "", links.page(job))


def _job(job: SyncJob) -> str:
    """Blocked jobs and those that need a person are told by their case."""
    what = f"{words(job.flow)} {said.subject(job)}"
    if job.waits_for:
        return _("{what} waits for {who} to answer again.").format(what=what, who=job.waits_for.name)
    if job.state == SyncJob.State.RETRY:
        return _again(job, what)
    text = {"pending": _("{what} is about to run."), "running": _("{what} is running.")}.get(job.state, "")
    return text.format(what=what)


def _again(job: SyncJob, what: str) -> str:
    at = job.next_attempt_at
    later = at is not None and at > now()
    text = _("{what} is tried again in {span}: {why}.") if later else _("{what} is tried again: {why}.")
    why = said.below(job.failure_mode) or _("it did not work the last time")
    return text.format(what=what, span=span(at - now()) if at else "", why=said.within(why))


def _deliveries(of: Family, goods: "_Goods") -> Iterator[Wait]:
    deliveries = [document for document in of.documents if document.kind == Document.Kind.DELIVERY]
    for delivery in deliveries or ([of.order] if of.order.kind == Document.Kind.ORDER else []):
        where = delivery.warehouse.wms.name if delivery.warehouse else _("the warehouse")
        if delivery.state == State.WAITING:
            text = _("{document} waits for Odoo: it is released when its warehouse's release point is reached.")
            yield Wait(text.format(document=delivery))
        elif delivery.state == State.REJECTED:
            yield Wait(_("{document} was refused by {who}.").format(document=delivery, who=where), "rejected")
        elif delivery.state == State.RELEASED:
            yield Wait(_("{document} waits for {who} to accept it.").format(document=delivery, who=where))
        elif delivery.state == State.PART_SHIPPED and delivery.shipment_count:
            text = _("{document} waits for what its final shipment overtook: {who} says that there are {n} shipments.")
            yield Wait(text.format(document=delivery, who=where, n=delivery.shipment_count))
        elif delivery.state in AT_WAREHOUSE:
            yield from goods.of(delivery, where, _("{document} waits for {who} to ship {goods}."))


def _receipts(of: Family, goods: "_Goods") -> Iterator[Wait]:
    for receipt in (document for document in of.documents if document.kind in Document.COMES_IN):
        where = receipt.warehouse.wms.name if receipt.warehouse else _("the warehouse")
        if receipt.state == State.REJECTED:
            yield Wait(_("{document} was refused by {who}.").format(document=receipt, who=where), "rejected")
        elif receipt.state == State.ANNOUNCED:
            yield Wait(_("{document} waits for {who} to accept it.").format(document=receipt, who=where))
        elif receipt.state in EXPECTED:
            yield from goods.of(receipt, where, _("{document} waits for {who} to take in {goods}."))


@dataclass(frozen=True, slots=True)
class _Goods:
    """The lines of all documents, and what each side says of them."""

    lines: Iterable[DocumentLine]
    said: Mapping[int, Side]

    def of(self, document: Document, where: str, text: str) -> Iterator[Wait]:
        """What the warehouse has still to do, and what it says it has done and nobody has booked."""
        own = [line for line in self.lines if line.document_id == document.pk]
        loose = self._listed(own, lambda line: self.said[line.pk].nowhere)
        rest = self._listed(own, lambda line: sides.left(line, self.said[line.pk]) - self.said[line.pk].nowhere)
        if loose:
            told = _("{who} has confirmed {goods} of {document}: not booked here, not done in Odoo, and nothing waits.")
            fix = _("Somebody ended it. Replay its message, or book it in Odoo.")
            yield Wait(told.format(document=document, who=where, goods=loose), "failed", fix)
        if rest or not any(self.said[line.pk].told for line in own):
            yield Wait(text.format(document=document, who=where, goods=rest or _("it")))

    @staticmethod
    def _listed(lines: Sequence[DocumentLine], count: Callable[[DocumentLine], Decimal]) -> str:
        some = [f"{quantity(count(line))} x {line.sku}" for line in lines if count(line) > 0]
        goods = ", ".join(some[:5])
        return _("{goods} and more").format(goods=goods) if len(some) > 5 else goods
