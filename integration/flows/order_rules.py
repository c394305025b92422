"""Asks our rules about a delivery that is ready to be released, and keeps what they said."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from integration.errors import Permanent
from integration.flows.releases import Delivery
from integration.jobs import business, configuration
from integration.models import OrderDecision
from integration.rules.business import facts as business_facts
from integration.rules.business import holding
from integration.rules.business.deciding import Decision, Rule, decide
from integration.rules.business.facts import Facts, Subject, carrier_of
from integration.rules.business.outcomes import Allocation, Outcome, Priority, Remaining, Rest, RuleKind, Ship
from integration.rules.release import USUAL, Ways

# Kinds whose first rule decides, beside where it leaves from.
FIRST = (RuleKind.SHIP, RuleKind.PRIORITY, RuleKind.REST, RuleKind.WAVE, RuleKind.ALLOCATION)
LONGEST = 500
LetGo = Callable[[Sequence[str]], set[str]]  # of these, those that a person has let go


@dataclass(frozen=True, slots=True)
class Kept:
    """One decision to be kept with the order."""

    row: OrderDecision

    def commit(self) -> None:
        business.remember(self.row)


@dataclass(frozen=True, slots=True)
class Judged:
    """What our rules say of a delivery. ``against``: what stops it; ``ways``: how it is shipped, and how soon.

    ``wave``: the rule that puts it into one; ``rank``: its place among the others there.
    """

    kept: Sequence[Kept] = ()
    against: Sequence[Permanent] = ()
    ways: Ways = USUAL
    wave: Rule | None = None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """``rule``: the one that says where a delivery leaves from; ``kept``: what was decided beside that; ``against``:
    what stops it."""

    decision: Decision
    rule: Rule | None
    kept: Sequence[Kept] = ()
    against: Sequence[Permanent] = ()


@dataclass(slots=True)
class _Judge:
    """One delivery before its rules. ``now``: by which it goes whether a rule counts; ``let_go``: what a person has."""

    delivery: Delivery
    seen: Facts
    now: datetime
    let_go: LetGo
    kept: list[Kept] = field(default_factory=list)
    against: list[Permanent] = field(default_factory=list)

    def held(self, rules: Sequence[Rule]) -> None:
        order, erp, seen = self.delivery.order, self.delivery.warehouse.erp, self.seen
        decision = decide(RuleKind.HOLD, rules, seen, self.now)
        sources = {rule.id: holding.source(rule, erp.pk, order) for rule in decision.matched}
        gone = self.let_go(list(sources.values()))
        self.against += holding.causes(decision, seen, sources, gone, self._about())
        self._keep(decision, {rule for rule, source in sources.items() if source in gone})

    def said(self, kind: RuleKind, rules: Sequence[Rule]) -> Rule | None:
        """The rule that decides, of a kind whose first one does."""
        decision = decide(kind, rules, self.seen, self.now)
        self.against += holding.unasked(decision, self._about())
        self._keep(decision, set())
        return next(iter(decision.matched), None)

    def unasked(self, decision: Decision) -> None:
        self.against += holding.unasked(decision, self._about())
        self._keep(decision, set())

    def nothing(self, decision: Decision) -> None:
        """No rule said anything: that is kept, too."""
        self._keep(decision, set())

    def rest_held(self, rule: Rule) -> None:
        """A backorder, of a rule that holds the rest."""
        is_rest = self.delivery.picking.backorder_of is not None
        if not (is_rest and isinstance(rule.outcome, Rest) and rule.outcome.backorder == Remaining.HOLD):
            return
        source = holding.source(rule, self.delivery.warehouse.erp.pk, self.delivery.order)
        if not self.let_go([source]):
            self.against.append(holding.rest(rule, self.seen, source, self._about()))

    def _about(self) -> Mapping[str, Any]:
        warehouse = self.delivery.warehouse
        return {"connection": warehouse.erp.name, "company": warehouse.company_id, "order": self.delivery.order.name}

    def _keep(self, decision: Decision, let_go: set[int]) -> None:
        self.kept.append(Kept(row_of(self.delivery, decision, let_go)))


def judge(delivery: Delivery) -> Judged:
    """Nothing, where there are no rules. ``now`` is this machine's: rules go by hours and days."""
    now = datetime.now(UTC)
    return judge_as_of(delivery, now, now, business.let_go)


