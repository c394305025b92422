"""The guard of the environment: what a person has confirmed is remembered, and anything else locks all that is sent.

The first contact of a connection is taken as confirmed: a person has just entered it. From then on another address,
database or environment of one of them, another Odoo behind the same address, a credential of production in a test,
or another installation around the same database opens a lock, which only a person ends (``confirming``).
"""

import hashlib
import hmac
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.db.models import Q
from django.db.models.functions import Now

from integration.adapters.base import Identity
from integration.errors import ConfigurationError, Throttled
from integration.jobs import cases, sql
from integration.models import AuditEvent, Connection, EnvironmentLock, Installation, KnownSystem
from integration.models.fields import decrypt
from integration.rules import known_systems as rules
from integration.rules.known_systems import Difference, Place, System

LOCKED, TOLD = "CD-2020", "CD-2021"
LOCKED_SECONDS = 30.0  # who meets the lock while it is being opened is not let go with the others
LONG_LOCKED, LONG_SECONDS = "10 minutes", 120.0  # thousands may wait by then, and each try is kept
LOOK_EVERY = 1.0  # seconds, in each process, for each connection
NAME = "main"
US = "Crossdock"
NAMED = 5  # differences, in the case
FORMER = 20  # fingerprints of former credentials of one connection
CREDENTIALS = ("key", "token")  # what a connection logs in with, whichever it has

KNOWN, CONNECTION, LOCK, HERE = (
    each._meta.db_table for each in (KnownSystem, Connection, EnvironmentLock, Installation)
)
# What can be seen without opening a credential; of all connections, because one that differs stops all of them.
_LOOK = f"""
SELECT (SELECT now() - began_at > interval '{LONG_LOCKED}' FROM {LOCK} WHERE released_at IS NULL),
  here.environment, here.public_url, here.pepper,
  known.connection_id IS NOT NULL, known.credential,
  EXISTS (
    SELECT FROM {KNOWN} AS one JOIN {CONNECTION} AS now ON now.id = one.connection_id
    WHERE now.enabled AND (now.environment <> one.environment OR now.base_url <> one.base_url
      OR COALESCE(now.options ->> 'database', '') <> one.database
      OR (one.uuid <> '' AND one.seen_uuid <> '' AND one.uuid <> one.seen_uuid)
      OR (one.born <> '' AND one.seen_born <> '' AND one.born <> one.seen_born)))
FROM (SELECT) AS nothing LEFT JOIN {HERE} AS here ON here.name = '{NAME}'
LEFT JOIN {KNOWN} AS known ON known.connection_id = %s"""  # noqa: S608  (names of our own)


@dataclass(frozen=True, slots=True)
class _Seen:
    """All was well, at this moment, of a connection with these properties. ``by``: which no restored one outlives."""

    at: float
    by: object
    facts: tuple[str, ...]


_seen: dict[int, _Seen] = {}


def check(connection: Connection, *, looks: bool = False) -> None:
    """Before each call elsewhere. ``looks``: to be told which system answers. Raises Throttled CD-2020."""
    facts, seen = _facts(connection), _seen.get(connection.pk)
    if seen and seen.facts == facts and seen.by is database.connection and time.monotonic() - seen.at < LOOK_EVERY:
        return
    asked = time.monotonic()
    locked_long, environment, public_url, pepper, is_known, credential, differs = sql.rows(_LOOK, [connection.pk])[0]
    if locked_long is not None:
        if looks and _leads_where_confirmed(connection):
            return
        raise locked_for(connection, LONG_SECONDS if locked_long else LOCKED_SECONDS)
    as_ever = (environment, public_url) == (settings.ENVIRONMENT, settings.PUBLIC_URL) and is_known and not differs
    if not as_ever or credential != _fingerprint(decrypt(bytes(pepper)), connection):
        _meet(connection)
    _seen[connection.pk] = _Seen(asked, database.connection, facts)


def watch() -> None:
    """Locks, should something differ, also while nothing is sent. For beat."""
    if current() is None and differences():
        begin()


def current() -> EnvironmentLock | None:
    return EnvironmentLock.objects.filter(released_at=None).first()


