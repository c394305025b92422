"""Rules about orders: kept with each of their versions, put into another order, and what waits for them woken."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from integration.jobs import acts, rows, waves
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.tree import changelog
from integration.jobs.tree.changelog import Told
from integration.jobs.tree.wrong import Wrong
from integration.models import Decision, OrderDecision, OrderRule, OrderRuleVersion, SyncJob
from integration.rules.business import conditions
from integration.rules.business.outcomes import LET_GO, RuleKind, outcome_of

NEEDS_TWO = "A second person has to approve where rules stand: change their positions in a file (manage.py config)."
SAID = ("name", "condition", "outcome", "enabled", "note")
# What they say decides whether, for which wave, and in which turn an order waits.
WAITED_WITH = (RuleKind.WAVE, RuleKind.PRIORITY, RuleKind.ALLOCATION)
MOMENTS = ("active_from", "active_to")
_TABLE = OrderDecision._meta.db_table
_KEPT = f"""(document_id, release, kind, key)
DO UPDATE SET last_at = now(), times = {_TABLE}.times + 1, asked = EXCLUDED.asked, facts = EXCLUDED.facts"""


def keep(rule: OrderRule, actor: Actor) -> None:
    """Adds it, behind all of its kind, or keeps what was changed as its next version.

    What waits for it is looked at again. Call inside a transaction.
    """
    if rule.pk is None:
        last = OrderRule.objects.filter(kind=rule.kind).order_by("-position").first()
        rule.position = last.position + 1 if last else 1
    rule.version += 1
    rule.save()
    OrderRuleVersion.objects.create(
        rule=rule, version=rule.version, said=said(rule), actor=actor.name[:150], user=actor.user
    )
    wake(rule)


def put(rule: OrderRule, actor: Actor) -> None:
    """As ``keep``, at the place that it names. Raises Wrong for what the console's form would not take."""
    place = rule.position
    if mistake := conditions.check(rule.condition):
        raise Wrong(f"condition, line {mistake.line}: {mistake.says}")
    try:
        rule.outcome = outcome_of(RuleKind(rule.kind), rule.outcome).model_dump(mode="json")
    except ValueError as wrong:
        raise Wrong(f"outcome: {wrong}") from None
    keep(rule, actor)
    if place and rule.position != place:
        rule.position = place
        rule.save(update_fields=["position"])


def said(rule: OrderRule) -> dict[str, Any]:
    """All of it but its place, as a version keeps it."""
    moments = {name: at.isoformat() if (at := getattr(rule, name)) else None for name in MOMENTS}
    scope = {"erp": rule.erp.slug if rule.erp else None, "warehouse": rule.warehouse.name if rule.warehouse else None}
    return {name: getattr(rule, name) for name in SAID} | scope | moments


def wake(rule: OrderRule) -> int:
    """Orders that it holds, that wait until it can be asked, or that it may let wait for a wave; returns how many of
    the first two."""
    if rule.kind in WAITED_WITH:
        waves.look_again(rule)
    waiting = SyncJob.objects.filter(waits_on__case__context__contains={"rule": rule.pk})
    return acts.make_due(SyncJob.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))))


def move(rule_id: int, actor: Actor, *, up: bool) -> bool:
    """One place up or down among those of its kind; False: it stands at the end already.

    Raises NotAllowed where a second person has to look at it.
    """
    with transaction.atomic():
        kind = OrderRule.objects.values_list("kind", flat=True).get(pk=rule_id)
        rules = list(OrderRule.objects.select_for_update().filter(kind=kind).order_by("position", "id"))
        at = next(place for place, rule in enumerate(rules) if rule.pk == rule_id)
        to = at + (-1 if up else 1)
        if not 0 <= to < len(rules):
            return False
        rules[at], rules[to] = rules[to], rules[at]
        _number(rules, Told(actor))
        acts.note(actor, "moved", f"rule {rules[to]} ({rule_id})", place=to + 1, kind=kind)
    return True


def _number(rules: Sequence[OrderRule], told: Told) -> None:
    for place, rule in enumerate(rules, start=1):
        if rule.position != place:
            before = changelog.taken(rule)
            OrderRule.objects.filter(pk=rule.pk).update(position=place)
            after = changelog.taken(rule)
            if changelog.needs_two(OrderRule, before, after):
                raise NotAllowed(NEEDS_TWO)
            changelog.note(OrderRule, rule.pk, before, after, told)


def let_go(sources: Sequence[str]) -> set[str]:
    """Those of them that a person has let go."""
    if not sources:
        return set()
    found = rows.find(Decision, "source = ANY(%s::text[]) AND choice = %s", [list(sources), LET_GO])
    return {row.source for row in found}


def remember(decision: OrderDecision) -> None:
    """What was decided: the same once more is counted. Call inside a transaction."""
    rows.add([decision], _KEPT)
