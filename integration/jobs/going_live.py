"""A flow goes live out of shadow: by a person, when it is ready; what is open then is taken over once, or stays."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.timezone import now

from integration.jobs import acts, routes, warehouses
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.tree import changelog
from integration.jobs.tree.changelog import Told
from integration.models import ConfigurationChange, Mode, Rollout, ShadowDocument, SyncJob, Warehouse

Taking = Rollout.Taking
NOT_READY = "{of} is not ready to go live: look at what stands against it, or have somebody let it go in spite of that."


def go_live(pk: int, actor: Actor, reason: str, *, in_spite: bool) -> bool:
    """Makes the flow live now; False: a second person has to look first. Raises NotAllowed."""
    with transaction.atomic():
        of = Rollout.objects.select_for_update(of=("self",)).select_related("warehouse").get(pk=pk)
        warehouse = Warehouse.objects.select_for_update().get(pk=of.warehouse_id)
        if warehouse.in_force(of.flow) == Mode.LIVE:
            raise NotAllowed(f"{of} is live already.")
        if not (of.go or in_spite):
            raise NotAllowed(NOT_READY.format(of=of))
        if in_spite and not of.go:
            of.waived_by, of.waived_why = actor.name, reason[:300]
            of.save(update_fields=["waived_by", "waived_why"])
        acts.note(actor, "go live", str(of), why=reason, ready=of.go, against=of.against)
        return _make_live(of, warehouse, Told(actor, ConfigurationChange.Source.CONSOLE, reason))


def _make_live(of: Rollout, warehouse: Warehouse, told: Told) -> bool:
    before = changelog.taken(warehouse)
    wish = {**(before or {}), f"{of.flow}_mode": Mode.LIVE.value, f"{of.flow}_from": None}
    if changelog.needs_two(Warehouse, before, wish):
        changelog.wait(Warehouse, warehouse.pk, before, wish, told)
        return False
    setattr(warehouse, f"{of.flow}_mode", Mode.LIVE)
    setattr(warehouse, f"{of.flow}_from", None)
    warehouse.save()
    changelog.note(Warehouse, warehouse.pk, before, changelog.taken(warehouse), told)
    warehouses.changed(warehouse)
    return True


def look(pk: int, actor: Actor, _reason: str) -> str:
    """Has what is open looked at, on both sides: what a taking over would do. Raises NotAllowed."""
    return _start(pk, actor, Taking.LOOKING, "look at open documents")


def take_over(pk: int, actor: Actor, _reason: str) -> str:
    """Takes over what was looked at. Raises NotAllowed."""
    of = Rollout.objects.select_related("warehouse").get(pk=pk)
    if of.warehouse.in_force(of.flow) != Mode.LIVE:
        raise NotAllowed(f"{of} is not live: what is open is taken over once it is.")
    if of.taking != Taking.LOOKED:
        raise NotAllowed(f"{of}: have the open documents looked at first.")
    Rollout.objects.filter(pk=pk).update(taken_by=actor.name, taken_at=Now())
    return _start(pk, actor, Taking.RUNNING, "take over open documents")


def is_at_work(of: Rollout) -> bool:
    """Not if a person has ended its job."""
    jobs = SyncJob.objects.filter(stream__key=_stream(of), state__in=SyncJob.ACTIVE)
    return of.taking in (Taking.LOOKING, Taking.RUNNING) and jobs.exists()


def _start(pk: int, actor: Actor, state: str, does: str) -> str:
    with transaction.atomic():
        of = Rollout.objects.select_for_update(of=("self",)).select_related("warehouse").get(pk=pk)
        if is_at_work(of):
            raise NotAllowed(f"{of}: it is at work already.")
        of.taking = state
        of.save(update_fields=["taking"])
        flow = "rollout_take" if state == Taking.RUNNING else "rollout_look"
        enqueue(job(flow, of))
        acts.note(actor, does, str(of))
    return ""


def job(flow: str, of: Rollout, after: int = 0) -> NewJob:
    """``after``: the last message that was looked at by then."""
    return NewJob(
        flow=flow,
        stream=_stream(of),
        lane=routes.lane_of(flow),
        subject=f"open documents of {of.warehouse.name}"[:100],
        payload={"rollout": of.pk, "after": after},
    )


def _stream(of: Rollout) -> str:
    return f"rollout:{of.pk}"


def judge(pk: int, actor: Actor, reason: str, *, judged: str) -> None:
    """Says who was wrong where both sides differ. Raises NotAllowed."""
    with transaction.atomic():
        row = ShadowDocument.objects.select_for_update().get(pk=pk)
        if row.outcome != ShadowDocument.Outcome.DIFFERS:
            raise NotAllowed(f"{row} does not differ.")
        row.judged, row.judged_by, row.judged_by_name = judged, actor.user, actor.name
        row.judged_at, row.judged_why = now(), reason[:300]
        row.save(update_fields=["judged", "judged_by", "judged_by_name", "judged_at", "judged_why"])
        acts.note(actor, "judge shadow", str(row), why=reason, judged=judged, flow=row.flow)
