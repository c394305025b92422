"""A person says that this installation may send again: what differs is what is meant."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from django.db import transaction
from django.db.models.functions import Now

from integration.jobs import acts, cases, environment, gate
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.environment import LOCKED
from integration.models import Connection, EnvironmentLock, SyncJob

Difference = Mapping[str, str]


def waiting() -> int:
    """Jobs that stand at the lock."""
    return SyncJob.objects.filter(failure_code=LOCKED, state__in=SyncJob.ACTIVE).count()


def now(row: EnvironmentLock) -> Sequence[Difference]:
    """What differs by now. Of one that is released: what differed."""
    return row.differences if row.released_at else [asdict(each) for each in environment.differences()]


def mark(row: EnvironmentLock) -> str:
    """Of what is shown, for who confirms without seeing it at that moment."""
    return hashlib.sha256(json.dumps(row.differences, sort_keys=True).encode()).hexdigest()[:8]


def confirm(pk: int, actor: Actor, reason: str, seen: str = "") -> int:
    """Lets work go on; returns how many jobs waited. ``seen``: the mark of what was shown. Raises NotAllowed while
    something else differs than is shown."""
    with transaction.atomic():
        row = EnvironmentLock.objects.select_for_update().filter(pk=pk, released_at=None).first()
        if row is None:
            raise NotAllowed("Nothing is locked.")
        if not reason.strip():
            raise NotAllowed("Please say why these are the right systems.")
        if seen and seen != mark(row):
            raise NotAllowed("Something else differs by now: look at it again.")
        changed = now(row) != row.differences
        if not changed:
            _release(row, actor, reason)
    if changed:
        _show(pk, now(row))
        raise NotAllowed("Something else differs by now: look at it again.")
    with transaction.atomic():  # a second one: streams are locked first
        return gate.let_go(SyncJob.objects.filter(failure_code=LOCKED, state=SyncJob.State.RETRY))


def _release(row: EnvironmentLock, actor: Actor, reason: str) -> None:
    environment.confirm_place(actor.name)
    for connection in Connection.objects.filter(enabled=True, known__isnull=False).order_by("pk"):
        environment.confirm(connection, actor.name, with_its_key=True)
    ends = {"released_at": Now(), "released_by": actor.name[:150], "released_why": reason[:300], "user": actor.user}
    EnvironmentLock.objects.filter(pk=row.pk).update(**ends)
    cases.clear(f"Confirmed by {actor.name}.", environment.told([]).fingerprint)
    acts.note(actor, "confirm environment", str(row), reason=reason, differences=row.differences)
    transaction.on_commit(environment.forget)


def _show(pk: int, found: Sequence[Difference]) -> None:
    """Outside of the transaction that was given up: who looks again sees what is."""
    EnvironmentLock.objects.filter(pk=pk, released_at=None).update(differences=list(found))
