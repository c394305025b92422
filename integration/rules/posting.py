"""When goods have moved: is an invoice, a bill or a credit note made of it, and what is there to do for it?"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from integration.canonical.books import Entry, EntryKind, OrderBooks, OrderedLine, Ordering
from integration.errors import IntegrationError, Rejected, RuleHold


class BookKind(StrEnum):
    INVOICE = "invoice"
    VENDOR_BILL = "vendor_bill"
    CREDIT_NOTE = "credit_note"


class When(StrEnum):
    BY_HAND = "by_hand"
    ON_MOVE = "on_move"
    ON_COMPLETION = "on_completion"


NAMES = {BookKind.INVOICE: "invoice", BookKind.VENDOR_BILL: "vendor bill", BookKind.CREDIT_NOTE: "credit note"}
MADE: dict[BookKind, EntryKind] = {
    BookKind.INVOICE: "out_invoice",
    BookKind.VENDOR_BILL: "in_invoice",
    BookKind.CREDIT_NOTE: "out_refund",
}
ORDERS: Mapping[BookKind, Ordering] = {
    BookKind.INVOICE: "sale.order",
    BookKind.VENDOR_BILL: "purchase.order",
    BookKind.CREDIT_NOTE: "sale.order",
}


@dataclass(frozen=True, slots=True)
class PostingRule:
    """``company_id`` and ``partner_id`` None: every one."""

    kind: BookKind
    when: When
    posted: bool = False
    company_id: int | None = None
    partner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    when: When
    posted: bool = False


class Step(StrEnum):
    """FOUND: it is there and posted. MARK: it is there without our mark. CHECK: it is there as a draft."""

    NOTHING = "nothing"
    FOUND = "found"
    MARK = "mark"
    CHECK = "check"
    MAKE = "make"


@dataclass(frozen=True, slots=True)
class Next:
    """``entry``: what the step is about. With NOTHING: what covers the goods, if anything does."""

    step: Step
    entry: Entry | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """``others``: ids of what was there before our own try, if there was one. ``netting``: a bill and a credit may be
    made in one. ``returned``: the order's lines that came back, for a credit note.
    """

    kind: BookKind
    choice: Choice
    mark: str
    connection: str
    others: frozenset[int] | None = None
    netting: bool = False
    returned: frozenset[int] = frozenset()


class Billed(Protocol):
    """Whom it is billed to: ids of Odoo."""

    @property
    def company_id(self) -> int: ...

    @property
    def partners(self) -> Collection[int]: ...


def choose(kind: BookKind, rules: Sequence[PostingRule], books: Billed) -> Choice:
    """The first rule that fits decides; without one it is for people."""
    for rule in rules:
        fits_company = rule.company_id in (None, books.company_id)
        if rule.kind == kind and fits_company and (rule.partner_id is None or rule.partner_id in books.partners):
            return Choice(rule.when, rule.posted)
    return Choice(When.BY_HAND)


def following(asked: Asked, books: OrderBooks) -> Next:
    """What to do about the books as they are now. Raises what stands against it: a case for a person."""
    ours = _ours(asked, books)
    if ours is not None:
        return ours
    if asked.choice.when == When.BY_HAND:
        return Next(Step.NOTHING, None, "for people to do, no rule says otherwise")
    if asked.choice.when == When.ON_COMPLETION and _unfinished(asked.kind, books):
        return Next(Step.NOTHING, None, f"waits for the rest of {books.name}")
    if books.state == "cancel":
        return _of_what_is_cancelled(asked, books)
    return _of_what_is_open(asked, books)


def made(books: OrderBooks, others: frozenset[int], kind: BookKind) -> Entry | None:
    """The newest entry that was not there before, in whichever direction it came out."""
    sides = ("in_invoice", "in_refund") if kind == BookKind.VENDOR_BILL else ("out_invoice", "out_refund")
    new = [one for one in books.entries if one.id not in others and one.kind in sides and one.state != "cancel"]
    return new[-1] if new else None


def differences(
    after: OrderBooks, entry: Entry, opened: Mapping[int, Decimal] | None, others: frozenset[int] | None = None
) -> list[str]:
    """What an entry bills otherwise than was ``opened`` by line, and moved since, at the order's prices; for people.

    ``opened`` None: nobody remembers; then only that no more is billed than has moved. ``others``: ids of what was
    there when we looked.
    """
    found = [text for line in after.lines for text in _line_differs(line, entry, opened)]
    found += [text for line in after.lines for text in _too_much(line, entry, after, opened, others)]
    if entry.currency != after.currency:
        found.append(f"in {entry.currency} instead of {after.currency}")
    return found


def _line_differs(line: OrderedLine, entry: Entry, opened: Mapping[int, Decimal] | None) -> Iterator[str]:
    billed, name = entry.booked(line.id), line.sku or f"line {line.id}"
    wanted = opened.get(line.id, Decimal(0)) if opened is not None else billed
    if billed != wanted and not _moved_meanwhile(line, billed, wanted):
        yield f"{billed:f} of {name} instead of {wanted:f}"
    for share in entry.lines:
        if share.order_line_id == line.id and (share.price, share.discount) != (line.price, line.discount):
            asked = f"{line.price:f} less {line.discount:f} %"
            yield f"{name} at {share.price:f} less {share.discount:f} % instead of {asked}"


def _too_much(
    line: OrderedLine,
    entry: Entry,
    after: OrderBooks,
    opened: Mapping[int, Decimal] | None,
    others: frozenset[int] | None,
) -> Iterator[str]:
    """Goods that came back since we looked were billed all the same: they are credited."""
    billed = entry.booked(line.id)
    if billed <= 0 or line.by_order or line.booked <= line.moved:
        return
    came_back = opened is not None and billed == opened.get(line.id) and others is not None
    if not came_back or _billed_by_others(line, entry, after, others or frozenset()):
        yield f"{line.booked:f} of {line.sku or f'line {line.id}'} billed in all, {line.moved:f} moved"


def _billed_by_others(line: OrderedLine, entry: Entry, after: OrderBooks, known: frozenset[int]) -> bool:
    """Since we looked."""
    new = [one for one in after.entries if one.id not in {*known, entry.id} and one.state != "cancel"]
    return any(one.booked(line.id) > 0 for one in new)


def _moved_meanwhile(line: OrderedLine, billed: Decimal, wanted: Decimal) -> bool:
    """More left, or came back, between our look and Odoo's making of it: then nothing is billed that did not move."""
    grown = billed > wanted if wanted > 0 else billed < wanted
    return not line.open or (grown and line.open * wanted > 0)


