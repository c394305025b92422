"""Keys and secrets are exchanged without a failed call: the new one first, both good for a while, then the old one
goes. Whatever fails half way leaves the old one in use."""

import secrets as random
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.timezone import now

from integration.adapters import registry
from integration.errors import ConfigurationError
from integration.jobs import acts, cases, routes
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.tree import changelog
from integration.jobs.tree.changelog import Told
from integration.models import ConfigurationChange, Connection, KeyRotation

FLOW = "key_rotation"
FAILED, LEFT = "CD-2022", "CD-2023"
LASTS = timedelta(days=90)  # of a new key: what Odoo lets internal users have
FLIGHT = timedelta(minutes=10)  # that calls with the old key may still be under way
AGAIN = timedelta(hours=1)
SECRET_BYTES = 32
Kind, State = KeyRotation.Kind, KeyRotation.State
AUTOMATIC = "rotate_key_days"  # an option of a connection: so many days before its key ends, a new one is made


def ask_for_key(pk: int, actor: Actor, *, key: str = "", expires: date | None = None) -> KeyRotation:
    """A new key for an Odoo: ``key``, which a person has made there, or one that Odoo is to make. Raises NotAllowed."""
    connection = Connection.objects.get(pk=pk)
    if connection.kind not in registry.ERP:
        raise NotAllowed(f"{connection} is no Odoo: it has no key.")
    if key:
        _refuse_alone(connection)
    if key and key == connection.secrets.get("key"):
        raise NotAllowed("That is the key that is in use.")
    ends = expires or (None if key else now().date() + LASTS)
    about: dict[str, Any] = {"secrets": {"new": key} if key else {}, "made_here": not key, "expires": ends}
    with transaction.atomic():
        row = _begin(connection, Kind.KEY, actor, State.MADE if key else State.ASKED, about)
        _enqueue(row)
    return row


def ask_for_signing(pk: int, actor: Actor, *, hours: float, secret: str = "") -> tuple[KeyRotation, str]:
    """A new signing secret, good at once beside the old one, which is refused after so many hours: the row, and the
    secret, which is shown this once. Raises NotAllowed."""
    connection = Connection.objects.get(pk=pk)
    if connection.kind not in registry.WMS:
        raise NotAllowed(f"{connection} is no warehouse's system: it has no signing secret.")
    if secret:
        _refuse_alone(connection)
    new = secret or "whsec_" + b64encode(random.token_bytes(SECRET_BYTES)).decode()
    with transaction.atomic():
        held = Connection.objects.select_for_update(no_key=True).get(pk=pk)
        old = held.secrets.get("signing", "")
        if not old:
            raise NotAllowed(f"{connection} has no signing secret yet: enter one.")
        if new == old:
            raise NotAllowed("That is the secret that is in use.")
        until = now() + timedelta(hours=hours)
        about = {"made_here": not secret, "until": until, "swapped_at": Now()}
        row = _begin(connection, Kind.SIGNING, actor, State.BOTH, about)
        fresh = {"signing": new, "signing_previous": old, "signing_previous_until": until.isoformat()}
        _store(held, {**held.secrets, **fresh}, actor, ["signing"])
    return row, new


def begin_making(row: KeyRotation, known: Sequence[str]) -> str:
    """The name that the new key is to have, kept before it is made: whatever dies then is found by it."""
    mine = [name for name in known if name.startswith(_prefix(row))]
    row.name, row.strays = f"{_prefix(row)}{len(mine) + 1}", mine
    row.save(update_fields=["name", "strays"])
    return row.name


def made(row: KeyRotation, key: str) -> None:
    """A result is a fact, and kept at once."""
    row.secrets, row.state = {"new": key}, State.MADE
    row.save(update_fields=["secrets", "state"])


def strays(row: KeyRotation, known: Sequence[str]) -> list[str]:
    """Keys that were made for this and that nobody holds: an answer was lost."""
    return [name for name in known if name.startswith(_prefix(row)) and name != row.name]


def swap(row: KeyRotation) -> None:
    """The new key is proven, and used from now on. Call inside a transaction, which may be undone and go again."""
    row = KeyRotation.objects.select_related("connection", "user").get(pk=row.pk)
    held = Connection.objects.select_for_update(no_key=True).get(pk=row.connection_id)
    old, actor = held.secrets.get("key", ""), _actor(row)
    options = {name: value for name, value in held.options.items() if name != "key_expires"}
    held.options = options | ({"key_expires": row.expires.isoformat()} if row.expires else {})
    _store(held, {**held.secrets, "key": row.secrets["new"]}, actor, ["key"])
    before = KeyRotation.objects.filter(connection=held, kind=Kind.KEY, state=State.ENDED).first()
    old_name = before.name if before else ""
    row.secrets, row.state, row.old_name, row.failure = {"old": old}, State.BOTH, old_name, ""
    row.until, row.swapped_at = now() + FLIGHT, now()
    row.save()
    cases.clear("Exchanged.", _failed(held, "").fingerprint)
    acts.note(actor, "exchange key", str(held), slug=held.slug, name=row.name)


def give_up(row: KeyRotation, why: str) -> None:
    """The old key goes on. Call inside a transaction."""
    _end(row, State.FAILED, why)
    cases.clear("The old key goes on.", _left(row.connection, "").fingerprint)
    cases.open_case(_failed(row.connection, why), row.connection)
    acts.note(_actor(row), "give up exchange of key", str(row.connection), slug=row.connection.slug, why=why)


def leave(row: KeyRotation, left: str) -> None:
    """The old key is good, and we may not take it away. Call inside a transaction."""
    row.state, row.until, row.failure = State.LEFT, now() + AGAIN, f"In Odoo, remove {left}"[:500]
    row.save(update_fields=["state", "until", "failure"])
    cases.open_case(_left(row.connection, left), row.connection)


