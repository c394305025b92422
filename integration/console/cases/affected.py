"""What hangs on a case: the orders whose work waits for it, and their value."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from integration.console.reach import within
from integration.console.words import money, plural
from integration.jobs import sql
from integration.models import CaseJob, Document, ExceptionCase, SyncJob

DOCUMENT = Document._meta.db_table
# An order is counted once, however many of its jobs wait; by whom not all warehouses are seen, none of the others.
_OF = f"""
SELECT case_id, count(*), currency, sum(value) FROM (
  SELECT DISTINCT waits.case_id, agreed.id, agreed.currency, agreed.value
  FROM {CaseJob._meta.db_table} AS waits
  JOIN {SyncJob._meta.db_table} AS job ON job.id = waits.job_id
  JOIN {DOCUMENT} AS document ON document.id = job.document_id
  JOIN {DOCUMENT} AS agreed ON agreed.id = COALESCE(document.parent_id, document.id)
  WHERE waits.case_id = ANY(%(cases)s) AND (%(seen)s::bigint[] IS NULL OR document.warehouse_id = ANY(%(seen)s)
    OR document.named_warehouse_id = ANY(%(seen)s) OR EXISTS (
      SELECT FROM {DOCUMENT} AS part WHERE part.parent_id = document.id AND part.warehouse_id = ANY(%(seen)s)))
  ) AS affected
GROUP BY case_id, currency ORDER BY case_id, sum(value) DESC NULLS LAST"""  # noqa: S608


@dataclass(slots=True)
class Affected:
    """``worth``: by currency, the largest first; sums of different currencies are never added up."""

    orders: int = 0
    worth: list[tuple[Decimal, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.orders or self.worth)

    def __str__(self) -> str:
        """ "37 orders, 48,000.00 EUR"."""
        sums = " + ".join(money(value, currency) for value, currency in self.worth)
        return ", ".join(filter(None, [plural(self.orders, "order") if self.orders else "", sums]))

    @property
    def largest(self) -> Decimal:
        """Of one currency, to rank by."""
        return self.worth[0][0] if self.worth else Decimal(0)


def of(cases: Iterable[ExceptionCase], seen: frozenset[int] | None) -> Mapping[int, Affected]:
    """By case, as far as its reader sees the warehouses; ``seen`` None: all of them. One that no order waits for has
    what stands on it itself."""
    rows = list(cases)
    found: dict[int, Affected] = defaultdict(Affected)
    warehouses = None if seen is None else sorted(seen)
    for case, count, currency, value in sql.rows(_OF, {"cases": [row.pk for row in rows], "seen": warehouses}):
        found[case].orders += count
        if value:
            found[case].worth.append((value, currency))
    hidden = _hidden([row.pk for row in rows], seen)
    for row in rows:
        if row.pk not in found and row.value is not None and row.pk not in hidden:
            found[row.pk].worth.append((row.value, row.currency))
    return found


def _hidden(cases: Sequence[int], seen: frozenset[int] | None) -> set[int]:
    """Those whose own document is not seen: what they are worth is its value."""
    if seen is None:
        return set()
    documents = Document.objects.filter(within(Document, seen)).order_by().values("pk")
    of_others = ExceptionCase.objects.filter(pk__in=cases, document__isnull=False).exclude(document__in=documents)
    return set(of_others.values_list("pk", flat=True))
