"""Asks our rules about a delivery that is ready to be released, and keeps what they said."""

import hashlib
import json
from collections.abc import Mapping, Sequence
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
from integration.rules.business.outcomes import Allocation, Priority, RuleKind, Ship
from integration.rules.release import USUAL, Ways

FIRST = (RuleKind.SHIP, RuleKind.PRIORITY, RuleKind.WAVE, RuleKind.ALLOCATION)


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


@dataclass(slots=True)
class _Judge:
    """One delivery before its rules."""

    delivery: Delivery
    seen: Facts
    now: datetime
    kept: list[Kept] = field(default_factory=list)
    against: list[Permanent] = field(default_factory=list)

    def held(self, rules: Sequence[Rule]) -> None:
        order, erp, seen = self.delivery.order, self.delivery.warehouse.erp, self.seen
        decision = decide(RuleKind.HOLD, rules, seen, self.now)
        sources = {rule.id: holding.source(rule, erp.pk, order) for rule in decision.matched}
        gone = business.let_go(list(sources.values()))
        self.against += holding.causes(decision, seen, sources, gone, self._about())
        self._keep(decision, {rule for rule, source in sources.items() if source in gone})

    def said(self, kind: RuleKind, rules: Sequence[Rule]) -> Rule | None:
        """The rule that decides, of a kind whose first one does."""
        decision = decide(kind, rules, self.seen, self.now)
        self.against += holding.unasked(decision, self._about())
        self._keep(decision, set())
        return next(iter(decision.matched), None)

    def _about(self) -> Mapping[str, Any]:
        warehouse = self.delivery.warehouse
        return {"connection": warehouse.erp.name, "company": warehouse.company_id, "order": self.delivery.order.name}

    def _keep(self, decision: Decision, let_go: set[int]) -> None:
        self.kept.append(Kept(row_of(self.delivery, decision, let_go)))


def judge(delivery: Delivery) -> Judged:
    """Nothing, where there are no rules. ``now`` is this machine's: rules go by hours and days."""
    rules = configuration.order_rules(delivery.warehouse.erp_id, delivery.warehouse.pk)
    if not any(rules.values()):
        return Judged()
    now = datetime.now(UTC)
    times = configuration.times_of(delivery.warehouse.pk)
    clock = times.clock(carrier_of(delivery.picking), now)
    subject = Subject(delivery.order, delivery.picking, delivery.warehouse.name, now, clock)
    judge = _Judge(delivery, business_facts.of(subject), now)
    if rules[RuleKind.HOLD]:
        judge.held(rules[RuleKind.HOLD])
    first = {kind: judge.said(kind, rules[kind]) for kind in FIRST if rules[kind]}
    ways = _ways(first.get(RuleKind.SHIP), first.get(RuleKind.PRIORITY))
    rank = _rank(first.get(RuleKind.ALLOCATION))
    return Judged(judge.kept, judge.against, ways, first.get(RuleKind.WAVE), rank)


def _ways(ship: Rule | None, soon: Rule | None) -> Ways:
    how = ship.outcome if ship is not None and isinstance(ship.outcome, Ship) else Ship()
    priority = soon.outcome.priority if soon is not None and isinstance(soon.outcome, Priority) else 0
    return Ways(how, priority, ship.name if ship else "")


def _rank(rule: Rule | None) -> int:
    return rule.outcome.rank if rule is not None and isinstance(rule.outcome, Allocation) else 0


def row_of(delivery: Delivery, decision: Decision, let_go: set[int]) -> OrderDecision:
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
        facts=decision.told,
        key=hashlib.sha256(said.encode()).hexdigest()[:32],
    )


def _named(rule: Rule) -> dict[str, Any]:
    return {"rule": rule.id, "version": rule.version, "name": rule.name}
