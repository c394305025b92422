"""Orders that ought to be at the warehouse by now: why they are not, what they are worth, when they have to leave."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from integration.errors.catalogue import PROBLEMS
from integration.jobs import calendars, sql
from integration.jobs.calendars import Times
from integration.jobs.streams import ACTIVE
from integration.models import CaseJob, Document, ExceptionCase, SyncJob, Warehouse
from integration.rules.alerts.decide import MISSED_FOR
from integration.rules.alerts.figures import Leaving, Stuck, Worth

JUST_CAME_SECONDS = 300  # so long an order may take without a word: most are through in seconds

JOB, CASE, WAITS, DOCUMENT = (model._meta.db_table for model in (SyncJob, ExceptionCase, CaseJob, Document))
_STANDS = sql.listed(ExceptionCase.UNRESOLVED)
# Of each order one reason: a case before none. A rejected or unanswered release has a case and no job.
_STUCK = f"""
WITH named AS (
  SELECT job.document_id, COALESCE(known.code, NULLIF(job.failure_code, '')) AS code
  FROM {JOB} AS job LEFT JOIN {WAITS} AS waits ON waits.job_id = job.id
  LEFT JOIN {CASE} AS known ON known.id = waits.case_id AND known.state IN ({_STANDS})
  WHERE job.state IN ({ACTIVE}) AND job.flow IN ('order_release', 'release_send', 'change_send')
    AND (job.state IN ('blocked', 'needs_attention') OR job.created_at < %(now)s - %(new)s * interval '1 second')
  UNION ALL
  SELECT document.id, known.code
  FROM {CASE} AS known JOIN {DOCUMENT} AS document ON document.id = known.document_id
  WHERE known.state IN ({_STANDS}) AND document.kind = 'delivery')
SELECT DISTINCT ON (agreed.id) agreed.id, COALESCE(document.warehouse_id, document.named_warehouse_id),
  document.carrier, COALESCE(named.code, ''), agreed.value, agreed.currency, agreed.created_at
FROM named JOIN {DOCUMENT} AS document ON document.id = named.document_id
JOIN {DOCUMENT} AS agreed ON agreed.id = COALESCE(document.parent_id, document.id)
WHERE document.kind IN ('order', 'delivery') AND document.state IN ('waiting', 'released', 'rejected')
ORDER BY agreed.id, named.code NULLS LAST"""  # noqa: S608  (table names of our own)


@dataclass(frozen=True, slots=True)
class _Order:
    code: str
    value: Decimal | None
    currency: str
    came_at: datetime


@dataclass(slots=True)
class _Sum:
    """What is added up of some orders."""

    orders: int = 0
    by_code: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    amounts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, order: _Order) -> None:
        self.orders += 1
        self.by_code[order.code] += 1
        self.amounts[order.currency] += order.value or 0

    @property
    def why(self) -> list[Stuck]:
        """What most of them wait for comes first."""
        most = sorted(self.by_code.items(), key=lambda item: (-item[1], item[0]))
        return [Stuck(code, PROBLEMS[code].title if code in PROBLEMS else "", count) for code, count in most]


def leaving(now: datetime) -> list[Leaving]:
    """By warehouse, carrier and cut-off: the next one, and one that has just passed."""
    times = calendars.with_cut_offs()
    if not times:
        return []
    stuck = _stuck(now)
    warehouses = Warehouse.objects.in_bulk({pk for pk, _carrier in stuck} & times.keys())
    return [
        found
        for (pk, carrier), orders in stuck.items()
        if pk in warehouses
        for found in _of(warehouses[pk], carrier, orders, times[pk], now)
    ]


def amounts(sums: Mapping[str, Decimal]) -> Worth:
    return sorted(((amount, currency) for currency, amount in sums.items() if amount), reverse=True)


def _of(warehouse: Warehouse, carrier: str, orders: Iterable[_Order], times: Times, now: datetime) -> Iterator[Leaving]:
    zone = ZoneInfo(warehouse.time_zone)
    moments = (times.next_leaving(carrier, moment) for moment in (now - MISSED_FOR, now))
    for at in sorted({found.at for found in moments if found is not None}):
        total = _Sum()
        for order in orders:
            if order.came_at < min(at, now):  # what came after it leaves with the next one
                total.add(order)
        if total.orders:
            shown = at.astimezone(zone)
            yield Leaving(warehouse.pk, warehouse.name, carrier, shown, total.orders, amounts(total.amounts), total.why)


def _stuck(now: datetime) -> Mapping[tuple[int, str], list[_Order]]:
    found: dict[tuple[int, str], list[_Order]] = defaultdict(list)
    for _pk, warehouse, carrier, *order in sql.rows(_STUCK, {"now": now, "new": JUST_CAME_SECONDS}):
        if warehouse is not None:
            found[warehouse, carrier].append(_Order(*order))
    return found
