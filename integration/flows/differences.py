"""Differences of stock: kept before anything is decided, told to people, written to our books with the job's end."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction

from integration.canonical.inventory import InventoryAdjusted, InventoryCounted
from integration.canonical.stock import Product
from integration.errors import Causes, IntegrationError, InvalidDocument, Permanent, RuleHold
from integration.flows.stock_postings import Posted, key_of
from integration.flows.stock_site import Site
from integration.jobs import effects, recount, rollout, rows, sources, streams
from integration.jobs.rehearsal import WouldWrite
from integration.jobs.rollout import Wanted
from integration.jobs.work import Outcome, Work
from integration.models import InboundMessage, RolloutFlow, StockDifference, Warehouse
from integration.rules import approval
from integration.rules.findings import Finding
from integration.rules.units import plain

Kind, State = StockDifference.Kind, StockDifference.State
NOTHING = Decimal(0)
MOST = Decimal("9999999999999999.99")  # that a case keeps as its value: each line may be worth as much


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
    """A line that a person has to mend keeps no other one from being posted, nor does one that is only rehearsed."""
    for row in rows_:
        if results.stops is not None:
            return
        try:
            done = post(row)
        except WouldWrite:
            continue
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
    """The rows of the document, kept before anything is decided on them; in a rehearsal they are only made.

    Raises ``differs`` with what is otherwise.
    """
    if not fresh:
        return []
    same = StockDifference.objects.filter(source=fresh[0].source)
    if work.rehearsal is not None and not same.exists():
        return list(fresh)
    if not same.exists():
        with transaction.atomic():
            streams.lock(work.claim)
            StockDifference.objects.bulk_create(fresh)
    known = {row.line: row for row in same}
    wanted = {row.line: row for row in fresh}
    if known and _is_read_otherwise(known, wanted):
        return _kept_anew(work, known, fresh)
    odd = [line for line in {*known, *wanted} if _content(known.get(line)) != _content(wanted.get(line))]
    if odd:
        raise differs(_apart(known.get(odd[0]), wanted.get(odd[0])))
    return [known[row.line] for row in fresh]


def _is_read_otherwise(known: Mapping[str, StockDifference], wanted: Mapping[str, StockDifference]) -> bool:
    """The same message: somebody has corrected a code or a place since, and nothing was decided or begun before."""
    before, now = known.values(), wanted.values()
    if {row.message for row in before} != {row.message for row in now}:
        return False
    if any(row.state not in (State.NEW, State.WAITING) or row.revision for row in before):
        return False
    same = known.keys() == wanted.keys() and all(_meant(known[line]) == _meant(wanted[line]) for line in known)
    erp = next(iter(now)).warehouse.erp
    return not same and not any(effects.of(erp, key_of(row)) for row in before)


def _kept_anew(
    work: Work, known: Mapping[str, StockDifference], fresh: Sequence[StockDifference]
) -> list[StockDifference]:
    if work.rehearsal is not None:
        return list(fresh)
    with transaction.atomic():
        streams.lock(work.claim)
        StockDifference.objects.filter(pk__in=[row.pk for row in known.values()]).delete()
        StockDifference.objects.bulk_create(fresh)
    return list(fresh)


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


def wanted(
    message: InboundMessage, document: InventoryAdjusted | InventoryCounted, found: Sequence[StockDifference]
) -> Wanted:
    """What a document of stock would change; people key each as one."""
    number, source = found[0].number, sources.of(message.connection, document)
    counted = [(row, row.difference if row.kind == Kind.COUNTED else row.quantity) for row in found]
    return Wanted(
        warehouse=found[0].warehouse,
        flow=RolloutFlow.INVENTORY,
        key=source,
        reference=number,
        source=source,
        lines=[[row.sku, row.lot, format(quantity, "f")] for row, quantity in counted if quantity],
        happened_at=max(row.happened_at for row in found),
    )


def stays(warehouse: Warehouse, message: InboundMessage, document: InventoryAdjusted | InventoryCounted) -> bool:
    """People have changed it, or will, because it was told in shadow."""
    source = sources.of(message.connection, document)
    return rollout.stays(warehouse, [RolloutFlow.INVENTORY], source, source)


def passes(row: StockDifference, quantity: Decimal, product: Product, site: Site) -> bool:
    """Sets what the row shows to people. A person's yes counts like a rule."""
    difference = approval.Difference(row.sku, quantity, product.cost, row.reason, relocated=row.kind == Kind.MOVED)
    row.difference, row.value = quantity, round(difference.value, 2)
    return approval.covered(quantity, row.approved) or approval.passes(difference, site.allowances)


def waits(code: str, waiting: Sequence[StockDifference], site: Site, document: str, source: str) -> RuleHold:
    """One case for all lines of a document that nobody and nothing lets through."""
    partner = site.warehouse.wms.name
    worth = sum((row.value for row in waiting), Decimal(0))
    about: dict[str, Any] = {"connection": partner, "partner": partner, "document": document, "source": source}
    lines = "; ".join(said(row) for row in waiting)
    held = RuleHold(code, **about, lines=lines[:1500], value=f"{worth:f} {site.currency}".strip())
    held.stake = (min(worth, MOST), site.currency)
    return held


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


def _content(row: StockDifference | None) -> tuple[object, ...] | None:
    """What makes two lines the same. Numbers of the same size are equal, however they are written."""
    if row is None:
        return None
    places = (row.condition, row.location, row.to_condition, row.to_location)
    return (row.sku, row.lot, row.quantity, row.happened_at, *places)


def _meant(row: StockDifference) -> tuple[object, ...]:
    """With what stands for it in Odoo."""
    return (_content(row), row.product_id, row.place, row.to_place)


def _apart(before: StockDifference | None, now: StockDifference | None) -> str:
    was, is_ = (f"{plain(row.quantity)} {row.sku}" if row else "nothing" for row in (before, now))
    return f"{was} before, {is_} now"


def used_twice(partner: str, document: str) -> Callable[[str], IntegrationError]:
    about: dict[str, Any] = {"connection": partner, "partner": partner, "document": document}
    return lambda difference: InvalidDocument("CD-8005", **about, difference=difference)


def stock_keys(site: Site, products: Iterable[int]) -> list[str]:
    """The locks that shipments take, too."""
    return sorted({f"stock/{site.warehouse.pk}/{product}" for product in products})