def locked_for(connection: Connection, seconds: float = LOCKED_SECONDS) -> Throttled:
    return Throttled(LOCKED, retry_after=seconds, connection=connection.name)


def refuse(connection: Connection) -> None:
    """As ``check``, for a look that a person asks for: it remembers nothing. Raises Throttled CD-2020."""
    if current() is not None or differences():
        raise locked_for(connection)


def found(connection: Connection, identity: Identity) -> None:
    """What a look at a system has found; an open lock shows what differs by now. Call inside a transaction."""
    # The lock before the system, as whoever confirms takes them.
    lock = EnvironmentLock.objects.select_for_update().filter(released_at=None).first()
    row = KnownSystem.objects.select_for_update().filter(connection=connection).first()
    if row is None:
        return
    row.seen_uuid, row.seen_born, row.seen_at = identity.uuid[:64], identity.born[:100], Now()
    row.uuid = row.uuid or row.seen_uuid
    if not rules.is_same_user(row.born, row.seen_born):
        row.born = row.seen_born
    row.save(update_fields=["seen_uuid", "seen_born", "seen_at", "uuid", "born"])
    if lock is None:
        begin()
    else:
        lock.differences = [asdict(each) for each in differences()]
        lock.save(update_fields=["differences"])


def differences() -> Sequence[Difference]:
    """All that is not as it was confirmed, of everything that is switched on."""
    here = Installation.objects.filter(name=NAME).first()
    if here is None:
        return []
    known = KnownSystem.objects.filter(connection__enabled=True).select_related("connection").order_by("connection")
    return [*rules.moved(_place(here), _now()), *(each for row in known for each in _of(row, here))]


def begin() -> EnvironmentLock | None:
    """Locks; None: nothing differs any more. Two at once are one."""
    listed = differences()
    if not listed:
        return None
    try:
        with transaction.atomic():
            row = EnvironmentLock.objects.create(differences=[asdict(each) for each in listed])
            cases.open_case(told(listed))
            detail = {"differences": row.differences}
            AuditEvent.objects.create(actor=US, verb="lock environment", subject=str(row)[:200], detail=detail)
    except IntegrityError:
        return current()
    forget()
    return row


def told(listed: Sequence[Difference]) -> ConfigurationError:
    """The case of a lock. Its cause is one, whatever differs."""
    said = [f"{each.about}: {each.what} {each.after or 'none'}, before {each.before or 'none'}" for each in listed]
    more = [f"{len(said) - NAMED} more"] if len(said) > NAMED else []
    return ConfigurationError(TOLD, what="; ".join([*said[:NAMED], *more]))


def confirm(connection: Connection, name: str, *, with_its_key: bool = False) -> None:
    """A person says that this is the system that is meant; ``with_its_key``: also by a key of production's. Call inside
    a transaction."""
    here = _installation()
    before = KnownSystem.objects.filter(connection=connection).first()
    same = before is not None and (before.base_url, before.database) == (connection.base_url, _database(connection))
    credential = _fingerprint(bytes(here.pepper), connection)
    about = {
        "environment": connection.environment,
        "base_url": connection.base_url,
        "database": _database(connection),
        "credential": credential,
        "former": _former(before, credential),
        "confirmed_at": Now(),
        "confirmed_by": name[:150],
    }
    # Of another system nobody knows yet who it is: the next look tells.
    marks = {"uuid": before.seen_uuid, "born": before.seen_born} if before is not None and same else {}
    unknown = dict.fromkeys(("uuid", "born", "seen_uuid", "seen_born"), "")
    accepted = {"accepted": credential} if with_its_key else {}
    KnownSystem.objects.update_or_create(connection=connection, defaults=about | (marks or unknown) | accepted)
    forget()


def confirm_place(name: str) -> None:
    """A person says that this installation is what its settings say. Call inside a transaction."""
    _installation()
    now = _now()
    about = {"environment": now.environment, "public_url": now.public_url}
    Installation.objects.filter(name=NAME).update(**about, confirmed_at=Now(), confirmed_by=name[:150])
    forget()


