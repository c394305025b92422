"""Keeps what is changed of the configuration, one row at a time, as it was and as it is; and says where a change waits
for a second person.

Mappings do not wait: work waits for them, each is kept as a version, and ending one takes a click.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db.models import Model

from integration.jobs import acts
from integration.jobs.acts import Actor
from integration.jobs.tree.cells import Row, plain
from integration.jobs.tree.names import Names
from integration.jobs.tree.planning import named
from integration.jobs.tree.tables import SECTION_OF, SECTIONS
from integration.models import CodeMapping, ConfigurationChange, Connection, Warehouse

Verb, Source, State = ConfigurationChange.Verb, ConfigurationChange.Source, ConfigurationChange.State
AT_ONCE = 1_000  # of some thousand, PostgreSQL would not take the values in one statement
# What each row may say of where it belongs.
CONNECTIONS = ("erp", "wms", "partner")
WAREHOUSE = "warehouse"


@dataclass(frozen=True, slots=True)
class Told:
    """Who changes something, and why; ``source``: by which door. ``undoes``: what it takes back. ``wish``: what is
    done, now that a second person has agreed."""

    actor: Actor
    source: str = Source.CONSOLE
    why: str = ""
    undoes: ConfigurationChange | None = None
    wish: ConfigurationChange | None = None


_told: ContextVar[Told | None] = ContextVar("who changes the configuration", default=None)


@contextmanager
def during(told: Told) -> Iterator[None]:
    """What is changed within is told so, whatever else is said of it."""
    before = _told.set(told)
    try:
        yield
    finally:
        _told.reset(before)


def taken(row: Model | None, names: Names | None = None) -> Row | None:
    """The row as the database has it now; None where it is new, or of no section."""
    section = SECTION_OF.get(type(row)) if row is not None else None
    stored = type(row)._base_manager.filter(pk=row.pk).first() if section and row is not None else None
    if stored is None:
        return None
    return row_of(stored, names or Names())


def row_of(row: Model, names: Names) -> Row:
    """As the row itself says, whether it is saved or not. Of a table that has a section."""
    return {name: plain(row, name, names) for name in SECTIONS[SECTION_OF[type(row)]].columns}


def note(
    model: type[Model],
    row_id: int | None,
    before: Row | None,
    after: Row | None,
    told: Told,
    secrets: Sequence[str] = (),
) -> ConfigurationChange | None:
    """Call inside the transaction that changes the row. None: nothing of it was changed."""
    found = entry(model, row_id, before, after, told, secrets)
    if found is not None:
        found.save(force_insert=found.pk is None)
    return found


def wait(
    model: type[Model],
    row_id: int | None,
    before: Row | None,
    after: Row | None,
    told: Told,
    secrets: Mapping[str, str] | None = None,
) -> ConfigurationChange | None:
    """Keeps what somebody wants until a second person has looked at it. None: it waits already."""
    wish = entry(model, row_id, before, after, told, sorted(secrets or {}))
    if wish is None or _waits_already(wish):
        return None
    wish.state, wish.kept = State.WAITING, dict(secrets or {})
    wish.save(force_insert=True)
    acts.note(told.actor, "want to change", f"{wish} ({wish.pk})", why=told.why, move=wish.verb)
    return wish


def _waits_already(wish: ConfigurationChange) -> bool:
    same = ConfigurationChange.objects.filter(state=State.WAITING, section=wish.section, name=wish.name)
    return any((row.before, row.after) == (wish.before, wish.after) for row in same)


def as_kept(row: Row | None) -> Row | None:
    """As a change has it: JSON's numbers."""
    kept: Row | None = json.loads(json.dumps(row, default=float))
    return kept


def note_mappings(pairs: Iterable[tuple[Row | None, CodeMapping | None]], told: Told) -> None:
    """Of many mappings: each as it was, and the row that is in force now."""
    names = Names()
    found = [
        entry(CodeMapping, row.pk if row else None, before, row_of(row, names) if row else None, told)
        for before, row in pairs
    ]
    ConfigurationChange.objects.bulk_create((each for each in found if each is not None), batch_size=AT_ONCE)


def entry(
    model: type[Model],
    row_id: int | None,
    before: Row | None,
    after: Row | None,
    told: Told,
    secrets: Sequence[str] = (),
) -> ConfigurationChange | None:
    """Not saved yet."""
    section, told = SECTION_OF.get(model), _told.get() or told
    if section is None or (before == after and not secrets):
        return None
    if told.wish is not None:
        told.wish.row_id, told.wish.state, told.wish.kept = row_id, State.DONE, {}
        return told.wish
    return ConfigurationChange(
        section=section,
        row_id=row_id,
        name=named(section, after or before or {})[:300],
        warehouse=_warehouse(section, row_id, after or before or {}),
        verb=Verb.ADD if before is None else Verb.CHANGE if after is not None else Verb.REMOVE,
        before=as_kept(before),
        after=as_kept(after),
        secrets=list(secrets),
        why=told.why[:300],
        source=told.source,
        actor=told.actor.name,
        user=told.actor.user,
        undoes=told.undoes,
    )


def needs_two(model: type[Model], *rows: Row | None) -> bool:
    """Whether a second person has to look: by what the row was, or is to be. What belongs to no connection belongs to
    all of them."""
    if model is CodeMapping or model not in SECTION_OF:
        return False
    asking = set(Connection.objects.filter(four_eyes=True).values_list("slug", flat=True))
    asking |= {row["slug"] for row in rows if row is not None and row.get("four_eyes")}  # so nobody turns it off alone
    if not asking:
        return False
    belongs = [_connections(SECTION_OF[model], row) for row in rows if row is not None]
    return any(not slugs or slugs & asking for slugs in belongs)


def _connections(section: str, row: Row) -> set[str]:
    slugs = {row[name] for name in CONNECTIONS if row.get(name)}
    if section == SECTION_OF[Connection]:
        slugs.add(row["slug"])
    if called := row.get(WAREHOUSE):
        found = Names().warehouses.get(called)
        slugs |= {found.erp.slug, found.wms.slug} if found else set()
    return slugs


def _warehouse(section: str, row_id: int | None, row: Row) -> Warehouse | None:
    if section == SECTION_OF[Warehouse]:
        return Warehouse.objects.filter(pk=row_id).first() if row_id else None
    called = row.get(WAREHOUSE)
    return Names().warehouses.get(called) if called else None
