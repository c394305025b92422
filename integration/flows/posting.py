"""Posting: what was delivered, received or returned becomes an invoice, a bill or a credit note, where a rule says so.

Operational impact: money. A document that comes minutes later harms nobody; one that comes twice does.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from integration.adapters.base import ErpGateway
from integration.canonical.books import Booking, Entry, OrderBooks
from integration.errors import Rejected
from integration.flows import books as ours
from integration.flows import inspection
from integration.jobs import configuration, effects
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import Document, Effect, Warehouse
from integration.rules import posting as rules
from integration.rules.posting import BookKind, Step, When


@dataclass(frozen=True, slots=True)
class Case:
    """The event in hand. ``effect`` is what earlier tries left."""

    kind: BookKind
    order: Document
    warehouse: Warehouse
    number: str
    mark: str
    on: date
    key: str
    lines: frozenset[int]
    effect: Effect | None

    @property
    def opened(self) -> dict[int, Decimal] | None:
        """What was open by line before our first try."""
        known = self.effect.intent.get("open") if self.effect else None
        return {int(line): Decimal(quantity) for line, quantity in known.items()} if known is not None else None

    @property
    def others(self) -> frozenset[int] | None:
        known = self.effect.intent.get("others") if self.effect else None
        return frozenset(known) if known is not None else None


def handle(work: Work) -> Outcome:
    case = _understand(work)
    if case.effect is not None and case.effect.state == Effect.State.LANDED:
        return _outcome(case, case.effect.result)
    work.connection = erp = case.warehouse.erp
    with open_erp(erp, work) as gateway:
        return _settle(work, case, gateway)


def _understand(work: Work) -> Case:
    told = work.job.payload
    warehouse = configuration.warehouse(told["warehouse"])
    key = f"{told['kind']}/{told['source']}"
    return Case(
        kind=BookKind(told["kind"]),
        order=Document.objects.get(pk=told["order"]),
        warehouse=warehouse,
        number=told["number"],
        mark=told["mark"],
        on=date.fromisoformat(told["on"]),
        key=key,
        lines=frozenset(told["lines"]),
        effect=effects.of(warehouse.erp, key),
    )


def _settle(work: Work, case: Case, gateway: ErpGateway) -> Outcome:
    """Goes on from the books as they are now: whatever an earlier try left there counts."""
    books = _read(case, gateway)
    asked = _asked(case, books)
    step = rules.following(asked, books)
    if step.step in (Step.NOTHING, Step.MAKE):
        effects.wait_until_settled(case.warehouse.erp, case.key, case.kind)
    if step.step == Step.NOTHING:
        return _outcome(case, _result(step.entry), step.note) if step.entry else Outcome(step.note)
    if step.step == Step.CHECK and step.entry:
        _check(case, books, step.entry, case.opened, case.others)
    if step.entry and (step.step == Step.FOUND or (step.step == Step.CHECK and not asked.choice.posted)):
        return _found(work, case, books, step.entry)
    write = effects.Write(
        key=case.key,
        verb=case.kind,
        intent=_afresh(case, books) if step.step == Step.MAKE else _intent(case, books),
        send=partial(_book, case, gateway, books, asked, step),
        calls=7,  # making and posting
    )
    return _outcome(case, effects.make(work, case.warehouse.erp, write).result)


def _read(case: Case, gateway: ErpGateway) -> OrderBooks:
    found = gateway.books(rules.ORDERS[case.kind], case.order.erp_id)
    if found is None:
        about: dict[str, Any] = {"event": case.mark, "what": rules.NAMES[case.kind]}
        raise Rejected("CD-8109", **_of(case), **about)
    return found


def _of(case: Case) -> dict[str, Any]:
    """Two companies may each have an order of the name."""
    warehouse = case.warehouse
    return {"connection": warehouse.erp.name, "company": warehouse.company_id, "order": case.order.reference}


def _asked(case: Case, books: OrderBooks) -> rules.Asked:
    known = configuration.posting_rules(case.warehouse.pk)
    return rules.Asked(
        kind=case.kind,
        choice=rules.choose(case.kind, known, books),
        mark=case.mark,
        connection=case.warehouse.erp.name,
        others=case.others,
        netting=_may_net(
            case, rules.choose(BookKind.INVOICE, known, books), rules.choose(BookKind.CREDIT_NOTE, known, books)
        ),
        returned=case.lines,
    )


def _may_net(case: Case, invoice: rules.Choice, credit: rules.Choice) -> bool:
    """What is billed and what is credited may be one document where the rules make both, of goods that were seen."""
    if case.kind == BookKind.VENDOR_BILL:
        return True
    by_rule = When.BY_HAND not in (invoice.when, credit.when)
    return by_rule and not inspection.waits(case.order)


def _book(case: Case, gateway: ErpGateway, books: OrderBooks, asked: rules.Asked, step: rules.Next) -> dict[str, Any]:
    entry, opened, others = step.entry, case.opened, case.others
    if step.step == Step.MAKE:
        others, opened = _ids(books), _open(books)
        gateway.draft(books)
        books = _read(case, gateway)
        entry = rules.made(books, others, case.kind)
    if entry is None:
        nothing = "it answered yes, and there is no new document"
        raise Rejected("CD-8101", **_of(case), detail=nothing)
    if step.step != Step.CHECK:
        gateway.mark_entry(books, entry, Booking(mark=case.mark, on=case.on))
        _check(case, books, entry, opened, others)
    if asked.choice.posted:
        gateway.post_entry(books, entry)
    return _result(_again(case, gateway, entry))


def _again(case: Case, gateway: ErpGateway, entry: Entry) -> Entry:
    """As Odoo shows it now: a number comes with the posting."""
    found = next((one for one in _read(case, gateway).entries if one.id == entry.id), None)
    if found is None:
        gone = f"document {entry.id} was made and is gone"
        raise Rejected("CD-8101", **_of(case), detail=gone)
    return found


def _check(
    case: Case,
    books: OrderBooks,
    entry: Entry,
    opened: dict[int, Decimal] | None,
    others: frozenset[int] | None,
) -> None:
    wrong = rules.differences(books, entry, opened, others)
    if wrong:
        raise Rejected(
            "CD-8104",
            **_of(case),
            event=case.mark,
            entry=entry.name or f"Draft {entry.id}",
            difference="; ".join(wrong),
        )


def _found(work: Work, case: Case, books: OrderBooks, entry: Entry) -> Outcome:
    effect = effects.found(work, case.warehouse.erp, case.key, case.kind, _intent(case, books), _result(entry))
    return _outcome(case, effect.result)


def _intent(case: Case, books: OrderBooks) -> dict[str, Any]:
    """What the first try met is kept: a later one tells by it what is new."""
    return dict(case.effect.intent) if case.effect is not None else _afresh(case, books)


def _afresh(case: Case, books: OrderBooks) -> dict[str, Any]:
    quantities = {str(line): format(quantity, "f") for line, quantity in _open(books).items()}
    return {"mark": case.mark, "others": sorted(_ids(books)), "open": quantities}


def _ids(books: OrderBooks) -> frozenset[int]:
    return frozenset(entry.id for entry in books.entries)


def _open(books: OrderBooks) -> dict[int, Decimal]:
    return {line.id: line.open for line in books.lines if line.open}


def _result(entry: Entry) -> dict[str, Any]:
    money = {"net": format(entry.net, "f"), "total": format(entry.total, "f"), "currency": entry.currency}
    return {
        "entry": entry.name or f"draft {entry.id}",
        "entry_id": entry.id,
        "kind": entry.kind,
        "state": entry.state,
        **money,
    }


def _outcome(case: Case, result: dict[str, Any], note: str = "") -> Outcome:
    text = note or f"{result['entry']}, {result['state']}, for {case.number}"
    return Outcome(text, partial(ours.refer, case.kind, case.warehouse, case.number, result))