def judge_as_of(delivery: Delivery, at: datetime, now: datetime, let_go: LetGo) -> Judged:
    """``at``: the moment of the decision, which conditions ask for; ``now``: by which it goes whether a rule counts."""
    rules = _rules(delivery)
    if not any(rules[kind] for kind in (RuleKind.HOLD, *FIRST)):
        return Judged()
    judge = _judge(delivery, at, now, let_go)
    if rules[RuleKind.HOLD]:
        judge.held(rules[RuleKind.HOLD])
    first = {kind: judge.said(kind, rules[kind]) for kind in FIRST if rules[kind]}
    rest = first.get(RuleKind.REST)
    if rest is not None:
        judge.rest_held(rest)
    ways = _ways(first.get(RuleKind.SHIP), first.get(RuleKind.PRIORITY), rest)
    rank = _rank(first.get(RuleKind.ALLOCATION))
    return Judged(judge.kept, judge.against, ways, first.get(RuleKind.WAVE), rank)


def route(delivery: Delivery) -> Asked | None:
    """Where it is to leave from; what holds the order holds it in its place. None: no rule wants it elsewhere."""
    rules = _rules(delivery)
    if not rules[RuleKind.ROUTE]:
        return None
    now = datetime.now(UTC)
    judge = _judge(delivery, now, now, business.let_go)
    decision = decide(RuleKind.ROUTE, rules[RuleKind.ROUTE], judge.seen, judge.now)
    if decision.unasked:
        judge.unasked(decision)
    elif decision.matched and rules[RuleKind.HOLD]:
        judge.held(rules[RuleKind.HOLD])
    elif not decision.matched:
        judge.nothing(decision)
    kept = judge.kept if judge.against or not decision.matched else ()
    return Asked(decision, next(iter(decision.matched), None), kept, judge.against)


def route_as_of(delivery: Delivery, at: datetime, now: datetime) -> tuple[Outcome | None, list[str]]:
    """What the rules say of where it leaves from, and which of them cannot be asked. As ``judge_as_of``."""
    rules = _rules(delivery)[RuleKind.ROUTE]
    if not rules:
        return None, []
    decision = decide(RuleKind.ROUTE, rules, _judge(delivery, at, now, business.let_go).seen, now)
    return decision.outcome, [each.why for each in decision.unasked]


def keep_route(delivery: Delivery, asked: Asked, told: str) -> Kept:
    """``told``: which warehouse what leaves from."""
    return Kept(row_of(delivery, asked.decision, set(), {"goes to": told[:LONGEST]}))


def _rules(delivery: Delivery) -> dict[RuleKind, tuple[Rule, ...]]:
    return configuration.order_rules(delivery.warehouse.erp_id, delivery.warehouse.pk)


def _judge(delivery: Delivery, at: datetime, now: datetime, let_go: LetGo) -> _Judge:
    clock = configuration.times_of(delivery.warehouse.pk).clock(carrier_of(delivery.picking), at)
    subject = Subject(delivery.order, delivery.picking, delivery.warehouse.name, at, clock)
    return _Judge(delivery, business_facts.of(subject), now, let_go)


def _ways(ship: Rule | None, soon: Rule | None, rest: Rule | None) -> Ways:
    how = ship.outcome if ship is not None and isinstance(ship.outcome, Ship) else Ship()
    priority = soon.outcome.priority if soon is not None and isinstance(soon.outcome, Priority) else 0
    left = rest.outcome if rest is not None and isinstance(rest.outcome, Rest) else Rest()
    return Ways(how, priority, ship.name if ship else "", left)


def _rank(rule: Rule | None) -> int:
    return rule.outcome.rank if rule is not None and isinstance(rule.outcome, Allocation) else 0


def row_of(
    delivery: Delivery, decision: Decision, let_go: set[int], more: Mapping[str, str] | None = None
) -> OrderDecision:
    matched = [
        {**_named(rule), "says": rule.outcome.model_dump(mode="json"), "let_go": rule.id in let_go}
        for rule in decision.matched
    ]
    unasked = [{**_named(each.rule), "why": each.why} for each in decision.unasked]
    said = json.dumps([matched, unasked], sort_keys=True)  # facts such as the time are never the same
    return OrderDecision(
        document=delivery.parent,
        warehouse=delivery.warehouse,
        release=delivery.picking.name,
        kind=decision.kind.value,
        asked=len(decision.asked),
        matched=matched,
        unasked=unasked,
        facts=decision.told | dict(more or {}),
        key=hashlib.sha256(said.encode()).hexdigest()[:32],
    )


def _named(rule: Rule) -> dict[str, Any]:
    return {"rule": rule.id, "version": rule.version, "name": rule.name}
