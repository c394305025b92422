"""Conditions are checked when they are saved: against the facts that there are, with the place of a mistake."""

import time
from decimal import Decimal

import pytest

from integration.rules.business import conditions, facts
from integration.rules.business.conditions import Answer, Mistake
from integration.rules.business.examples import EXAMPLES
from integration.rules.business.facts import BY_NAME, FACTS, Facts

EXACT = ' Write an exact number as decimal(1000) or decimal("12.50").'


def ask(condition: str, **values: object) -> Answer:
    seen = {name.replace("__", "."): facts.as_seen(value) for name, value in values.items()}
    known = {name: value for name, value in seen.items() if value is not None}
    return conditions.asked(condition, conditions.bound(Facts(known, {})))


@pytest.mark.parametrize(
    ("condition", "says", "line", "column"),
    [
        ("order.valu > decimal(3)", "There is no order.valu. Did you mean order.value?", 1, 1),
        ('order.number == "S1" &&\n  order.value > 3', f"> does not go with decimal and int.{EXACT}", 2, 15),
        ("order.value > 3.5", f"> does not go with decimal and double.{EXACT}", 1, 13),
        ("order.value > decimal(1.5)", f"decimal does not go with double.{EXACT}", 1, 22),
        ('order.value == "3"', f"== does not go with decimal and string.{EXACT}", 1, 13),
        ("order.promised_at > order.value", f"> does not go with timestamp and decimal.{EXACT}", 1, 19),
        ("order.value >", "It breaks off, or a sign is missing, before this place.", 1, 14),
        ("<b>", conditions.OUT_OF_PLACE, 1, 1),
        ("order.value", "It says decimal: a condition has to be true or false.", 1, 1),
        ('order.value > decimal("1e3")', conditions.WRONG_NUMBER, 1, 15),
        ('order.value > decimal("0.0000001")', conditions.WRONG_NUMBER, 1, 15),
        ("decimal(order.number) > decimal(1)", conditions.WRONG_NUMBER, 1, 1),
        ("customer.tags.map(t, t).size() > 0", "map cannot be used in a condition.", 1, 15),
        ('order.number + "x" == "y"', "+ does not go with string and string.", 1, 14),
        ("order.company * 2 == 4", "* cannot be used in a condition.", 1, 15),
        ("dyn(order.value) > 3", "There is no dyn. The list below has all names.", 1, 4),
        ("1.5 < 2.5", "< does not go with double and double.", 1, 5),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_plain_words_with_its_place(condition: str, says: str, line: int, column: int) -> None:
    assert conditions.check(condition) == Mistake(says, line, column)


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        (
            'delivery.quantities["CHAIR"] > decimal(1)',
            'It cannot be asked of every order: there is not always "CHAIR". Ask that first: "CHAIR" in'
            " delivery.quantities && ...",
        ),
        ("true || " * 300 + "true", "It is longer than 2000 characters: make two rules of it."),
        ("(" * 500 + "true" + ")" * 500, "It is too long or too deep: make two rules of it."),
    ],
)
def test_what_would_break_on_some_order_or_is_too_much_is_refused(condition: str, says: str) -> None:
    assert conditions.check(condition) == Mistake(says)


def test_a_cut_off_is_asked_for_only_where_there_is_one() -> None:
    says = "It cannot be asked of every order: delivery.next_cutoff is not known. Ask first whether there is one: "
    mistake = conditions.check('delivery.next_cutoff < now + duration("2h")')
    assert mistake == Mistake(f"{says}delivery.has_cutoff && ...")
    assert conditions.check('delivery.has_cutoff && delivery.next_cutoff < now + duration("2h")') is None


def test_the_place_is_pointed_at_under_its_line() -> None:
    condition = 'order.number == "S1" &&\n  order.value > 3'
    mistake = conditions.check(condition)
    assert mistake is not None
    assert mistake.pointed(condition) == "  order.value > 3\n              ^"


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_every_fact_can_be_asked_by_its_name_and_is_what_its_type_says(fact: facts.Fact) -> None:
    first = "delivery.has_cutoff && " if fact.name == "delivery.next_cutoff" else ""
    assert conditions.check(f"{first}{fact.name} == {fact.name}") is None
    assert fact.name in EXAMPLES[0].values


def test_quantities_and_money_are_compared_exactly() -> None:
    third = Decimal("0.1") + Decimal("0.2")
    assert ask('order.value == decimal("0.3")', order__value=third).yes is True
    most = Decimal("999999999999.999999")
    assert ask('order.value > decimal("999999999999.999998")', order__value=most).yes is True
    assert ask('order.value < decimal("999999999999.999999")', order__value=most).yes is False
    assert ask('delivery.quantities["A"] == decimal("2.5")', delivery__quantities={"A": Decimal("2.50")}).yes is True


def test_what_is_not_known_is_no_answer_unless_it_does_not_matter() -> None:
    assert ask("customer.owed > decimal(1)") == Answer(None, "customer.owed is not known.")
    assert ask('order.number == "S1" || customer.owed > decimal(1)', order__number="S1").yes is True
    assert ask("order.value > decimal(1)", order__value=Decimal(10) ** 13) == Answer(None, "order.value is not known.")


def test_a_hostile_condition_ends_soon_and_says_so() -> None:
    tags = [str(number) for number in range(500)]
    started = time.monotonic()
    answer = ask(
        "order.tags.all(a, order.tags.all(b, order.tags.all(c, a != b + c)))".replace("b + c", "c"), order__tags=tags
    )
    assert answer.yes is False or answer == Answer(None, "it takes too many steps.")
    slow = ask("order.tags.all(a, order.tags.all(b, order.tags.all(c, c != 'x')))", order__tags=tags)
    assert slow == Answer(None, "it takes too many steps.")
    assert ask('ship_to.street.matches("(a*)*b")', ship_to__street="a" * 500).yes is False
    assert time.monotonic() - started < 5


def test_asked_together_they_say_what_each_says_alone() -> None:
    some = (
        "order.company == 1 // ours",
        "order.company > 1",
        'order.number == "x"',
        "true) , (false",
        "customer.owed > decimal(1)",
    )
    activation = conditions.bound(Facts({"order.company": 1, "order.number": "x"}, {}))
    for asked in (some[:3], some, some[3:]):
        assert conditions.all_asked(asked, activation) == [conditions.asked(each, activation) for each in asked]
    assert [each.yes for each in conditions.all_asked(some, activation)] == [True, False, True, None, None]


def test_the_facts_that_a_condition_asks_for_are_named_but_not_those_in_texts() -> None:
    condition = 'order.value > decimal(1) && "customer.tags" != ship_to.city && now > order.ordered_at'
    assert conditions.names(condition) == ["order.value", "ship_to.city", "now", "order.ordered_at"]


def test_where_people_live_and_write_is_private() -> None:
    private = {name for name, fact in BY_NAME.items() if fact.private}
    assert private == {"order.reference", "ship_to.postcode", "ship_to.city", "ship_to.street", "ship_to.email"}
