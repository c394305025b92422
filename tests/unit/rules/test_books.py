"""When is an invoice, a bill or a credit note made, and what stands against it?"""

from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.books import Entry, EntryLine, OrderBooks, OrderedLine
from integration.errors import IntegrationError
from integration.rules.posting import (
    Asked,
    BookKind,
    Choice,
    PostingRule,
    Step,
    When,
    choose,
    differences,
    following,
    made,
)

D = Decimal
MARK = "WH/OUT/1 (S-1)"
POSTED = Choice(When.ON_MOVE, posted=True)


def line(number: int = 1, opened: str = "2", **given: Any) -> OrderedLine:
    usual: dict[str, Any] = {"sku": f"SKU-{number}", "ordered": D(5), "moved": D(2), "booked": D(0), "price": D(10)}
    return OrderedLine(**{"id": number, "open": D(opened), **usual, **given})


def entry(number: int = 9, state: str = "draft", **given: Any) -> Entry:
    share = EntryLine(order_line_id=1, quantity=D(2), price=D(10))
    usual: dict[str, Any] = {"kind": "out_invoice", "origin": "S1", "ours": True, "currency": "USD", "lines": (share,)}
    return Entry(**{"id": number, "state": state, **usual, **given})


def books(*lines: OrderedLine, entries: tuple[Entry, ...] = (), **given: Any) -> OrderBooks:
    usual: dict[str, Any] = {"model": "sale.order", "id": 3, "name": "S1", "state": "sale", "company_id": 1}
    return OrderBooks(**{**usual, "currency": "USD", "partners": (7, 70), "lines": lines, "entries": entries, **given})


def asked(kind: BookKind = BookKind.INVOICE, choice: Choice = POSTED, **given: Any) -> Asked:
    return Asked(kind, choice, MARK, "Odoo", **given)


@pytest.mark.parametrize(
    ("rules", "chosen"),
    [
        ((), Choice(When.BY_HAND)),
        ((PostingRule(BookKind.CREDIT_NOTE, When.ON_MOVE),), Choice(When.BY_HAND)),
        ((PostingRule(BookKind.INVOICE, When.ON_MOVE, True),), POSTED),
        ((PostingRule(BookKind.INVOICE, When.ON_MOVE, True, company_id=2),), Choice(When.BY_HAND)),
        ((PostingRule(BookKind.INVOICE, When.ON_MOVE, True, company_id=1, partner_id=70),), POSTED),
        (
            (
                PostingRule(BookKind.INVOICE, When.ON_COMPLETION, partner_id=8),
                PostingRule(BookKind.INVOICE, When.BY_HAND, partner_id=7),
                PostingRule(BookKind.INVOICE, When.ON_MOVE, True),
            ),
            Choice(When.BY_HAND),
        ),
    ],
)
def test_the_first_rule_that_fits_decides(rules: tuple[PostingRule, ...], chosen: Choice) -> None:
    assert choose(BookKind.INVOICE, rules, books()) == chosen


DRAFT, THERE = entry(origin=f"S1, {MARK}"), entry(state="posted", origin=f"S1, {MARK}")


@pytest.mark.parametrize(
    ("wanted", "known", "step", "about"),
    [
        (asked(), books(line()), Step.MAKE, None),
        (asked(), books(line(opened="0")), Step.NOTHING, None),
        (asked(), books(line(opened="0"), entries=(entry(8, "posted"),)), Step.NOTHING, 8),
        (asked(), books(line(), entries=(DRAFT,)), Step.CHECK, 9),
        (asked(), books(line(), entries=(THERE,)), Step.FOUND, 9),
        (asked(), books(line(), entries=(entry(state="cancel", origin=f"S1, {MARK}"),)), Step.MAKE, None),
        (asked(others=frozenset()), books(line(opened="0"), entries=(entry(),)), Step.MARK, 9),
        (asked(others=frozenset([9])), books(line(), entries=(entry(state="posted"),)), Step.MAKE, None),
        (asked(others=frozenset()), books(line(), entries=(entry(ours=False),)), Step.MAKE, None),
        (asked(choice=Choice(When.BY_HAND)), books(line()), Step.NOTHING, None),
        (asked(choice=Choice(When.ON_COMPLETION)), books(line(), outstanding=True), Step.NOTHING, None),
        (asked(choice=Choice(When.ON_COMPLETION)), books(line(), returning=True), Step.MAKE, None),
        (
            asked(BookKind.CREDIT_NOTE, Choice(When.ON_COMPLETION)),
            books(line(opened="-1"), returning=True),
            Step.NOTHING,
            None,
        ),
        (asked(BookKind.CREDIT_NOTE), books(line(opened="-1")), Step.MAKE, None),
        (asked(BookKind.CREDIT_NOTE), books(line()), Step.NOTHING, None),
        (asked(netting=True), books(line(), line(2, "-1")), Step.MAKE, None),
        (asked(), books(line(opened="0", booked=D(2)), state="cancel"), Step.NOTHING, None),
        (asked(), books(line(opened="0", moved=D(0)), state="cancel"), Step.NOTHING, None),
        (asked(BookKind.CREDIT_NOTE), books(line(opened="0"), state="cancel"), Step.NOTHING, None),
    ],
)
def test_what_follows_from_the_books_as_they_are(
    wanted: Asked, known: OrderBooks, step: Step, about: int | None
) -> None:
    found = following(wanted, known)
    assert (found.step, found.entry.id if found.entry else None) == (step, about)


