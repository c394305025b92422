"""What each Odoo has of what we use: looked at every day, compared with the day before, and with other versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction
from django.db.models.functions import Now

from integration.adapters import registry
from integration.canonical.shapes import Shape, Used, all_of, plain, read
from integration.jobs import drift, routes
from integration.jobs.acts import NotAllowed
from integration.jobs.queue import NewJob, enqueue
from integration.models import Connection, ServerShape
from integration.rules import rehearsal
from integration.rules.flows import FLOWS
from integration.rules.shapes import Difference, differences
from integration.rules.verbs import VERBS

LOOK = "shape_look"
NAMED = 5  # flows, in a case


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """``handled``: what the gateway does otherwise on the target, by its own table of versions."""

    source: int
    target: int
    flows: Sequence[rehearsal.FlowFound]
    handled: Mapping[str, tuple[object, object]]
    looked_at: bool

    @property
    def breaks(self) -> list[str]:
        return [each.flow for each in self.flows if each.breaks]


def start() -> int:
    """A look at every Odoo; one that waits is enough."""
    erps = Connection.objects.filter(kind__in=registry.ERP, enabled=True).order_by("pk")
    with transaction.atomic():
        for erp in erps:
            enqueue(_job(erp))
    return len(erps)


def keep(connection: Connection, version: str, shape: Shape) -> None:
    """Compares it with the one before, and takes its place. Call inside a transaction."""
    known = ServerShape.objects.select_for_update().filter(connection=connection).first()
    if known is not None:
        _tell(connection, version, differences(read(known.shape), shape, _used(connection, version)))
    about = {"version": version[:20], "shape": plain(shape), "looked_at": Now()}
    ServerShape.objects.update_or_create(connection=connection, defaults=about)


def rehearse(connection: Connection, target: int) -> Rehearsal:
    """Raises NotAllowed when nothing is known of the connection, or of the target."""
    recorded, source = registry.recorded(connection.kind), version_of(connection)
    if source not in recorded.versions() or target not in recorded.versions():
        known = ", ".join(str(each) for each in recorded.versions())
        raise NotAllowed(
            f"{connection} is Odoo {source or 'of an unknown version'}, and there are recordings of {known}."
        )
    if target <= source:
        raise NotAllowed(f"{connection} is Odoo {source} already: choose a later version than that.")
    before, after = (rehearsal.Side(each, recorded.shape(each), recorded.uses(each)) for each in (source, target))
    kept = ServerShape.objects.filter(connection=connection).first()
    installed = read(kept.shape) if kept is not None and _major(kept.version) == source else None
    found = rehearsal.rehearse(before, after, VERBS, installed)
    return Rehearsal(source, target, found, recorded.handled(source, target), installed is not None)


def targets(connection: Connection) -> list[int]:
    """The later versions that there are recordings of."""
    source = version_of(connection)
    return [each for each in registry.recorded(connection.kind).versions() if source and each > source]


def version_of(connection: Connection) -> int:
    """As its last probe said; 0 before the first one."""
    return _major(str(connection.profile.get("version", "")))


def _tell(connection: Connection, version: str, found: Sequence[Difference]) -> None:
    """One case for each model."""
    for model, rows in groupby(sorted(found, key=lambda each: each.model), key=lambda each: each.model):
        places = [drift.Place(each.name or model, each.said) for each in rows]
        drift.changed(connection, model, places, _flows_of(connection, version, model))


def _flows_of(connection: Connection, version: str, model: str) -> str:
    uses = registry.recorded(connection.kind).uses(_major(version))
    verbs = {verb for verb, models in uses.items() if model in models}
    said = [FLOWS[flow].says for flow, asks in VERBS.items() if verbs.intersection(asks)]
    more = [f"and {len(said) - NAMED} more"] if len(said) > NAMED else []
    return "; ".join([*said[:NAMED], *more]) or "none of the flows"


def _used(connection: Connection, version: str) -> Mapping[str, Used]:
    return all_of(registry.recorded(connection.kind).uses(_major(version)))


def _job(erp: Connection) -> NewJob:
    return NewJob(
        flow=LOOK,
        stream=f"shape:{erp.pk}",
        lane=routes.lane_of(LOOK),
        subject=f"what {erp.name} has",
        payload={"connection": erp.pk},
        coalesce=True,
        news=False,
    )


def _major(version: str) -> int:
    return int("".join(letter for letter in version.removeprefix("saas~").partition(".")[0] if letter.isdigit()) or 0)