def forget() -> None:
    """The next look is not put off."""
    _seen.clear()


def _meet(connection: Connection) -> None:
    """Takes over what is new by a person's act, and locks for anything else. Raises Throttled CD-2020."""
    with transaction.atomic():
        here = _installation()
        known = KnownSystem.objects.select_for_update().filter(connection=connection).first()
        if known is None:
            confirm(connection, "")
        else:
            _take_credential(known, here)
    if differences():
        begin()
        raise locked_for(connection)


def _leads_where_confirmed(connection: Connection) -> bool:
    """Nothing differs but, perhaps, what the system says of itself."""
    here = Installation.objects.filter(name=NAME).first()
    known = KnownSystem.objects.filter(connection=connection).select_related("connection").first()
    if here is None or known is None or list(rules.moved(_place(here), _now())):
        return False
    elsewhere = rules.led_elsewhere(connection.slug, _before(known), _after(known, connection))
    return not [*elsewhere, *_borrowed(known, here)]


def _take_credential(known: KnownSystem, here: Installation) -> None:
    """As it is stored: a worker may still have the one before in hand. Whoever enters one has the right to; that it is
    production's is seen by who compares."""
    credential = _fingerprint(bytes(here.pepper), Connection.objects.get(pk=known.pk))
    if known.credential != credential:
        known.former, known.credential = _former(known, credential), credential
        known.save(update_fields=["credential", "former"])


def _former(known: KnownSystem | None, credential: str) -> list[str]:
    if known is None:
        return []
    if not known.credential or known.credential == credential:
        return list(known.former)
    return list(dict.fromkeys([known.credential, *known.former]))[:FORMER]


def _of(row: KnownSystem, here: Installation) -> Iterator[Difference]:
    connection = row.connection
    yield from rules.changed(connection.slug, _before(row), _after(row, connection))
    yield from _borrowed(row, here)


def _borrowed(row: KnownSystem, here: Installation) -> Iterator[Difference]:
    connection = row.connection
    credential = _fingerprint(bytes(here.pepper), connection)
    if credential not in ("", row.accepted):
        theirs = Q(credential=credential) | Q(former__contains=[credential])
        others = KnownSystem.objects.filter(theirs, environment=rules.PRODUCTION).exclude(pk=row.pk)
        owners = list(others.order_by("connection__slug").values_list("connection__slug", flat=True))
        yield from rules.borrowed(connection.slug, settings.ENVIRONMENT, owners)


def _installation() -> Installation:
    row = Installation.objects.filter(name=NAME).first()
    if row is None:
        now = _now()
        about = {"environment": now.environment, "public_url": now.public_url, "pepper": os.urandom(32)}
        row, _ = Installation.objects.get_or_create(name=NAME, defaults=about)
    return row


def _place(here: Installation) -> Place:
    return Place(here.environment, here.public_url)


def _now() -> Place:
    return Place(settings.ENVIRONMENT, settings.PUBLIC_URL[:200])


def _before(row: KnownSystem) -> System:
    return System(row.environment, row.base_url, row.database, row.uuid, row.born)


def _after(row: KnownSystem, connection: Connection) -> System:
    at = (connection.environment, connection.base_url, _database(connection))
    return System(*at, row.seen_uuid, row.seen_born)


def _facts(connection: Connection) -> tuple[str, ...]:
    secret = hashlib.sha256(_credential(connection).encode()).hexdigest()
    at = (connection.environment, connection.base_url, _database(connection))
    return (*at, secret, settings.ENVIRONMENT, settings.PUBLIC_URL)


def _fingerprint(pepper: bytes, connection: Connection) -> str:
    """Never the credential: who has the database without its keys cannot even test a guess."""
    credential = _credential(connection)
    return hmac.digest(pepper, credential.encode(), "sha256").hex() if credential else ""


def _credential(connection: Connection) -> str:
    return next((text for name in CREDENTIALS if (text := str(connection.secrets.get(name) or ""))), "")


def _database(connection: Connection) -> str:
    return str(connection.options.get("database") or "")
