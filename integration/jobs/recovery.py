"""After a backup was restored: nothing is written elsewhere until both sides were read again and a person lets it.

Work goes on up to its first write. What was written before is found in the other system by its mark, and counts as
made; what is not found waits at the lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.functions import TransactionNow
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.db.models.functions import Now
from django.utils.timezone import now

from integration.errors import Rejected
from integration.jobs import acts, cases, gate, generation, inventories, missing, sweep, telling
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.effects import LOCKED
from integration.models import Connection, Recovery, SyncJob, Warehouse

TOLD = "CD-9402"
OURSELVES = Actor("Crossdock")
LOOKS = timedelta(days=7)  # after the release: what was lost may come back as late as that
State = SyncJob.State


@dataclass(frozen=True, slots=True)
class Step:
    """What has to be done before the lock may go. ``left``: what is missing of it; empty: it is done."""

    name: str
    left: str


def watch() -> None:
    """Locks, should the database have gone back in time. Cheap enough for every batch."""
    found = generation.went_back()
    if found is None:
        return
    since, how = found
    begin(min(since, now()), f"Seen by itself: {how}.", OURSELVES)  # our own clock may be behind PostgreSQL's


def current() -> Recovery | None:
    return Recovery.objects.filter(released_at=None).first()


def begin(lost_after: datetime, why: str, actor: Actor) -> Recovery:
    """Locks and has both sides read again. Two at once are one. Raises NotAllowed."""
    if lost_after > now():
        raise NotAllowed("The backup cannot be of a time that is still to come.")
    try:
        with transaction.atomic():
            about = {"lost_after": lost_after, "why": why[:300], "begun_by": actor.name[:150], "user": actor.user}
            row = Recovery.objects.create(began_at=TransactionNow(), **about)  # as the jobs that it adds
            generation.accept()
            cases.open_case(_told(row))
            telling.pass_over()
            _read_again()
            acts.note(actor, "begin recovery", str(row), why=why, lost_after=lost_after.isoformat())
    except IntegrityError:
        known = current()
        if known is None:
            raise
        return known
    row.refresh_from_db()
    return row


def moved(actor: Actor, why: str) -> None:
    """Nothing was lost: the database was moved, with everything stopped. Raises NotAllowed."""
    if current() is not None:
        raise NotAllowed("A recovery is open: release it, once both sides were read again.")
    with transaction.atomic():
        generation.accept()
        acts.note(actor, "database moved", "this installation", why=why)


def steps(row: Recovery) -> Sequence[Step]:
    return [
        Step("calls from before cannot land any more", _unsettled(row)),
        *(Step(f"{erp} is read again", _unread(row, erp)) for erp in _erps()),
    ]


def waiting() -> int:
    """Jobs that stand at the lock: what would be written."""
    return SyncJob.objects.filter(failure_code=LOCKED, state__in=SyncJob.ACTIVE).count()


def partners() -> list[Connection]:
    """Whose messages since the backup have to come again: what they sent was answered, and is lost."""
    ships = Warehouse.objects.values("wms")
    return list(Connection.objects.filter(pk__in=ships, enabled=True).order_by("name"))


def release(pk: int, actor: Actor, reason: str) -> int:
    """Lets writes go on; returns how many jobs waited. Raises NotAllowed while something is missing."""
    with transaction.atomic():
        row = Recovery.objects.select_for_update().filter(pk=pk, released_at=None).first()
        if row is None:
            raise NotAllowed("Nothing is locked.")
        if not reason.strip():
            raise NotAllowed("Please say who has had the warehouses send their messages again.")
        missing = next((step for step in steps(row) if step.left), None)
        if missing is not None:
            raise NotAllowed(missing.left)
        ends = {"released_at": Now(), "released_by": actor.name[:150], "released_why": reason[:300]}
        Recovery.objects.filter(pk=pk).update(**ends, look_until=Now() + LOOKS)
        cases.clear(f"Released by {actor.name}.", _told(row).fingerprint)
        acts.note(actor, "release recovery", str(row), reason=reason)
        transaction.on_commit(generation.forget)
    with transaction.atomic():  # a second one: streams are locked first
        return gate.let_go(SyncJob.objects.filter(failure_code=LOCKED, state=State.RETRY))


def _read_again() -> None:
    """Cursors went back with the database: polls go on from there. Sweeps look at what no poll shows, and a warehouse
    that can be asked is asked what has become of its documents: what it told of them and is not here is fetched."""
    for flow in sweep.POLLS:
        sweep.start_polls(flow)
    sweep.start_masters("master_sweep")
    inventories.start_reads()
    inventories.start_fetches()
    missing.start_comparisons()


def _told(row: Recovery) -> Rejected:
    return Rejected(TOLD, lost_after=f"{row.lost_after:%Y-%m-%d %H:%M:%S} UTC", why=row.why)


def _erps() -> list[Connection]:
    return list(Connection.objects.filter(kind="odoo", enabled=True).order_by("name"))


def _unsettled(row: Recovery) -> str:
    """By PostgreSQL's clock: by one that is ahead, a call that still lands would be looked for too early."""
    most = Connection.objects.filter(enabled=True).aggregate(most=Max("settle_seconds"))["most"] or 0
    passed = Recovery.objects.filter(pk=row.pk).values_list(Now() - F("began_at"), flat=True).get()
    left = (timedelta(seconds=most) - passed).total_seconds()
    return f"Calls from before may still land: try again in {int(left) + 1} s." if left > 0 else ""


def _unread(row: Recovery, erp: Connection) -> str:
    """One that waited when the backup was made will do, if it was begun since."""
    done = SyncJob.objects.filter(
        flow="odoo_sweep", payload__connection=erp.pk, started_at__gte=row.began_at, state=State.SUCCEEDED
    )
    return "" if done.exists() else f"{erp} has not been read again yet: its sweep has not ended."
