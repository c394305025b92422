"""What it takes to ask 500 rules about one order: its facts read off the documents, and every condition asked."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from statistics import median

from integration.canonical.base import Money
from integration.rules.business import facts
from integration.rules.business.deciding import Rule, decide
from integration.rules.business.examples import AT
from integration.rules.business.facts import Subject
from integration.rules.business.outcomes import Hold, RuleKind, Why
from tests.bench.report import Row, at_most, figure
from tests.unit.rules.make import move, order, picking

MANY = 500
MOST_MS = 2.0
TIMES = 100  # in a round
# As people write them; none of them matches, so that all are asked.
CONDITIONS = (
    'order.value > decimal({n}000) && order.currency == "EUR"',
    '"Tag {n}" in customer.tags || customer.country == "X{n}"',
    'delivery.products.exists(p, p.startsWith("P{n}-"))',
    '"P{n}" in delivery.quantities && delivery.quantities["P{n}"] >= decimal("12.5")',
    'ship_to.country != "GB" && ship_to.postcode.matches("^{n}[0-9]+$")',
    'order.promised_at > now + duration("{n}h")',
)


class Rules:
    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        rules = [_rule(number) for number in range(MANY)]
        subject = _subject()
        started = time.perf_counter()
        _decided(rules, subject)
        first = (time.perf_counter() - started) * 1000
        took = []
        for number in range(rounds):
            took.append(median(_decided(rules, subject) for _ in range(TIMES)))
            tell(f"rules {number + 1}: {MANY} about one order in {took[-1]:.2f} ms")
        return [
            at_most("rules", f"{MANY} rules about one order", "ms", took, MOST_MS),
            figure("rules", "the first time, with every condition compiled", "ms", [first]),
        ]


def _decided(rules: list[Rule], subject: Subject) -> float:
    """Milliseconds of this process."""
    started = time.process_time()
    decision = decide(RuleKind.HOLD, rules, facts.of(subject), AT)
    took = (time.process_time() - started) * 1000
    if len(decision.asked) != MANY or decision.matched or decision.unasked:
        raise RuntimeError("a rule was not asked, or matched")
    return took


def _rule(number: int) -> Rule:
    condition = CONDITIONS[number % len(CONDITIONS)].format(n=number + 100)
    return Rule(number, 1, RuleKind.HOLD, number, f"Rule {number}", condition, Hold(why=Why.OTHER))


def _subject() -> Subject:
    """An order of twenty lines."""
    lines = [move(number, sku=f"SKU-{number}", category="All / Tools") for number in range(20)]
    ordered = order(
        commitment_at=datetime(2026, 3, 3, tzinfo=UTC),
        ordered_at=AT,
        total=Money(amount=Decimal("1250.50"), currency="EUR"),
    )
    return Subject(ordered, picking(*lines), "Main warehouse", AT)
