"""Seals the audit log: each row is numbered and hashed together with the hash before it, so that a row which is
changed, taken out or put in later shows.

Rows are added freely and sealed a moment later by one transaction at a time; they are numbered as they are found, so
that a transaction which commits late takes a later number. What was cut off at the end shows only to who remembers
a ``Head``: each one is written to the process's log.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models.functions import Now

from integration.jobs import sql
from integration.models import AuditEvent

log = logging.getLogger(__name__)

TABLE = AuditEvent._meta.db_table
FIRST = bytes(32)  # what stands before the first row
BATCH = 1000
SEALED_WITHIN = timedelta(minutes=10)

_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('seal the audit log', 0))"
_SEAL = f"""
UPDATE {TABLE} AS event SET number = sealed.number, hash = sealed.hash
FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS sealed (id, number, hash) WHERE event.id = sealed.id"""  # noqa: S608
_GUARDS = """
SELECT count(*), max(encode(sha256(convert_to(pg_proc.prosrc, 'UTF8')), 'hex'))
FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE tgrelid = %s::regclass AND tgname IN ('audit_rows_stay', 'audit_table_stays') AND tgenabled IN ('O', 'A')"""
GUARD = (
    2,
    "bea0fd40dab582ebc33f50fb45e1cb417fa491c0534f2cca1cee6f290a3f3bf4",
)  # so many triggers, and what their function says


@dataclass(frozen=True, slots=True)
class Head:
    """The newest sealed row."""

    number: int = 0
    hash: bytes = FIRST

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"


def seal() -> Head:
    """Seals what is not sealed yet, unless somebody else is at it; returns the head."""
    head, more = _seal_some()
    while more:
        head, more = _seal_some()
    return head


def faults(expected: Head | None = None) -> Iterator[str]:
    """What is wrong with the chain, in words; nothing: it holds. ``expected``: a head that somebody remembers."""
    at = Head()
    for event in AuditEvent.objects.filter(number__isnull=False).order_by("number").iterator(BATCH):
        this = _sealed(event)
        if this.number != at.number + 1:
            yield f"{_numbers(at.number + 1, this.number - 1)} missing: taken out of the table."
        elif this.hash != digest(at.hash, this.number, event):
            yield f"Number {this.number} (row {event.pk}) is not as it was sealed: changed, or the row before it was."
        at = this
        if expected is not None and expected.number == at.number and expected.hash != at.hash:
            yield f"Number {at.number} does not have the hash that you give: the chain was made anew."
    if expected is not None and expected.number > at.number:
        yield f"{_numbers(at.number + 1, expected.number)} missing: cut off at the end."
    yield from unguarded()


def unguarded() -> Iterator[str]:
    """What is wrong with the table as it is used now: rows that wait to be sealed, triggers that are missing."""
    late = AuditEvent.objects.filter(hash__isnull=True, at__lt=Now() - SEALED_WITHIN).count()
    if late:
        yield f"{late} rows are older than {SEALED_WITHIN} and not sealed: does beat run?"
    if sql.rows(_GUARDS, [TABLE])[0] != GUARD:
        yield "The table's triggers are gone, off or changed. Put them back as migration 0020 makes them."


def head() -> Head:
    """The newest sealed row, or what stands before the first one."""
    last = AuditEvent.objects.filter(number__isnull=False).order_by("-number").only("number", "hash").first()
    return _sealed(last) if last else Head()


def digest(before: bytes, number: int, event: AuditEvent) -> bytes:
    """Over what a row says, in one way of writing it."""
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    says = [number, event.pk, at, event.user_id, event.actor, event.verb, event.subject, event.detail]
    return sha256(before + json.dumps(says, sort_keys=True, separators=(",", ":")).encode()).digest()


@transaction.atomic
def _seal_some() -> tuple[Head, bool]:
    """Returns the head, and whether there may be more."""
    at = start = head()
    if not sql.rows(_ALONE, [])[0][0]:
        return at, False
    at = start = head()
    events = list(AuditEvent.objects.filter(hash__isnull=True).order_by("id")[:BATCH])
    sealed = []
    for event in events:
        number = at.number + 1
        at = Head(number, digest(at.hash, number, event))
        sealed.append((event.pk, at.number, at.hash))
    if sealed:
        sql.run(_SEAL, [list(column) for column in zip(*sealed, strict=True)])
        transaction.on_commit(lambda: log.info("audit log sealed", extra={"after": start.number, "head": str(at)}))
    return at, len(events) == BATCH


def _sealed(event: AuditEvent) -> Head:
    return Head(event.number or 0, bytes(event.hash or b""))


def _numbers(first: int, last: int) -> str:
    return f"Number {first} is" if first == last else f"Numbers {first} to {last} are"
