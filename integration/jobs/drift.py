"""Drift: what the other side says or is that the code was not written for. Kept once, and acted on as the connection
wishes: ignored, told as a case, or the connection paused. Call all of it inside a transaction.

A sender cannot fill the table: of each kind a connection has a few hundred rows, and one for all that is more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from integration.adapters.base import Received
from integration.errors import ConfigurationError, IntegrationError, InvalidDocument, Permanent
from integration.jobs import cases, ownership, sql, switching
from integration.models import Connection, Drift
from integration.rules import drift as rules
from integration.rules import ownership as owners

Kind, Policy = Drift.Kind, Connection.DriftPolicy
MOST = 300  # rows of one connection and kind
NAMED = 10  # in a case
FIELDS, SERVER = "CD-3020", "CD-3022"
# Codes of the partner's that nothing here stands for. They have cases of their own.
UNKNOWN_CODES = {"CD-3002": "sku", "CD-3004": "unit", "CD-3006": "carrier"}

# In one order, so that two messages with the same drift do not block each other.
_SEEN = f"""
INSERT INTO {Drift._meta.db_table} AS drift (connection_id, kind, subject, path, detail, example, count)
SELECT %(connection)s, %(kind)s, %(subject)s, place.path, place.detail, %(example)s, 1
FROM unnest(%(paths)s::text[], %(details)s::text[]) AS place (path, detail) ORDER BY place.path
ON CONFLICT (connection_id, kind, subject, path) DO UPDATE SET count = drift.count + 1, last_at = now(),
  detail = EXCLUDED.detail, example = EXCLUDED.example
RETURNING path, xmax = 0"""  # noqa: S608  (table names of our own)


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    detail: str = ""


def told(connection: Connection, received: Received) -> None:
    """A message that was taken has fields that the contract does not know."""
    kind, number = received.event.type, received.external_id
    ownership.said(connection, kind, number, owners.foreign(received.drift))
    new = seen(connection, Kind.FIELD, kind, [Place(path) for path in rules.places(received.drift)], number)
    if new:
        what = f"{_listed(new)} in {kind}"
        _act(connection, InvalidDocument(FIELDS, connection=connection.name, type=kind, fields=_listed(new)), what)


def refused(connection: Connection, wrong: InvalidDocument, number: str) -> None:
    """A message of the connection was refused for its shape: its sender has been told, and sends it again or not."""
    field = str(wrong.context.get("field") or wrong.code)
    place = Place(rules.collapsed(field), str(wrong.context.get("detail", ""))[:300])
    seen(connection, Kind.SHAPE, str(wrong.context.get("type", "")).strip("'")[:80], [place], number[:200])


def met(error: IntegrationError) -> None:
    """A job waits for codes that nobody has mapped."""
    for cause in error.causes:
        if cause.code in UNKNOWN_CODES:
            slug, code = str(cause.context.get("scope", "")), str(cause.context.get("code", ""))
            partner = Connection.objects.filter(slug=slug).first()
            if partner is not None and code:
                seen(partner, Kind.CODE, UNKNOWN_CODES[cause.code], [Place(code[: rules.LONGEST])])


def changed(connection: Connection, model: str, places: Sequence[Place], flows: str) -> None:
    """An Odoo has not what it had when it was last looked at."""
    if seen(connection, Kind.SERVER, model[:80], places):
        what = f"{model}: {'; '.join(f'{each.path} {each.detail}' for each in places[:NAMED])}"
        error = ConfigurationError(SERVER, connection=connection.name, model=model, what=what, flows=flows)
        _act(connection, error, what)


def seen(
    connection: Connection, kind: Drift.Kind, subject: str, places: Sequence[Place], example: str = ""
) -> list[str]:
    """Counts each of them, and returns those that were not there before."""
    bounded = _bounded(connection, kind, subject, places)
    about = {"connection": connection.pk, "kind": kind, "subject": subject, "example": example}
    lists = {"paths": [each.path for each in bounded], "details": [each.detail[:300] for each in bounded]}
    return [path for path, is_new in sql.rows(_SEEN, {**about, **lists}) if is_new]


def _bounded(connection: Connection, kind: Drift.Kind, subject: str, places: Sequence[Place]) -> list[Place]:
    """With one place for all that would be too many."""
    rows = Drift.objects.filter(connection=connection, kind=kind)
    paths = [each.path for each in places]
    known = set(rows.filter(subject=subject, path__in=paths).values_list("path", flat=True))
    room = MOST - rows.count() if len(known) < len(set(paths)) else 0
    kept: dict[str, Place] = {}
    for each in places:
        if each.path not in known and each.path not in kept:
            room -= 1
            if room < 0:
                kept[rules.REST] = Place(rules.REST)
                continue
        kept[each.path] = each
    return list(kept.values())


def _act(connection: Connection, error: Permanent, what: str) -> None:
    policy = Connection.objects.values_list("drift_policy", flat=True).get(pk=connection.pk)
    if policy == Policy.WARN and not _is_told(error):
        ownership.tell(error, connection)
    if policy == Policy.PAUSE:
        _pause(connection, what)


def _is_told(error: Permanent) -> bool:
    """All of its fields have cases of their own."""
    names = str(error.context.get("fields", ""))
    return error.code == FIELDS and len(owners.foreign(names.split(", "))) == len(names.split(", "))


def _pause(connection: Connection, what: str) -> None:
    held = switching.held(connection.pk)
    if held.enabled:
        switching.off(held, switching.US, f"Drift: {what}")
    cases.open_case(switching.drifted(held, what), held)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join([*names[:NAMED], *([f"{more} more"] if more > 0 else [])])
