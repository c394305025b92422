"""Differences of stock: kept, posted to Odoo once each, and written to our books with the job's end."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction

from integration.adapters.base import ErpGateway
from integration.canonical.stock import Adjustment, Landed, Product, Relocation
from integration.errors import Causes, IntegrationError, InvalidDocument, Permanent, RuleHold
from integration.flows.known_movements import ADJUST, RELOCATE, intent
from integration.flows.stock_site import Site
from integration.jobs import effects, recount, rows, streams
from integration.jobs.work import Outcome, Work
from integration.models import Effect, StockDifference, StockEvent
from integration.rules import approval
from integration.rules.findings import Finding
from integration.rules.netting import Movement
from integration.rules.places import Slot
from integration.rules.units import plain

Kind, State = StockDifference.Kind, StockDifference.State
NOTHING = Decimal(0)
CALL_SECONDS = 4  # a posting may take so many times the connection's read timeout
EVENT_KINDS = {
    Kind.ADJUSTED: StockEvent.Kind.ADJUSTED,
    Kind.COUNTED: StockEvent.Kind.COUNTED,
    Kind.MOVED: StockEvent.Kind.MOVED,
}


@dataclass(frozen=True, slots=True)
class Posted:
    """One line as it is to be kept: ``row`` with its new fields, and what came of it in Odoo, if anything did."""

    row: StockDifference
    effect: Effect | None = None
    events: tuple[StockEvent, ...] = ()


@dataclass(slots=True)
class Results:
    """What came of the lines of one document. ``stops``: nothing more is tried now."""

    done: list[Posted] = field(default_factory=list)
    against: list[Permanent] = field(default_factory=list)
    stops: IntegrationError | None = None

    def outcome(self, note: str) -> Outcome:
        """``work.connection`` is Odoo's: that is what transient failures are about."""
        error = self.stops or (Causes(self.against) if len(self.against) > 1 else next(iter(self.against), None))
        return Outcome(note, partial(commit, self.done), error)


def each(results: Results, rows_: Sequence[StockDifference], post: Callable[[StockDifference], Posted | None]) -> None:
    """A line that a person has to mend keeps no other one from being posted."""
    for row in rows_:
        if results.stops is not None:
            return
        try:
            done = post(row)
        except Permanent as wrong:
            results.against += wrong.causes  # type: ignore[arg-type]  # causes of a permanent one are permanent
        except IntegrationError as wrong:
            results.stops = wrong
        else:
            results.done += [done] if done is not None else []


@contextmanager
def of_the_message(work: Work, site: Site) -> Iterator[None]:
    """What is wrong in a message is the warehouse's, though Odoo was asked on the way."""
    try:
        yield
    except Permanent:
        work.connection = site.warehouse.wms
        raise


def keep(
    work: Work, fresh: Sequence[StockDifference], differs: Callable[[str], IntegrationError]
) -> list[StockDifference]:
    """The rows of the document, kept before anything is decided on them. Raises ``differs`` with what is otherwise."""
    if not fresh:
        return []
    with transaction.atomic():
        streams.lock(work.claim)
        StockDifference.objects.bulk_create(fresh, ignore_conflicts=True)
    known = {row.line: row for row in StockDifference.objects.filter(source=fresh[0].source)}
    wanted = {row.line: row for row in fresh}
    odd = [line for line in {*known, *wanted} if _content(known.get(line)) != _content(wanted.get(line))]
    if odd:
        raise differs(_apart(known.get(odd[0]), wanted.get(odd[0])))
    return [known[row.line] for row in fresh]


def fresh_row(site: Site, kind: str, source: str, number: str, finding: Finding, message: int) -> StockDifference:
    to = finding.to
    return StockDifference(
        warehouse=site.warehouse,
        kind=kind,
        source=source,
        number=number,
        message=message,
        line=str(finding.line),
        product_id=finding.product.id,
        sku=finding.product.sku,
        tracking=finding.product.tracking,
        lot=finding.slot.lot,
        condition=finding.condition,
        location=finding.location,
        place=finding.slot.place,
        to_condition=finding.to_condition if to else "",
        to_location=finding.to_location if to else "",
        to_place=to.place if to else None,
        quantity=finding.quantity,
        currency=site.currency,
        reason=finding.reason,
        note=finding.note,
        happened_at=finding.happened_at,
    )


