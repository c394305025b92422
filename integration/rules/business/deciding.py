"""What the rules of one kind say about one delivery. Deterministic: the same rules, facts and moment say the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from integration.rules.business import conditions
from integration.rules.business.conditions import Answer
from integration.rules.business.facts import BY_NAME, Facts
from integration.rules.business.outcomes import KINDS, Outcome, RuleKind

AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that is switched on, as of one of its versions. ``since``, ``until``: when it counts; None: always."""

    id: int
    version: int
    kind: RuleKind
    position: int
    name: str
    condition: str
    outcome: Outcome
    since: datetime | None = None
    until: datetime | None = None

    def counts(self, now: datetime) -> bool:
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Unasked:
    """A rule whose condition could not be asked, and why."""

    rule: Rule
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """``asked``: the rules whose condition was asked, in their order; ``matched``: those that said something.

    With ``unasked`` nothing is decided: what such a rule would have said, nobody knows.
    """

    kind: RuleKind
    asked: tuple[Rule, ...]
    matched: tuple[Rule, ...]
    unasked: tuple[Unasked, ...]
    told: dict[str, str]

    @property
    def outcome(self) -> Outcome | None:
        """Of a kind whose first rule decides."""
        return self.matched[0].outcome if self.matched and not self.unasked else None


def decide(kind: RuleKind, rules: Sequence[Rule], facts: Facts, now: datetime) -> Decision:
    """``rules``: of this kind. They are asked by their position; of two at one place, the older one comes first."""
    asked: list[Rule] = []
    matched: list[Rule] = []
    unasked: list[Unasked] = []
    for rule, answer in _answers(sorted((rule for rule in rules if rule.counts(now)), key=_place), facts):
        asked.append(rule)
        if answer.yes is None:
            unasked.append(Unasked(rule, answer.why))
        elif answer.yes:
            matched.append(rule)
        if not KINDS[kind].all and (matched or unasked):
            break
    found = [*matched, *(each.rule for each in unasked)]
    return Decision(kind, tuple(asked), tuple(matched), tuple(unasked), dict(_told(found, facts)))


def _place(rule: Rule) -> tuple[int, int]:
    return rule.position, rule.id


def _answers(rules: Sequence[Rule], facts: Facts) -> Iterator[tuple[Rule, Answer]]:
    activation = conditions.bound(facts)
    for start in range(0, len(rules), AT_ONCE):
        some = rules[start : start + AT_ONCE]
        yield from zip(some, conditions.all_asked(tuple(rule.condition for rule in some), activation), strict=True)


def _told(rules: Sequence[Rule], facts: Facts) -> Iterator[tuple[str, str]]:
    """The facts that these rules ask for, without what is a person's own."""
    for name in dict.fromkeys(name for rule in rules for name in conditions.names(rule.condition)):
        if name in facts.told and not BY_NAME[name].private:
            yield name, facts.told[name]


def told_of(rule: Rule, facts: Facts) -> dict[str, str]:
    return dict(_told([rule], facts))
