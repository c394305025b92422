"""What the warehouse has confirmed and Odoo does not have as soon as it was promised.

By our tables alone: a job of a shipment, receipt or return that is older than its flow's promise and not over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from integration.errors import IntegrationError
from integration.jobs import bodies, sql
from integration.models import CaseJob, InboundMessage, SyncJob, Variance
from integration.reconcile import noting
from integration.reconcile.noting import Found, Key
from integration.rules.flows import FLOWS

GOODS = ("shipment_confirmation", "receipt_confirmation", "return_receipt")
NOT_POSTED = Variance.Subject.NOT_POSTED
MOST = 1_000  # of the oldest ones; the next ones are seen when these are posted
JOB, WAITS = SyncJob._meta.db_table, CaseJob._meta.db_table

_LATE = f"""
SELECT job.document_id, left(job.subject, 64), job.inbound_id, EXISTS (SELECT FROM {WAITS} WHERE job_id = job.id)
FROM {JOB} AS job JOIN unnest(%s::text[], %s::float8[]) AS promise(flow, seconds) USING (flow)
WHERE job.state IN ({sql.listed(SyncJob.ACTIVE)}) AND job.document_id IS NOT NULL AND job.inbound_id IS NOT NULL
  AND job.created_at < now() - promise.seconds * interval '1 second'
ORDER BY job.id LIMIT %s"""  # noqa: S608  (our own names)


@dataclass(frozen=True, slots=True)
class Late:
    """``told``: it waits for a case, so that people know."""

    document: int
    subject: str
    message: int
    told: bool

    @property
    def key(self) -> Key:
        return self.document, NOT_POSTED, self.subject, ""


@transaction.atomic
def look() -> int:
    """Writes down what is late by now, and what is no more; returns how many are."""
    promises = [FLOWS[flow].promise.total_seconds() for flow in GOODS]
    late = {each.key: each for each in (Late(*row) for row in sql.rows(_LATE, [list(GOODS), promises, MOST]))}
    known = {
        (row.document_id or 0, row.subject, row.line, row.lot): row
        for row in Variance.objects.filter(subject=NOT_POSTED, gone_at=None)
    }
    found = [
        Found(
            each.document, NOT_POSTED, each.subject, "", Decimal(0), known[key].found if key in known else _says(each)
        )
        for key, each in late.items()
    ]
    noting.keep({*late, *known}, found, [key for key, each in late.items() if each.told])
    return len(found)


def _says(late: Late) -> Decimal:
    """How much the message says has moved, in the warehouse's units; 0 where it cannot be read."""
    message = InboundMessage.objects.select_related("connection").get(pk=late.message)
    try:
        lines = getattr(bodies.parsed(message, bodies.in_force(message)).event.data, "lines", ())
    except IntegrationError:
        return Decimal(0)
    return sum(_quantities(lines), Decimal(0))


def _quantities(lines: Sequence[object]) -> Iterator[Decimal]:
    yield from (getattr(line, "quantity", Decimal(0)) for line in lines)