def slot_of(row: StockDifference) -> Slot:
    return Slot(row.product_id, row.place, row.lot)


def movements_of(row: StockDifference, quantity: Decimal) -> tuple[Movement, ...]:
    moved = Movement(slot_of(row), quantity, row.happened_at)
    if row.to_place is None:
        return (moved,)
    there = Slot(row.product_id, row.to_place, row.lot)
    return (Movement(moved.slot, -quantity, row.happened_at), Movement(there, quantity, row.happened_at))


def key_of(row: StockDifference) -> str:
    """A count may be corrected: each of its writes has a number."""
    return f"{row.source}/{row.line}" + (f"/{row.revision}" if row.kind == Kind.COUNTED else "")


def begun(site: Site, row: StockDifference) -> Effect | None:
    """Its write, if it was sent before: it is finished whatever the rules say by now."""
    effect = effects.of(site.warehouse.erp, key_of(row))
    return effect if effect is not None and effect.state != Effect.State.REFUSED else None


def passes(row: StockDifference, quantity: Decimal, product: Product, site: Site) -> bool:
    """Sets what the row shows to people. A person's yes counts like a rule."""
    difference = approval.Difference(row.sku, quantity, product.cost, row.reason, relocated=row.kind == Kind.MOVED)
    row.difference, row.value = quantity, round(difference.value, 2)
    return approval.covered(quantity, row.approved) or approval.passes(difference, site.allowances)


def post(work: Work, erp: ErpGateway, site: Site, row: StockDifference, quantity: Decimal, partner: str) -> Effect:
    """Writes the difference to Odoo, once in effect. Raises what the gateway raises."""
    connection, movements = site.warehouse.erp, movements_of(row, quantity)
    change = _relocation(row, quantity, site, partner) if row.to_place else _adjustment(row, quantity, site, partner)
    write = effects.Write(
        key=key_of(row),
        verb=RELOCATE if row.to_place else ADJUST,
        intent={"warehouse": site.warehouse.pk, "difference": str(quantity), **intent(movements)},
        send=partial(_send, erp, change),
        probe=partial(_probe, erp, change),
        seconds=CALL_SECONDS * connection.read_timeout,
    )
    return effects.once(work, connection, write)


def posted(row: StockDifference, effect: Effect) -> Posted:
    """What Odoo took: by its own books, whatever we meant to write."""
    quantity = Decimal(effect.result["quantity"])
    events = tuple(_event(row, movement, effect, number) for number, movement in enumerate(movements_of(row, quantity)))
    row.state, row.posted, row.revision = State.POSTED, row.posted + quantity, row.revision + 1
    row.approved = None
    return Posted(row, effect, events)


def waits(code: str, waiting: Sequence[StockDifference], site: Site, document: str, source: str) -> RuleHold:
    """One case for all lines of a document that nobody and nothing lets through."""
    partner = site.warehouse.wms.name
    worth = sum((row.value for row in waiting), Decimal(0))
    about: dict[str, Any] = {"connection": partner, "partner": partner, "document": document, "source": source}
    lines = "; ".join(said(row) for row in waiting)
    return RuleHold(code, **about, lines=lines[:1500], value=f"{worth:f} {site.currency}".strip())


def said(row: StockDifference) -> str:
    """A line in a person's words."""
    lot = f", lot {row.lot}" if row.lot else ""
    why = ", ".join(filter(None, [row.reason, row.note]))
    where = "" if row.condition == "good" else f" ({row.condition})"
    if row.kind == Kind.COUNTED:
        text = f"{plain(row.quantity)} of {row.sku}{lot}{where} counted, {plain(row.expected or NOTHING)} expected"
    elif row.to_place:
        text = f"{plain(row.quantity)} of {row.sku}{lot} from {row.condition} to {row.to_condition}"
    else:
        text = f"{plain(row.quantity, '+')} of {row.sku}{lot}{where}"
    return f"{text} [{why}]" if why else text