@pytest.mark.parametrize(
    ("wanted", "known", "told"),
    [
        (asked(), books(line(opened="0"), entries=(entry(ours=False, name="INV/1"),)), "CD-8105"),
        (asked(), books(line(), line(2, "-1")), "CD-8106"),
        (asked(), books(line(opened="0"), state="cancel"), "CD-8107"),
        (asked(), books(line(opened="0", booked=D(1)), state="cancel"), "CD-8107"),
        (asked(BookKind.CREDIT_NOTE), books(line(opened="0", booked=D(3)), state="cancel"), "CD-8107"),
        (
            asked(BookKind.CREDIT_NOTE, returned=frozenset([1])),
            books(line(opened="0", by_order=True, booked=D(5))),
            "CD-8108",
        ),
    ],
)
def test_what_stands_against_it(wanted: Asked, known: OrderBooks, told: str) -> None:
    with pytest.raises(IntegrationError) as caught:
        following(wanted, known)
    assert caught.value.code == told
    assert "not known" not in caught.value.cause + caught.value.fix


def test_both_ways_at_once_says_which_lines() -> None:
    with pytest.raises(IntegrationError) as caught:
        following(asked(), books(line(), line(2, "-1")))
    assert "2 SKU-1 are open for the invoice; Odoo would put 1 SKU-2 on the same" in caught.value.cause


@pytest.mark.parametrize(
    ("lines", "share", "wrong"),
    [
        ((line(booked=D(2)),), {}, []),
        ((line(booked=D(1), open=D(1)),), {"quantity": D(1)}, ["1 of SKU-1 instead of 2"]),
        ((line(moved=D(5), booked=D(5), open=D(0)),), {"quantity": D(5)}, []),
        ((line(moved=D(6), booked=D(5), open=D(1)),), {"quantity": D(5)}, []),
        ((line(moved=D(1), booked=D(1), open=D(0)),), {"quantity": D(1)}, []),
        (
            (line(booked=D(3), open=D(-1)),),
            {"quantity": D(3)},
            ["3 of SKU-1 instead of 2", "3 of SKU-1 billed in all, 2 moved"],
        ),
        ((line(booked=D(3)),), {}, ["3 of SKU-1 billed in all, 2 moved"]),
        ((line(booked=D(3), by_order=True),), {}, []),
        ((line(booked=D(2)),), {"price": D(9)}, ["SKU-1 at 9 less 0 % instead of 10 less 0 %"]),
        ((line(booked=D(2), discount=D(5)),), {}, ["SKU-1 at 10 less 0 % instead of 10 less 5 %"]),
    ],
)
def test_a_document_is_held_against_what_was_open(
    lines: tuple[OrderedLine, ...], share: dict[str, Decimal], wrong: list[str]
) -> None:
    part = EntryLine(**{"order_line_id": 1, "quantity": D(2), "price": D(10), **share})  # type: ignore[arg-type]
    assert differences(books(*lines), entry(lines=(part,)), {1: D(2)}) == wrong


@pytest.mark.parametrize(
    ("entries", "others", "wrong"),
    [
        ((), frozenset([3]), []),
        ((entry(3, "posted"),), frozenset([3]), []),
        ((entry(10, "cancel"),), frozenset([3]), []),
        ((entry(10, "posted"),), frozenset([3]), ["4 of SKU-1 billed in all, 1 moved"]),
        ((), None, ["4 of SKU-1 billed in all, 1 moved"]),
    ],
)
def test_what_came_back_since_is_billed_and_then_credited_unless_somebody_else_billed_it_too(
    entries: tuple[Entry, ...], others: frozenset[int] | None, wrong: list[str]
) -> None:
    after = books(line(moved=D(1), booked=D(4), open=D(-3)), entries=(*entries, entry()))
    assert differences(after, entry(), {1: D(2)}, others) == wrong


def test_another_currency_is_a_difference() -> None:
    assert differences(books(line(booked=D(2))), entry(currency="EUR"), None) == ["in EUR instead of USD"]


def test_a_credit_note_counts_below_zero() -> None:
    assert entry(kind="out_refund").booked(1) == -2
    assert made(books(entries=(entry(kind="out_refund"),)), frozenset(), BookKind.INVOICE) is not None
    assert made(books(entries=(entry(kind="in_invoice"),)), frozenset(), BookKind.INVOICE) is None
