"""How the database differs from the files that it is kept in: looked at by the clock, kept with since when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from integration.jobs.tree import changelog, files
from integration.jobs.tree.defaults import whole
from integration.jobs.tree.names import Names
from integration.jobs.tree.planning import Step, Verb, steps
from integration.jobs.tree.reading import Tree, kept
from integration.jobs.tree.tables import SECTIONS
from integration.jobs.tree.writing import alone
from integration.jobs.tree.wrong import Wrong
from integration.models import ConfigurationChange, ConfigurationDrift, Warehouse

MOST = 1_000  # rows that are kept; what is beyond is as good as another file
Key = tuple[str, str, int]
How = ConfigurationDrift.How
HOW: Mapping[Verb, How] = {Verb.ADD: How.MISSING, Verb.CHANGE: How.DIFFERS, Verb.REMOVE: How.BEYOND}


@dataclass(frozen=True, slots=True)
class Last:
    """Who last changed a row, and when; as far as the log of changes goes."""

    actor: str = ""
    at: datetime | None = None


def compare() -> int:
    """Returns in how many rows they differ. Without files there is nothing to differ from."""
    if not settings.CONFIG_TREE:
        ConfigurationDrift.objects.all().delete()
        return 0
    try:
        wanted, fault = files.load(Path(settings.CONFIG_TREE)), ""
    except Wrong as wrong:
        wanted, fault = {}, str(wrong)
    with transaction.atomic():
        alone()
        found = [_unread(fault)] if fault else [*islice(_rows(wanted), MOST)]
        _keep(found)
    return len(found)


def differing(wanted: Tree, names: Names) -> Iterator[Step]:
    """What a plan of these files would show; nothing is tried."""
    for section, table in SECTIONS.items():
        if section in wanted:
            rows = [whole(table, row) for row in wanted[section]]
            yield from (step for step in steps(section, rows, kept(table, names)) if step.verb in HOW)


def _rows(wanted: Tree) -> Iterator[ConfigurationDrift]:
    names, met = Names(), dict[tuple[str, str], int]()
    for step in differing(wanted, names):
        place = met[step.section, step.name] = met.get((step.section, step.name), -1) + 1
        last = _last(step)
        yield ConfigurationDrift(
            section=step.section,
            name=step.name[:300],
            place=place,
            how=HOW[step.verb],
            differs=[] if step.verb is not Verb.CHANGE else _cells(step),
            row_id=step.row.pk if step.row else None,
            warehouse=_warehouse(step, names),
            changed_by=last.actor,
            changed_at=last.at,
        )


def _cells(step: Step) -> list[object]:
    """Name of the column, what it is here, and what it is in the file; as JSON has them."""
    before, after = changelog.as_kept(step.before) or {}, changelog.as_kept(step.after) or {}
    return [[name, before.get(name), after.get(name)] for name in step.changes]


def _warehouse(step: Step, names: Names) -> Warehouse | None:
    if isinstance(step.row, Warehouse):
        return step.row
    called = (step.before or step.after or {}).get("warehouse")
    return names.warehouses.get(called) if called else None


def _last(step: Step) -> Last:
    about = {"section": step.section, "state": ConfigurationChange.State.DONE}
    about |= {"row_id": step.row.pk} if step.row else {"name": step.name[:300]}
    found = ConfigurationChange.objects.filter(**about).order_by("-id").first()
    return Last(found.actor, found.decided_at or found.made_at) if found else Last()


def _unread(fault: str) -> ConfigurationDrift:
    return ConfigurationDrift(section="", name=str(settings.CONFIG_TREE)[:300], how=How.UNREAD, says=fault[:2000])


def _keep(found: list[ConfigurationDrift]) -> None:
    """A row that differed before keeps since when."""
    before: dict[Key, ConfigurationDrift] = {_key(row): row for row in ConfigurationDrift.objects.all()}
    for row in found:
        known = before.pop(_key(row), None)
        if known is not None:
            row.pk, row.first_at = known.pk, known.first_at
        row.seen_at = Now()
        row.save(force_insert=known is None, force_update=known is not None)
    ConfigurationDrift.objects.filter(pk__in=[row.pk for row in before.values()]).delete()


def _key(row: ConfigurationDrift) -> Key:
    return row.section, row.name, row.place
