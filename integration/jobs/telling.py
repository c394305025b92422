"""Which records a warehouse is still to be told of, and what it said to those that it was told."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from integration.errors import MappingMissing, Rejected
from integration.jobs import cases, routes, sql
from integration.jobs.queue import NewJob, enqueue
from integration.models import (
    CodeMapping,
    Connection,
    ExceptionCase,
    MasterRecord,
    MasterRun,
    MasterTold,
    OutboundMessage,
    Recovery,
    Warehouse,
)
from integration.rules.codes import CodeKind
from integration.rules.master import MAPPED

BATCH = 200
PASSED_OVER = 100_000  # numbers of batches: more than any backup is old
REFUSED, BATCH_REFUSED, UNMAPPED = "CD-3010", "CD-3011", "CD-3013"
TOLD_AGAIN = (REFUSED, BATCH_REFUSED)
State = MasterTold.State

# What each record is called at the warehouse: by its mapping, or as in Odoo. Empty: nobody has said so yet.
# A record of a company that the warehouse does not work for is none of its business, as if it were not in use.
_NAMED = f"""
SELECT record.id, record.connection_id, record.version, told.id AS told, told.version AS known,
  record.active AND (record.company_id IS NULL OR EXISTS (
    SELECT FROM {Warehouse._meta.db_table} AS own WHERE own.wms_id = %(partner)s
    AND own.erp_id = record.connection_id AND own.company_id = record.company_id)) AS active,
  told.partner_code AS as_told,
  CASE WHEN %(maps)s = '' THEN record.code
       ELSE COALESCE(mapping.partner_code, CASE WHEN %(same)s THEN record.mapped_by ELSE '' END) END AS code
FROM {MasterRecord._meta.db_table} AS record
LEFT JOIN {MasterTold._meta.db_table} AS told ON told.record_id = record.id AND told.partner_id = %(partner)s
LEFT JOIN {CodeMapping._meta.db_table} AS mapping ON mapping.partner_id = %(partner)s AND mapping.kind = %(maps)s
  AND mapping.odoo_code = record.mapped_by AND record.mapped_by <> '' AND mapping.sku = '' AND NOT mapping.alias
  AND mapping.valid_to IS NULL
WHERE record.kind = %(kind)s AND record.connection_id = ANY(%(erps)s::bigint[])"""  # noqa: S608  (our own names)
# What is not in use any more is told to those alone who were told that it is.
_DUE = f"""
SELECT id, code, active FROM ({_NAMED}) AS named
WHERE code <> '' AND (active OR told IS NOT NULL) AND (told IS NULL OR known < version OR as_told <> code)
ORDER BY connection_id, id LIMIT {BATCH}"""  # noqa: S608
_UNNAMED = f"SELECT count(*) FROM ({_NAMED}) AS named WHERE code = '' AND active"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Due:
    """``active``: in use, and the warehouse's business."""

    record: MasterRecord
    code: str
    active: bool


def due(partner: Connection, kind: str) -> list[Due]:
    """Up to a batch of records of one Odoo."""
    about = {pk: (code, active) for pk, code, active in sql.rows(_DUE, _about(partner, kind))}
    records = list(MasterRecord.objects.filter(pk__in=about).select_related("connection").order_by("connection", "pk"))
    return [Due(each, *about[each.pk]) for each in records if each.connection_id == records[0].connection_id]


def unmapped(partner: Connection, kind: str) -> int:
    """How many records in use have no name at the warehouse."""
    return int(sql.rows(_UNNAMED, _about(partner, kind))[0][0])


def _about(partner: Connection, kind: str) -> dict[str, object]:
    erps = list(Warehouse.objects.filter(wms=partner).order_by("erp").values_list("erp", flat=True).distinct())
    maps = MAPPED[kind].value if kind in MAPPED else ""
    return {"partner": partner.pk, "kind": kind, "erps": erps, "maps": maps, "same": partner.same_codes}


def job(partner: Connection, kind: str) -> NewJob:
    """Tells the warehouse what it does not know yet, a batch at a time: one is answered before the next is made."""
    return NewJob(
        flow="master_tell",
        stream=routes.MASTER.key(partner, kind),
        lane=routes.lane_of("master_tell"),
        subject=f"{kind}s for {partner.name}",
        payload={"connection": partner.pk, "kind": kind},
        coalesce=True,
        news=False,
    )


def partners_of(erp: Connection, kind: str) -> list[Connection]:
    """The warehouses that are told of this kind."""
    here = Connection.objects.filter(wms_warehouses__erp=erp, enabled=True).distinct().order_by("pk")
    return [partner for partner in here if kind in partner.master_kinds]


def mark(partner: Connection, batch: int, due: Sequence[Due], told: Mapping[int, object]) -> None:
    """Call inside the transaction that queues the batch. ``told``: by our id, the records that are in it."""
    rows = [
        MasterTold(
            partner=partner,
            record=each.record,
            version=each.record.version,
            partner_code=each.code,
            batch=batch,
            state=State.SENDING if each.record.pk in told else State.LEFT_OUT,
            reason="",
            told_at=Now(),
        )
        for each in due
    ]
    columns = ["version", "partner_code", "batch", "state", "reason", "told_at"]
    MasterTold.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["partner", "record"], update_fields=columns
    )


