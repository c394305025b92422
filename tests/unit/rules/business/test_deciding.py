"""What rules say of one delivery: always the same, and one outcome where outcomes exclude each other."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from integration.canonical.base import Money
from integration.canonical.erp import Customer
from integration.errors import ConfigurationError, RuleHold
from integration.rules.business import holding
from integration.rules.business.deciding import Decision, Rule, decide
from integration.rules.business.examples import EXAMPLES
from integration.rules.business.facts import Subject, of
from integration.rules.business.outcomes import (
    CODES,
    Allocation,
    Hold,
    Priority,
    Remaining,
    Rest,
    Route,
    RuleKind,
    Ship,
    Wave,
    Why,
)
from tests.unit.rules.make import move, order, picking

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CONDITIONS = (
    "true",
    "false",
    'order.value > decimal("100.5")',
    '"VIP" in customer.tags',
    'ship_to.country == "GB"',
    "delivery.lines >= 2",
    "customer.owed > decimal(5)",  # not known of some
    'delivery.quantities["CHAIR"] > decimal(3)',  # breaks on some
    'order.ordered_at < now - duration("24h")',
)
ABOUT = {"connection": "Odoo", "company": 1, "order": "S00031"}


def rule(number: int, condition: str = "true", kind: RuleKind = RuleKind.HOLD, **more: object) -> Rule:
    outcome = {
        RuleKind.HOLD: Hold(why=Why.VALUE),
        RuleKind.SHIP: Ship(service=f"service {number}"),
        RuleKind.PRIORITY: Priority(priority=number % 10),
        RuleKind.ROUTE: Route(warehouses=(f"Place {number}",)),
        RuleKind.REST: Rest(backorder=Remaining.CANCEL),
        RuleKind.WAVE: Wave(times=("10:00",)),
        RuleKind.ALLOCATION: Allocation(rank=number % 100),
    }[kind]
    usual = {"id": number, "version": 1, "kind": kind, "position": number, "name": f"Rule {number}"}
    return Rule(**{**usual, "condition": condition, "outcome": outcome, **more})  # type: ignore[arg-type]


RULES = st.lists(
    st.builds(
        lambda condition, position, since, until: (condition, position, since, until),
        st.sampled_from(CONDITIONS),
        st.integers(0, 5),
        st.none() | st.integers(-3, 3),
        st.none() | st.integers(-3, 3),
    ),
    max_size=12,
)
ORDERS = st.builds(
    lambda value, tags, owed, lines: of(
        Subject(
            order(
                total=Money(amount=value, currency="EUR"),
                customer=Customer(tags=tuple(tags), owed=owed),
                ordered_at=NOW - timedelta(days=lines),
            ),
            picking(*(move(each, sku="CHAIR" if each else "GLUE") for each in range(lines))),
            "Main",
            NOW,
        )
    ),
    st.decimals(0, 1000, places=2),
    st.lists(st.sampled_from(["VIP", "Risky"]), max_size=2),
    st.none() | st.decimals(0, 10, places=2),
    st.integers(1, 3),
)


def made(drawn: list[tuple[str, int, int | None, int | None]], kind: RuleKind) -> list[Rule]:
    return [
        rule(number, condition, kind, position=position, since=_day(since), until=_day(until))
        for number, (condition, position, since, until) in enumerate(drawn)
    ]


def _day(offset: int | None) -> datetime | None:
    return None if offset is None else NOW + timedelta(days=offset)


@settings(max_examples=150, deadline=None)
@given(RULES, ORDERS, st.sampled_from(list(RuleKind)), st.randoms())
def test_the_same_rules_in_whatever_order_they_are_handed_say_the_same(
    drawn, facts, kind, chance: random.Random
) -> None:
    rules = made(drawn, kind)
    first = decide(kind, rules, facts, NOW)
    chance.shuffle(rules)
    assert decide(kind, rules, facts, NOW) == first


@settings(max_examples=150, deadline=None)
@given(RULES, ORDERS, st.sampled_from([kind for kind in RuleKind if kind != RuleKind.HOLD]))
def test_of_outcomes_that_exclude_each_other_the_first_that_matches_is_the_only_one(drawn, facts, kind) -> None:
    rules = made(drawn, kind)
    decision = decide(kind, rules, facts, NOW)
    assert len(decision.matched) + len(decision.unasked) <= 1
    assert (decision.outcome is None) == (not decision.matched)
    in_order = sorted((each for each in rules if each.counts(NOW)), key=lambda each: (each.position, each.id))
    assert list(decision.asked) == in_order[: len(decision.asked)], "those before it, and none behind it"
    alone = [decide(kind, [each], facts, NOW) for each in decision.asked]
    assert all(not each.matched and not each.unasked for each in alone[:-1])


@settings(max_examples=150, deadline=None)
@given(RULES, ORDERS)
def test_of_holds_each_says_what_it_says_alone(drawn, facts) -> None:
    rules = made(drawn, RuleKind.HOLD)
    decision = decide(RuleKind.HOLD, rules, facts, NOW)
    alone = {each.id: decide(RuleKind.HOLD, [each], facts, NOW) for each in rules if each.counts(NOW)}
    assert {each.id for each in decision.asked} == set(alone)
    assert {each.id for each in decision.matched} == {number for number, each in alone.items() if each.matched}
    assert {each.rule.id for each in decision.unasked} == {number for number, each in alone.items() if each.unasked}


def test_a_rule_counts_from_its_beginning_and_not_at_its_end() -> None:
    within = rule(1, since=NOW, until=NOW + timedelta(seconds=1))
    over = rule(2, until=NOW)
    assert decide(RuleKind.HOLD, [over, within], EXAMPLES[0], NOW).matched == (within,)


def test_a_rule_that_cannot_be_asked_decides_nothing_for_those_behind_it() -> None:
    broken = rule(1, "customer.owed > decimal(5)", RuleKind.PRIORITY)
    decision = decide(RuleKind.PRIORITY, [broken, rule(2, kind=RuleKind.PRIORITY)], of(subject()), NOW)
    assert (decision.outcome, decision.matched, [each.rule for each in decision.unasked]) == (None, (), [broken])


def subject(**given: object) -> Subject:
    return Subject(order(picking(), **given), picking(), "Main", NOW)


def causes(decision: Decision, let_go: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    sources = {each.id: f"source {each.id}" for each in decision.matched}
    found = holding.causes(decision, EXAMPLES[0], sources, let_go, ABOUT)
    return [(each.code, str(each.context["name"])) for each in found]


def test_each_hold_is_a_cause_under_the_code_of_what_it_is_about_until_it_is_let_go() -> None:
    rules = [rule(number, outcome=Hold(why=why)) for number, why in enumerate(Why)]
    decision = decide(RuleKind.HOLD, rules, EXAMPLES[0], NOW)
    assert causes(decision) == [(CODES[why], f"Rule {number}") for number, why in enumerate(Why)]
    assert causes(decision, ("source 0", "source 3")) == [
        (CODES[why], f"Rule {number}") for number, why in enumerate(Why) if number not in (0, 3)
    ]


def test_a_hold_and_a_rule_that_cannot_be_asked_are_told_as_what_they_are() -> None:
    rules = [rule(1), rule(2, "customer.owed > decimal(5)")]
    facts = of(subject())
    decision = decide(RuleKind.HOLD, rules, facts, NOW)
    held, unasked = holding.causes(decision, facts, {1: "somewhere"}, (), ABOUT)
    assert (type(held), type(unasked)) == (RuleHold, ConfigurationError)
    assert unasked.fingerprint == "CD-4028:Odoo:2"
    assert str(unasked) == "The rule Rule 2 cannot be asked about order S00031: customer.owed is not known."


def test_what_was_let_go_is_asked_again_when_the_order_asks_for_something_else() -> None:
    plain = order(picking(move(demand=Decimal(8))))
    same = (
        order(picking(move(demand=Decimal(8), state="done")), written_at=NOW + timedelta(days=1)),
        order(
            picking(move(demand=Decimal(3), state="done")),
            picking(move(319, sale_line_id=1318, demand=Decimal(5)), id=43),
        ),
        order(picking(move(demand=Decimal(8))), customer=Customer(owed=Decimal(9))),
    )
    other = (
        order(picking(move(demand=Decimal(9)))),
        order(picking(move(demand=Decimal(8)), ship_to=plain.pickings[0].ship_to.model_copy(update={"city": "York"}))),
        order(picking(move(demand=Decimal(8))), total=Money(amount=Decimal(1), currency="EUR")),
        order(picking(move(demand=Decimal(8))), customer_id=10),
        order(picking(move(demand=Decimal(8))), tags=("Fraud check",)),
    )
    assert {holding.mark(each) for each in same} == {holding.mark(plain)}
    assert holding.mark(plain) not in {holding.mark(each) for each in other}