def commit(done: Sequence[Posted]) -> None:
    """What was found and posted, in our tables. Call inside the transaction that settles the job."""
    for each_ in done:
        each_.row.save()
        if each_.events and rows.add(list(each_.events), "DO NOTHING"):
            recount.after(each_.events)


def _event(row: StockDifference, movement: Movement, effect: Effect, number: int) -> StockEvent:
    there = number == 1
    line = f"{row.line}/{row.revision}" if row.kind == Kind.COUNTED else row.line
    return StockEvent(
        warehouse=row.warehouse,
        kind=EVENT_KINDS[Kind(row.kind)],
        condition=row.to_condition if there else row.condition,
        location=row.to_location if there else row.location,
        product_id=row.product_id,
        sku=row.sku,
        lot=row.lot,
        quantity=movement.quantity,
        source=row.source,
        line=f"{line}/to" if there else line,
        happened_at=row.happened_at,
        effect=effect,
    )


def _adjustment(row: StockDifference, quantity: Decimal, site: Site, partner: str) -> Adjustment:
    place, *also = site.places.within(row.place)
    return Adjustment(
        mark=mark_of(row),
        text=_text(row, partner),
        company_id=site.warehouse.company_id,
        product_id=row.product_id,
        sku=row.sku,
        tracking=row.tracking,
        lot=row.lot,
        location_id=place,
        also=tuple(also),
        quantity=quantity,
    )


def _relocation(row: StockDifference, quantity: Decimal, site: Site, partner: str) -> Relocation:
    assert row.to_place is not None  # noqa: S101
    return Relocation(
        mark=mark_of(row),
        text=_text(row, partner),
        company_id=site.warehouse.company_id,
        warehouse_id=site.warehouse.erp_warehouse_id,
        product_id=row.product_id,
        sku=row.sku,
        lot=row.lot,
        from_id=row.place,
        to_id=row.to_place,
        quantity=quantity,
    )


def mark_of(row: StockDifference) -> str:
    """Nothing else in Odoo begins like this; no sign in it means anything to a search."""
    return f"Crossdock {hashlib.sha256(key_of(row).encode()).hexdigest()[:12]}"


def _text(row: StockDifference, partner: str) -> str:
    why = ", ".join(filter(None, [row.reason, row.note]))
    return f"{partner}/{row.number} line {int(row.line) + 1}{f': {why}' if why else ''}"[:200]


def _send(erp: ErpGateway, change: Adjustment | Relocation) -> dict[str, Any]:
    done = erp.stock.relocate(change) if isinstance(change, Relocation) else erp.stock.adjust(change)
    return _result(done)


def _probe(erp: ErpGateway, change: Adjustment | Relocation) -> dict[str, Any] | None:
    found = erp.stock.relocated(change) if isinstance(change, Relocation) else erp.stock.adjusted(change)
    return _result(found) if found is not None else None


def _result(landed: Landed) -> dict[str, Any]:
    return {"moves": list(landed.moves), "quantity": format(landed.quantity, "f"), "picking": landed.picking}


def _content(row: StockDifference | None) -> tuple[object, ...] | None:
    """What makes two lines the same. Numbers of the same size are equal, however they are written."""
    if row is None:
        return None
    places = (row.condition, row.location, row.to_condition, row.to_location)
    return (row.sku, row.lot, row.quantity, row.happened_at, *places)


def _apart(before: StockDifference | None, now: StockDifference | None) -> str:
    was, is_ = (f"{plain(row.quantity)} {row.sku}" if row else "nothing" for row in (before, now))
    return f"{was} before, {is_} now"


def used_twice(partner: str, document: str) -> Callable[[str], IntegrationError]:
    about: dict[str, Any] = {"connection": partner, "partner": partner, "document": document}
    return lambda difference: InvalidDocument("CD-8005", **about, difference=difference)


def stock_keys(site: Site, products: Iterable[int]) -> list[str]:
    """The locks that shipments take, too."""
    return sorted({f"stock/{site.warehouse.pk}/{product}" for product in products})
