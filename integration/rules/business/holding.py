"""From what the rules say to what stops an order: one cause for each rule that holds it, until a person lets it go."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from integration.canonical.erp import Order
from integration.errors import ConfigurationError, Permanent, RuleHold
from integration.rules.business.deciding import Decision, Rule, told_of
from integration.rules.business.facts import Facts
from integration.rules.business.outcomes import CODES, REST_HELD, UNASKED, Hold

LONGEST = 500  # of the facts in a case


def mark(order: Order) -> str:
    """Of what a person has looked at who lets the order go: when it changes, he is asked again.

    What left of it and what is reserved are no part of it, nor is what the customer owes by now.
    """
    asked: defaultdict[tuple[int, int], Decimal] = defaultdict(Decimal)
    leaving = [each for each in order.pickings if each.code == "outgoing" and each.return_of is None]
    for move in (move for each in leaving for move in each.moves if move.state != "cancel"):
        asked[move.sale_line_id or 0, move.product_id] += move.demand
    goods = sorted((key, f"{quantity.normalize():f}") for key, quantity in asked.items())
    places = sorted({repr(each.ship_to) for each in leaving if each.state != "cancel"})
    terms = (order.customer_id, order.total, order.tags, order.payment_terms, order.customer_reference)
    return hashlib.sha256(repr((terms, order.commitment_at, goods, places)).encode()).hexdigest()[:16]


def source(rule: Rule, connection: int, order: Order) -> str:
    """What a person's word is kept under: this version of the rule, and of the order."""
    return f"hold/{connection}/{order.id}/{rule.id}.{rule.version}/{mark(order)}"


def causes(
    decision: Decision, facts: Facts, sources: Mapping[int, str], let_go: Iterable[str], about: Mapping[str, Any]
) -> list[Permanent]:
    """``sources``: by rule; ``let_go``: those of them that a person has let go; ``about``: names the order."""
    gone = frozenset(let_go)
    held: list[Permanent] = [
        _held(rule, rule.outcome, facts, sources[rule.id], about)
        for rule in decision.matched
        if isinstance(rule.outcome, Hold) and sources[rule.id] not in gone
    ]
    return held + unasked(decision, about)


def unasked(decision: Decision, about: Mapping[str, Any]) -> list[Permanent]:
    return [
        ConfigurationError(UNASKED, **about, rule=each.rule.id, name=each.rule.name, detail=each.why)
        for each in decision.unasked
    ]


def _held(rule: Rule, says: Hold, facts: Facts, where: str, about: Mapping[str, Any]) -> RuleHold:
    ask = f"{says.ask.rstrip('. ')}. " if says.ask.strip() else ""
    return _hold(CODES[says.why], rule, facts, where, about, ask)


def rest(rule: Rule, facts: Facts, where: str, about: Mapping[str, Any]) -> RuleHold:
    """A backorder, of a rule that holds the rest. ``where``: its source."""
    return _hold(REST_HELD, rule, facts, where, about, "")


def _hold(code: str, rule: Rule, facts: Facts, where: str, about: Mapping[str, Any], ask: str) -> RuleHold:
    found = "; ".join(f"{name}: {value or '-'}" for name, value in told_of(rule, facts).items())
    named: dict[str, Any] = {"rule": rule.id, "rule_version": rule.version, "name": rule.name, "source": where}
    return RuleHold(code, **about, **named, facts=found[:LONGEST] or "-", ask=ask)
