"""Changes of rules and mappings that are tried on past documents first: made, walked through in parts, cancelled.

What would come of each document is the business of the flows, not of this module.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Model
from django.db.models.functions import Now
from django.utils.timezone import now

from integration.jobs import mappings, routes, sql, streams
from integration.jobs.acts import Actor, NotAllowed, note
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.supposing import Supposed
from integration.jobs.tree import changelog, planning
from integration.jobs.tree.cells import Row, column, value
from integration.jobs.tree.names import Names
from integration.jobs.tree.planning import named
from integration.jobs.tree.tables import SECTION_OF, SECTIONS
from integration.jobs.work import Work
from integration.models import (
    BusinessRule,
    CodeMapping,
    OrderRule,
    TriedChange,
    TriedDocument,
    Warehouse,
)

DAYS = 30
TRY = "change_try"
TRIED = frozenset(SECTION_OF[table] for table in (OrderRule, CodeMapping, BusinessRule))
State, Verdict = TriedChange.State, TriedDocument.Verdict
KEPT_OPEN = 3  # tries that somebody may have on the way at once

_NEWEST = f"""
SELECT (SELECT md5(string_agg(id || '.' || xmin, ',' ORDER BY id)) FROM {OrderRule._meta.db_table}),
  (SELECT md5(string_agg(id || '.' || xmin, ',' ORDER BY id)) FROM {BusinessRule._meta.db_table}),
  (SELECT md5(string_agg(id || '.' || xmin, ',' ORDER BY id)) FROM {Warehouse._meta.db_table}),
  (SELECT md5(concat(max(id), '.', max(valid_to))) FROM {CodeMapping._meta.db_table})"""  # noqa: S608  (our own names)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the configuration as it is, and as it would be; None: it is not there."""

    section: str
    row: int | None
    before: Row | None
    after: Row | None

    def as_json(self) -> dict[str, Any]:
        return {"section": self.section, "row": self.row, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Wish:
    """``form``: where it was typed, and what was sent."""

    steps: Sequence[Step]
    form: Mapping[str, Any]

    @property
    def name(self) -> str:
        first = self.steps[0]
        title = SECTIONS[first.section].title
        others = f" and {len(self.steps) - 1} more" if len(self.steps) > 1 else ""
        return f"{title} {named(first.section, first.after or first.before or {})}"[:280] + others


@dataclass(frozen=True, slots=True)
class Part:
    """What was looked at in one go: rows to keep, how many were decided, and how far it has got."""

    phase: str
    after: int
    decided: int = 0
    found: Sequence[TriedDocument] = ()


def step(row: Model, before: Row | None) -> Step:
    """``row``: as it would be, not saved. Of a new mapping, ``before`` is the row in force that it would replace."""
    names = Names()
    known = mappings.in_force(row) if isinstance(row, CodeMapping) and row.pk is None else None
    pk, before = (known.pk, changelog.row_of(known, names)) if known is not None else (row.pk, before)
    after = changelog.row_of(row, names)
    return Step(SECTION_OF[type(row)], pk, changelog.as_kept(before), changelog.as_kept(after))


def planned(wanted: planning.Step) -> Step:
    """Of a step of a file."""
    pk = wanted.row.pk if wanted.row is not None else None
    return Step(wanted.section, pk, changelog.as_kept(wanted.before), changelog.as_kept(wanted.after))


def ended(mapping_id: int) -> list[Step]:
    """Of a mapping that would not be in force any more. Raises NotAllowed."""
    row = CodeMapping.objects.select_related("partner").filter(pk=mapping_id, valid_to=None).first()
    if row is None:
        raise NotAllowed("The mapping is not in force any more.")
    return [Step(SECTION_OF[CodeMapping], row.pk, changelog.as_kept(changelog.row_of(row, Names())), None)]


def removed(rule_id: int) -> list[Step]:
    """Of a business rule that would be deleted. Raises NotAllowed."""
    row = BusinessRule.objects.filter(pk=rule_id).first()
    if row is None:
        raise NotAllowed("The rule is not there any more.")
    return [Step(SECTION_OF[BusinessRule], row.pk, changelog.as_kept(changelog.row_of(row, Names())), None)]


def moved(rule_id: int, *, up: bool) -> list[Step]:
    """Of a rule that would stand one place up or down. Raises NotAllowed at the end."""
    kind = OrderRule.objects.values_list("kind", flat=True).get(pk=rule_id)
    rules = list(OrderRule.objects.filter(kind=kind).order_by("position", "id"))
    at = next(place for place, rule in enumerate(rules) if rule.pk == rule_id)
    to = at + (-1 if up else 1)
    if not 0 <= to < len(rules):
        raise NotAllowed("It stands at the end already.")
    names = Names()
    before = {rule.pk: changelog.row_of(rule, names) for rule in rules}
    rules[at], rules[to] = rules[to], rules[at]
    for place, rule in enumerate(rules, start=1):
        rule.position = place
    after = {rule.pk: changelog.row_of(rule, names) for rule in rules}
    section = SECTION_OF[OrderRule]
    first = sorted(rules, key=lambda rule: rule.pk != rule_id)
    changed = [rule.pk for rule in first if before[rule.pk] != after[rule.pk]]
    return [Step(section, pk, changelog.as_kept(before[pk]), changelog.as_kept(after[pk])) for pk in changed]


def make(wish: Wish, days: int, seen: frozenset[int] | None, actor: Actor) -> TriedChange:
    """``seen``: ids of the warehouses that the person sees; None: all. Raises NotAllowed; Wrong for a row that names
    what there is not."""
    supposed(wish.steps, now())
    days = max(1, min(days, settings.RETENTION["message_days"]))
    open_ones = TriedChange.objects.filter(made_by=actor.user, state=State.TRYING)
    ids = [row.pk for row in concerned(wish.steps) if seen is None or row.pk in seen]
    if not ids:
        raise NotAllowed("No warehouse works by it.")
    with transaction.atomic():
        if open_ones.select_for_update().count() >= KEPT_OPEN:
            raise NotAllowed(f"You have {KEPT_OPEN} changes being tried: wait for one, or cancel it.")
        made = TriedChange.objects.create(
            name=wish.name,
            steps=[each.as_json() for each in wish.steps],
            form=dict(wish.form),
            days=days,
            since=now() - timedelta(days=days),
            warehouses=sorted(ids),
            base=base(),
            made_by=actor.user,
            made_by_name=actor.name[:150],
        )
        _enqueue(made)
        note(actor, "try a change", f"{made} ({made.pk})", days=days)
    return made


def cancel(pk: int, actor: Actor) -> None:
    """Looks at nothing more; what was found stays. Raises NotAllowed."""
    with transaction.atomic():
        tried = TriedChange.objects.select_for_update().filter(pk=pk, state=State.TRYING).first()
        if tried is None:
            raise NotAllowed("It is not being tried any more.")
        tried.state, tried.ended_at, tried.cancelled_by_name = State.CANCELLED, Now(), actor.name[:150]
        tried.save(update_fields=["state", "ended_at", "cancelled_by_name"])
        note(actor, "cancel the try of a change", f"{tried} ({pk})")


def base() -> str:
    """Which configuration there is: another one with every change of a rule, a mapping or a warehouse."""
    return "".join(str(part)[:16] for part in sql.rows(_NEWEST, [])[0])


def current(pk: int) -> TriedChange | None:
    """None: nobody wants it any more."""
    return TriedChange.objects.filter(pk=pk, state=State.TRYING).first()


def begin_anew(work: Work, tried: TriedChange, known: str) -> None:
    """What it was compared with is another one by now. Raises ClaimLost."""
    with transaction.atomic():
        streams.lock(work.claim)
        tried.documents.all().delete()
        nothing = {"phase": "", "after": 0, "decided": 0, "otherwise": 0, "untold": 0}
        TriedChange.objects.filter(pk=tried.pk).update(base=known, round=F("round") + 1, **nothing)


def keep(work: Work, tried: TriedChange, part: Part) -> None:
    """What was found, together with how far it has got. Raises ClaimLost."""
    untold = sum(row.verdict == Verdict.UNTOLD for row in part.found)
    with transaction.atomic():
        streams.lock(work.claim)
        here = TriedChange.objects.filter(pk=tried.pk, state=State.TRYING, round=tried.round)
        if here.update(
            phase=part.phase,
            after=part.after,
            decided=F("decided") + part.decided,
            otherwise=F("otherwise") + len(part.found) - untold,
            untold=F("untold") + untold,
        ):
            TriedDocument.objects.bulk_create(part.found)
    tried.phase, tried.after = part.phase, part.after


def go_on(pk: int, over: Callable[[TriedChange], bool]) -> None:
    """With the next part, or it is done. Call inside the transaction that settles the job."""
    tried = TriedChange.objects.select_for_update().filter(pk=pk, state=State.TRYING).first()
    if tried is None:
        return
    if not over(tried):
        _enqueue(tried)
        return
    tried.state, tried.ended_at = State.DONE, Now()
    tried.save(update_fields=["state", "ended_at"])


def steps_of(tried: TriedChange) -> list[Step]:
    return [Step(**each) for each in tried.steps]


def supposed(steps: Iterable[Step], at: datetime) -> Supposed:
    """What would be read with the change, as it would be in force already; ``at``: now. Raises Wrong."""
    names, gone = Names(), defaultdict[type, set[int]](set)
    found: defaultdict[type, list[Any]] = defaultdict(list)
    for number, each in enumerate(steps, start=1):
        model = SECTIONS[each.section].model
        if each.row is not None:
            gone[model].add(each.row)
        row = _row(model, each, names) if each.after is not None else None
        if row is not None and _counts(row, at, begun=_edited(each)):
            row.pk = each.row or -number
            found[model].append(row)
    return Supposed(
        {model: frozenset(ids) for model, ids in gone.items()},
        tuple(found[OrderRule]),
        tuple(found[BusinessRule]),
        tuple(found[CodeMapping]),
    )


def concerned(steps: Iterable[Step]) -> list[Warehouse]:
    """The warehouses whose documents the change may concern."""
    names = Names()
    rows = [row for each in steps for row in (each.before, each.after) if row is not None]
    everything = Warehouse.objects.select_related("erp", "wms").order_by("pk")
    return [one for one in everything if any(_concerns(row, one, names) for row in rows)]


def _concerns(row: Row, one: Warehouse, names: Names) -> bool:
    if "partner" in row:
        return bool(row["partner"] == one.wms.slug)
    called = row.get("warehouse")
    return called in (None, names.of_warehouses[one.pk]) and row.get("erp") in (None, one.erp.slug)


def _row(model: type[Model], each: Step, names: Names) -> Any:
    row: Any = model()
    for name in SECTIONS[each.section].columns:
        setattr(row, column(model, name).attname, value(model, name, (each.after or {})[name], names))
    if isinstance(row, OrderRule):
        row.version = _version(each.row) + _edited(each)
        row.position = row.position or _behind(row.kind)
    return row


def _version(rule_id: int | None) -> int:
    known = OrderRule.objects.filter(pk=rule_id).values_list("version", flat=True) if rule_id else []
    return next(iter(known), 0)


def _edited(each: Step) -> bool:
    """A change of place is no new version."""
    before, after = ({**(row or {}), "position": 0} for row in (each.before, each.after))
    return before != after


def _behind(kind: str) -> int:
    last = OrderRule.objects.filter(kind=kind).order_by("-position").values_list("position", flat=True).first()
    return (last or 0) + 1


def _counts(row: Any, at: datetime, *, begun: bool) -> bool:
    """``begun``: also one that is to count from a later day, as that is when it would be asked."""
    if isinstance(row, BusinessRule):
        return row.active
    if not isinstance(row, OrderRule):
        return True
    row.active_from = None if begun else row.active_from
    return row.enabled and (row.active_to is None or at < row.active_to)


def _enqueue(tried: TriedChange) -> None:
    enqueue(
        NewJob(
            flow=TRY,
            stream=f"try:{tried.pk}",
            lane=routes.lane_of(TRY),
            subject=f"try of a change {tried.pk}",
            payload={"tried": tried.pk},
        )
    )