def give_up(partner: Connection, kind: str) -> None:
    """A batch that a person took back went nowhere: in this stream none other can be on its way."""
    lost = MasterTold.objects.filter(partner=partner, record__kind=kind, state=State.SENDING)
    lost.update(state=State.LEFT_OUT, reason="a person ended the sending of its batch")


def heard(message: OutboundMessage, refused: Mapping[int, str], reason: str | None) -> None:
    """The warehouse's answer. ``reason``: it takes none of the batch. Call inside the transaction that settles."""
    partner, kind = message.connection, message.reference
    told = MasterTold.objects.filter(partner=partner, record__kind=kind, batch=message.version, state=State.SENDING)
    rows = list(told.select_related("record").defer("record__snapshot"))
    if reason is not None:
        told.update(state=State.REFUSED, reason=reason[:500])
        batch = f"{kind} {message.version}"
        cases.open_case(
            Rejected(BATCH_REFUSED, **_names(partner, kind), batch=batch, reason=reason), partner, flow="master_tell"
        )
        return
    cases.clear("A later batch was taken.", _fingerprint(BATCH_REFUSED, partner, kind))
    taken = [row for row in rows if row.record.erp_id not in refused]
    MasterTold.objects.filter(pk__in=[row.pk for row in taken]).update(state=State.TAKEN, reason="")
    if taken:
        cases.clear(
            "The warehouse takes it now.", *(str(_refusal(partner, row.record, "").fingerprint) for row in taken)
        )
    for row in rows:
        if row.record.erp_id in refused:
            why = refused[row.record.erp_id] or "no reason given"
            MasterTold.objects.filter(pk=row.pk).update(state=State.REFUSED, reason=why[:500])
            cases.open_case(_refusal(partner, row.record, why), partner, flow="master_tell")


def renamed(partner: Connection, kinds: Set[str]) -> None:
    """Codes were mapped. An item is told with its unit, a kit with its components: they are told anew, under the same
    code. Call inside a transaction."""
    told = MasterTold.objects.filter(partner=partner, record__kind="item", record__active=True)
    if CodeKind.UNIT in kinds:
        told.update(version=0)
    elif CodeKind.PRODUCT in kinds:
        told.filter(record__kit=True).update(version=0)


def tell_again(case: ExceptionCase) -> int:
    """What the warehouse refused is told once more. Call inside a transaction."""
    partner = Connection.objects.filter(slug=case.context.get("scope")).first()
    kind = str(case.context.get("kind"))
    if partner is None:
        return 0
    again = MasterTold.objects.filter(partner=partner, record__kind=kind, state=State.REFUSED)
    if case.code == REFUSED:
        again = again.filter(record__erp_id=case.context.get("record"))
    again.update(version=0)
    return 1 if enqueue(job(partner, kind)) else 0


def tell_unmapped(partner: Connection, kind: str) -> None:
    """One case for all that nobody has named. Call inside a transaction."""
    count = unmapped(partner, kind)
    error = MappingMissing(UNMAPPED, **_names(partner, kind), count=count)
    if not count:
        cases.clear("Everything is mapped.", error.fingerprint)
        return
    latest = ExceptionCase.objects.filter(fingerprint=error.fingerprint).order_by("-pk").first()
    settled = latest is None or latest.state == ExceptionCase.State.RESOLVED
    if latest is None or settled or latest.context.get("count") != count:
        cases.open_case(error, partner, flow="master_tell")


def next_number(partner: Connection, kind: str) -> int:
    """Of the batch that is made now. Call inside a transaction."""
    passed_over = {"number": PASSED_OVER * Recovery.objects.count()}
    run, _ = MasterRun.objects.get_or_create(passed_over, connection=partner, kind=kind, task=MasterRun.Task.TELL)
    MasterRun.objects.filter(pk=run.pk).update(number=F("number") + 1, updated_at=Now())
    return run.number + 1


def pass_over() -> None:
    """Batches that were told since a backup had the numbers that come next, and a warehouse takes none twice."""
    MasterRun.objects.filter(task=MasterRun.Task.TELL).update(number=F("number") + PASSED_OVER)


def told_of(partner: Connection, kind: str, count: int) -> None:
    """How many records were in batches so far."""
    run = MasterRun.objects.filter(connection=partner, kind=kind, task=MasterRun.Task.TELL)
    run.update(met=F("met") + count, ended_at=Now())


def _refusal(partner: Connection, record: MasterRecord, reason: str) -> Rejected:
    code = record.code or record.erp_id
    return Rejected(REFUSED, **_names(partner, record.kind), record=record.erp_id, code=code, reason=reason)


def _names(partner: Connection, kind: str) -> dict[str, Any]:
    return {"scope": partner.slug, "partner": partner.name, "connection": partner.name, "kind": kind}


def _fingerprint(code: str, partner: Connection, kind: str) -> str:
    return Rejected(code, **_names(partner, kind)).fingerprint
