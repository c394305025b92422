"""The key of an Odoo is exchanged: made, proven, used; and, when no call can be under way with it, the old one revoked.

Each step is kept before the next one begins, so that a death in between goes on where it was.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from django.utils.timezone import now

from integration.adapters.base import Profile
from integration.errors import ConfigurationError, IntegrationError, Permanent
from integration.jobs import connections, environment, gate, rotations
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import Connection, KeyRotation

State = KeyRotation.State
REFUSED = "CD-2001"
NO_KEY = "It logs in with a password, and Odoo exchanges keys only: make a key by hand, and enter it."


def handle(work: Work) -> Outcome:
    row = KeyRotation.objects.select_related("connection", "user").get(pk=work.job.payload["rotation"])
    if row.state in (State.ASKED, State.MADE):
        return _exchange(work, row)
    if row.state == State.BOTH and row.until is not None and row.until > now():
        return Outcome("calls with the old key may be under way")
    return _revoke(work, row) if row.state in (State.BOTH, State.LEFT) else Outcome("it is over")


def _exchange(work: Work, row: KeyRotation) -> Outcome:
    try:
        if row.state == State.ASKED:
            _make(work, row)
        if wrong := _wrong(work, row):
            _take_back(work, row)
            return Outcome(wrong, partial(rotations.give_up, row, wrong))
    except Permanent as error:
        if row.state == State.MADE:
            _take_back(work, row)
        why = NO_KEY if error.code == REFUSED and row.state == State.ASKED else _said(error)
        return Outcome(error.cause, partial(rotations.give_up, row, why))
    return Outcome(f"{row.connection} works with its new key", partial(rotations.swap, row))


def _make(work: Work, row: KeyRotation) -> None:
    with open_erp(row.connection, work) as erp:
        name = rotations.begin_making(row, [key.name for key in erp.keys.names()])
        assert row.expires is not None  # noqa: S101  (of a key that is made here it is always said)
        rotations.made(row, erp.keys.make(name, row.expires))


def _wrong(work: Work, row: KeyRotation) -> str:
    """Why the new key must not be used; empty: it may. All that the connection's test asks for is asked with both."""
    connection = row.connection
    gate.refuse_foreign(connection)
    environment.refuse(connection)
    new = connections.probe(_with(connection, row.secrets["new"]), work)
    old = _old(connection, work)
    if _user(new) != _user(old):
        return "It is a key of another user."
    missing = [each.name for each in new.findings if each.ok is False]
    missing = [name for name in missing if name not in {each.name for each in old.findings if each.ok is False}]
    return f"With it something is missing that the old one has: {', '.join(missing)}." if missing else ""


def _old(connection: Connection, work: Work) -> Profile:
    """As the old key finds it; where that has ended, as its last test found it."""
    try:
        return connections.probe(connection, work)
    except ConfigurationError as error:
        if error.code != REFUSED:
            raise
    facts: Mapping[str, object] = connection.profile.get("facts", {})
    return Profile(str(connection.profile.get("version", "")), facts, ())


def _user(profile: Profile) -> object:
    return profile.facts.get("uid")


def _take_back(work: Work, row: KeyRotation) -> None:
    """What Odoo made for us and is not used. Where that fails, its name is told."""
    if not row.made_here:
        return
    try:
        with open_erp(row.connection, work) as erp:
            erp.keys.revoke(row.secrets["new"])
    except IntegrationError:
        row.strays = [*row.strays, row.name]
        row.save(update_fields=["strays"])


def _revoke(work: Work, row: KeyRotation) -> Outcome:
    old, names = row.secrets.get("old", ""), list[str]()
    if old and old == row.connection.secrets.get("key"):
        why = f"The old key was entered again and goes on. In Odoo, remove {row.name or 'the new one'}."
        return Outcome("the old key is in use again", partial(rotations.give_up, row, why))
    with open_erp(row.connection, work) as erp:
        names = [key.name for key in erp.keys.names()]
        with suppress(Permanent):  # before 19, without an administrator's leave, or gone already: it is asked next
            erp.keys.revoke(old)
    row.strays = rotations.strays(row, names)
    row.save(update_fields=["strays"])
    if not _is_good(work, row.connection, old):
        return Outcome("the old key is gone", partial(rotations.ended, row))
    others = ", ".join(name for name in names if name != row.name)
    left = row.old_name if row.old_name in names else f"the old one of these: {others}" if others else "the old one"
    return Outcome("the old key is still good", partial(rotations.leave, row, left))


def _is_good(work: Work, connection: Connection, key: str) -> bool:
    if not key or key == connection.secrets.get("key"):
        return False
    try:
        connections.knock(_with(connection, key), work)
    except ConfigurationError as error:
        if error.code != REFUSED:
            raise
        return False
    return True


def _with(connection: Connection, key: str) -> Connection:
    """The connection as it would be. It is never saved."""
    draft = Connection.objects.get(pk=connection.pk)
    draft.secrets = {**draft.secrets, "key": key}
    return draft


def _said(error: Permanent) -> str:
    detail = str(error.context.get("detail", ""))
    return error.cause if detail in error.cause else f"{error.cause} {detail}"
