"""What needs a person now: the cases that the most money hangs on for the shortest time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest

from django.db.models import QuerySet
from django.utils.timezone import now

from integration.console.cases import affected
from integration.console.cases.affected import Affected
from integration.errors.catalogue import Severity
from integration.jobs import calendars, sql
from integration.models import CaseJob, Document, ExceptionCase, SyncJob
from integration.rules.cutoffs import Leaving

SHOWN = 10
SHORTEST = timedelta(minutes=5)  # what leaves in a moment is not a hundred times as urgent as what leaves in five
PATIENCE = timedelta(days=1)  # for what neither leaves nor has a deadline
# What a case weighs that no money hangs on: it comes after the others, by how severe it is.
FLOOR = {Severity.CRITICAL: 1000, Severity.HIGH: 100, Severity.MEDIUM: 10, Severity.LOW: 1}

_SHIPS_BY = f"""
SELECT DISTINCT waits.case_id, COALESCE(document.warehouse_id, document.named_warehouse_id), document.carrier
FROM {CaseJob._meta.db_table} AS waits
JOIN {SyncJob._meta.db_table} AS job ON job.id = waits.job_id
JOIN {Document._meta.db_table} AS document ON document.id = job.document_id
WHERE waits.case_id = ANY(%s) AND document.kind IN ('order', 'delivery')"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Urgent:
    """``leaving``: when the first of the parcels leave that hang on it."""

    case: ExceptionCase
    affected: Affected
    leaving: Leaving | None


def to_be_ranked(cases: QuerySet[ExceptionCase]) -> list[ExceptionCase]:
    """With no more of each than it is ranked by."""
    return list(cases.order_by().only("severity", "value", "currency", "deadline"))


def urgent(cases: Sequence[ExceptionCase], seen: frozenset[int] | None) -> Sequence[Urgent]:
    """The first of the cases, the most urgent one first. ``seen``: the warehouses whose orders count; None: all."""
    moment = now()
    hangs, leaves = affected.of(cases, seen), _leaving([case.pk for case in cases], seen)
    scores = {case.pk: _score(case, hangs[case.pk], leaves.get(case.pk), moment) for case in cases}
    first = nlargest(SHOWN, scores, key=lambda pk: (scores[pk], pk))
    shown = ExceptionCase.objects.select_related("document", "assignee").in_bulk(first)
    return [Urgent(shown[pk], hangs[pk], leaves.get(pk)) for pk in first if pk in shown]


def _score(case: ExceptionCase, hangs: Affected, leaving: Leaving | None, moment: datetime) -> float:
    """Money for each minute that is left."""
    until = leaving.at if leaving else case.deadline or moment + PATIENCE
    left = max(until - moment, SHORTEST)
    return float(hangs.largest + FLOOR[Severity(case.severity)]) / (left.total_seconds() / 60)


def _leaving(cases: list[int], seen: frozenset[int] | None) -> Mapping[int, Leaving]:
    """Of each case the first parcels."""
    times = calendars.with_cut_offs()
    if not times:
        return {}
    moment, first = now(), dict[int, Leaving]()
    met: dict[tuple[int, str], Leaving | None] = {}
    for case, warehouse, carrier in sql.rows(_SHIPS_BY, [cases]):
        if warehouse not in times or (seen is not None and warehouse not in seen):
            continue
        if (warehouse, carrier) not in met:
            met[warehouse, carrier] = times[warehouse].next_leaving(carrier, moment)
        leaving = met[warehouse, carrier]
        if leaving is not None and (case not in first or leaving.at < first[case].at):
            first[case] = leaving
    return first
