"""What hangs on a case: the orders whose work waits for it, and their value."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from integration.console.words import money, plural
from integration.jobs import sql
from integration.models import CaseJob, Document, ExceptionCase, SyncJob

# An order is counted once, however many of its jobs wait.
_OF = f"""
SELECT case_id, count(*), currency, sum(value) FROM (
  SELECT DISTINCT waits.case_id, agreed.id, agreed.currency, agreed.value
  FROM {CaseJob._meta.db_table} AS waits
  JOIN {SyncJob._meta.db_table} AS job ON job.id = waits.job_id
  JOIN {Document._meta.db_table} AS document ON document.id = job.document_id
  JOIN {Document._meta.db_table} AS agreed ON agreed.id = COALESCE(document.parent_id, document.id)
  WHERE waits.case_id = ANY(%s)) AS affected
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


def of(cases: Iterable[ExceptionCase]) -> Mapping[int, Affected]:
    """By case. One that no order waits for has what stands on it itself."""
    rows = list(cases)
    found: dict[int, Affected] = defaultdict(Affected)
    for case, count, currency, value in sql.rows(_OF, [[row.pk for row in rows]]):
        found[case].orders += count
        if value:
            found[case].worth.append((value, currency))
    for row in rows:
        if row.pk not in found and row.value is not None:
            found[row.pk].worth.append((row.value, row.currency))
    return found