def _ours(asked: Asked, books: OrderBooks) -> Next | None:
    """What a try of ours has left there."""
    live = [entry for entry in books.entries if entry.state != "cancel"]
    marked = next((entry for entry in live if asked.mark in entry.origin), None)
    if marked is not None:
        return Next(Step.CHECK if marked.state == "draft" else Step.FOUND, marked)
    if asked.others is None:
        return None
    new = made(books, asked.others, asked.kind)
    return Next(Step.MARK, new) if new is not None and new.ours and new.origin == books.name else None


def _unfinished(kind: BookKind, books: OrderBooks) -> bool:
    return books.returning if kind == BookKind.CREDIT_NOTE else books.outstanding


def _of_what_is_cancelled(asked: Asked, books: OrderBooks) -> Next:
    """Odoo says that nothing is open of a cancelled order, whatever moved of it."""
    sign = -1 if asked.kind == BookKind.CREDIT_NOTE else 1
    if any((line.moved - line.booked) * sign > 0 for line in books.lines):
        raise _against("CD-8107", asked, books)
    return Next(Step.NOTHING, None, f"{books.name} is cancelled, and as much is billed of it as moved")


def _of_what_is_open(asked: Asked, books: OrderBooks) -> Next:
    """Odoo makes one document of all that is open: with both signs, one that nets them."""
    sign = -1 if asked.kind == BookKind.CREDIT_NOTE else 1
    wanted, other = _lines(books, sign), _lines(books, -sign)
    if not wanted:
        return _covered(asked, books)
    if other and not asked.netting:
        raise _against("CD-8106", asked, books, lines=_named(wanted), others=_named(other))
    return Next(Step.MAKE)


def _covered(asked: Asked, books: OrderBooks) -> Next:
    """Nothing is open: something covers it, or Odoo bills these products otherwise."""
    _check_credit_by_order(asked, books)
    entries = [entry for entry in books.entries if entry.kind == MADE[asked.kind] and entry.state != "cancel"]
    latest = entries[-1] if entries else None
    if latest is not None and latest.state == "draft" and asked.choice.posted:
        raise _against("CD-8105", asked, books, entry=latest.name or f"draft {latest.id}")
    return Next(Step.NOTHING, latest, f"covered by {latest.name}" if latest else "nothing is open")


def _check_credit_by_order(asked: Asked, books: OrderBooks) -> None:
    """What is billed by the ordered quantity stays billed when it comes back."""
    stuck = [line.sku for line in books.lines if line.by_order and line.id in asked.returned and line.booked > 0]
    if asked.kind == BookKind.CREDIT_NOTE and stuck:
        raise _against("CD-8108", asked, books, lines=", ".join(stuck))


def _lines(books: OrderBooks, sign: int) -> list[OrderedLine]:
    return [line for line in books.lines if line.open * sign > 0]


def _named(lines: Sequence[OrderedLine]) -> str:
    return ", ".join(f"{abs(line.open):f} {line.sku}" for line in lines)


def _against(code: str, asked: Asked, books: OrderBooks, **more: object) -> IntegrationError:
    about: dict[str, Any] = {
        "connection": asked.connection,
        "company": books.company_id,
        "order": books.name,
        "event": asked.mark,
        "what": NAMES[asked.kind],
    }
    kind = RuleHold if code == "CD-8106" else Rejected
    return kind(code, **{**about, **more})