def ended(row: KeyRotation) -> None:
    """The old one is refused by now. Call inside a transaction."""
    _end(
        row, State.ENDED, f"Nobody holds these keys, remove them in Odoo: {', '.join(row.strays)}" if row.strays else ""
    )
    cases.clear("The old key is gone.", _left(row.connection, "").fingerprint)
    acts.note(_actor(row), "old key is gone", str(row.connection), slug=row.connection.slug)


def end_signing(pk: int, actor: Actor) -> None:
    """From now on the old secret is refused. Raises NotAllowed."""
    with transaction.atomic():
        row = KeyRotation.objects.select_for_update().filter(pk=pk, kind=Kind.SIGNING, state=State.BOTH).first()
        if row is None:
            raise NotAllowed("The old secret is refused already.")
        held = Connection.objects.select_for_update(no_key=True).get(pk=row.connection_id)
        gone = ("signing_previous", "signing_previous_until")
        _store(held, {name: text for name, text in held.secrets.items() if name not in gone}, actor, [])
        _end(row, State.ENDED, "")
        acts.note(actor, "end old signing secret", str(held), slug=held.slug)


def look_again(pk: int) -> None:
    """Whether the old key is gone; goes on with one whose job a person has ended. Raises NotAllowed."""
    with transaction.atomic():
        row = KeyRotation.objects.filter(pk=pk, kind=Kind.KEY, state__in=KeyRotation.OPEN).first()
        if row is None:
            raise NotAllowed("No old key of it is good any more.")
        _enqueue(row)


def sweep() -> None:
    """What is due: old secrets are refused, old keys taken away, and where it is wanted new keys begun."""
    due = KeyRotation.objects.filter(until__lte=Now())
    for pk in due.filter(kind=Kind.SIGNING, state=State.BOTH).values_list("pk", flat=True):
        end_signing(pk, Actor("Crossdock"))
    with transaction.atomic():
        for row in due.filter(kind=Kind.KEY, state__in=(State.BOTH, State.LEFT)):
            _enqueue(row, news=False)
    for connection in _expiring():
        ask_for_key(connection.pk, Actor("Crossdock"))


def _expiring() -> list[Connection]:
    """Those whose keys are to be exchanged by themselves. After a failure a person looks first."""
    rows = Connection.objects.filter(kind__in=registry.ERP, enabled=True, options__has_keys=[AUTOMATIC, "key_expires"])
    soon = [row for row in rows.defer("secrets") if _is_soon(row.options)]
    return [row for row in soon if _last(row) in (None, State.ENDED)]


def _last(connection: Connection) -> str | None:
    found = KeyRotation.objects.filter(connection=connection, kind=Kind.KEY)
    return found.values_list("state", flat=True).first()


def _is_soon(options: Mapping[str, Any]) -> bool:
    try:
        before = min(timedelta(days=float(options[AUTOMATIC])), LASTS / 2)  # else each new one would be due at once
        return date.fromisoformat(str(options["key_expires"])) <= now().date() + before
    except (TypeError, ValueError, OverflowError):
        return False


def _begin(
    connection: Connection, kind: KeyRotation.Kind, actor: Actor, state: KeyRotation.State, about: Mapping[str, Any]
) -> KeyRotation:
    said = {"asked_by": actor.name[:150], "user": actor.user}
    try:
        with transaction.atomic():
            row = KeyRotation.objects.create(connection=connection, kind=kind, state=state, **said, **about)
    except IntegrityError:
        raise NotAllowed(f"One of {connection} is being exchanged already: see Key rotations.") from None
    acts.note(
        actor, f"exchange {'key' if kind == Kind.KEY else 'signing secret'}", str(connection), slug=connection.slug
    )
    return row


def _store(held: Connection, secrets: Mapping[str, str], actor: Actor, entered: Sequence[str]) -> None:
    before = changelog.taken(held)
    held.secrets = dict(secrets)
    held.save(update_fields=["secrets", "options"])
    source = ConfigurationChange.Source.CONSOLE if actor.user else ConfigurationChange.Source.COMMAND
    changelog.note(Connection, held.pk, before, changelog.taken(held), Told(actor, source), entered)


def _end(row: KeyRotation, state: KeyRotation.State, why: str) -> None:
    row.state, row.failure, row.secrets, row.ended_at = state, why[:500], {}, now()
    row.save(update_fields=["state", "failure", "secrets", "ended_at"])


def _refuse_alone(connection: Connection) -> None:
    if connection.four_eyes:
        raise NotAllowed("Two have to look at what is entered for it: enter it on the connection's page.")


def _enqueue(row: KeyRotation, *, news: bool = True) -> None:
    """One that waits is enough."""
    enqueue(
        NewJob(
            flow=FLOW,
            stream=f"keys:{row.connection_id}:{row.pk}",
            lane=routes.lane_of(FLOW),
            subject=f"key of {row.connection}",
            payload={"rotation": row.pk},
            coalesce=True,
            news=news,
        )
    )


def _prefix(row: KeyRotation) -> str:
    return f"Crossdock {row.connection.slug} {row.pk}."


def _actor(row: KeyRotation) -> Actor:
    return Actor(row.asked_by, row.user)


def _failed(connection: Connection, why: str) -> ConfigurationError:
    return ConfigurationError(FAILED, connection=connection.name, detail=why)


def _left(connection: Connection, names: str) -> ConfigurationError:
    login = str(connection.options.get("login") or "")
    return ConfigurationError(LEFT, connection=connection.name, login=login, names=names)
