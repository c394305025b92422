"""Writes a tree: all of it or nothing. A try is the same, taken back: what it says is what would happen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError

from integration.adapters import registry
from integration.errors import ConfigurationError
from integration.jobs import acts, business, mapping_files, mappings, notices, sql, switching, warehouses
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.tree import changelog
from integration.jobs.tree.cells import Row, column, value
from integration.jobs.tree.changelog import Told
from integration.jobs.tree.defaults import whole
from integration.jobs.tree.names import Names
from integration.jobs.tree.planning import Step, Verb, digest, steps
from integration.jobs.tree.reading import Tree, kept
from integration.jobs.tree.tables import SECTIONS
from integration.jobs.tree.wrong import Wrong
from integration.models import AlertChannel, BusinessRule, ConfigurationChange, Connection, OrderRule, Place, Warehouse
from integration.rules.mapping_sheet import COLUMNS

Source = ConfigurationChange.Source
Secrets = Mapping[tuple[str, str], Mapping[str, str]]  # section and name of the row -> name of the secret -> it
LIMITS = {"calls_per_second", "max_concurrency"}  # that work may have waited for
SAYS = {Verb.ADD: "added", Verb.CHANGE: "changed", Verb.REMOVE: "deleted"}
MAPPINGS = "mappings"
OUTDATED = "The configuration is not as it was when this was shown: look at the plan again."

_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('write the tree of configuration', 0))"


def preview(wanted: Tree, actor: Actor, secrets: Secrets | None = None, *, odoo_has_it: bool = False) -> list[Step]:
    """What ``write`` would do. Raises Wrong as it would."""
    with transaction.atomic():
        found = _write(wanted, Told(actor, Source.FILE, "a try"), secrets or {}, odoo_has_it)
        transaction.set_rollback(True)
    return found


@transaction.atomic
def write(
    wanted: Tree,
    actor: Actor,
    why: str,
    secrets: Secrets | None = None,
    *,
    agreed: str = "",
    odoo_has_it: bool = False,
) -> list[Step]:
    """``wanted``: the sections that it has are made to say that; others stay. Returns what was done, or waits now for a
    second person.

    Raises Wrong, with nothing done: also when ``agreed``, the digest of what a person has seen, is of something else.
    """
    done = _write(wanted, Told(actor, Source.FILE, why), secrets or {}, odoo_has_it)
    if agreed and digest(done) != agreed:
        raise Wrong(OUTDATED)
    return done


def alone() -> None:
    """Nobody else writes a part of the tree until this transaction ends."""
    sql.rows(_ALONE, [])


def take(steps: Sequence[Step], names: Names, told: Told, secrets: Secrets, *, odoo_has_it: bool = False) -> None:
    """Steps of one section. Raises Wrong."""
    if steps and steps[0].section == MAPPINGS:
        with changelog.during(told):
            _map(steps, names, told.actor, told.why, odoo_has_it)
        return
    for step in steps:
        if step.verb is not Verb.STAYS:
            _take(step, names, told, secrets)


def _write(wanted: Tree, told: Told, secrets: Secrets, odoo_has_it: bool) -> list[Step]:
    alone()
    done: list[Step] = []
    for section, table in SECTIONS.items():
        if section not in wanted:
            continue
        if table.model is Connection:  # all columns are written, and a key may be exchanged meanwhile
            list(Connection.objects.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        names = Names()
        rows = [whole(table, row) for row in wanted[section]]
        found = [
            replace(step, waits=_waits(step))
            for step in _with_secrets(section, rows, steps(section, rows, kept(table, names)), secrets)
        ]
        take([step for step in found if not step.waits], names, told, secrets, odoo_has_it=odoo_has_it)
        for step in found:
            if step.waits:
                _have_it_wait(step, told, secrets)
        done += found
    return done


def _waits(step: Step) -> bool:
    moves = step.verb is not Verb.STAYS
    return moves and changelog.needs_two(SECTIONS[step.section].model, step.before, step.after)


def _have_it_wait(step: Step, told: Told, secrets: Secrets) -> None:
    model, pk = SECTIONS[step.section].model, step.row.pk if step.row else None
    given = {name: secrets[step.section, step.name][name] for name in step.secrets}
    changelog.wait(model, pk, step.before, step.after, told, given)


def _with_secrets(section: str, rows: Sequence[Row], found: list[Step], secrets: Secrets) -> list[Step]:
    """Also steps of rows whose secret alone is another one."""
    table, given = SECTIONS[section], {name: new for (of, name), new in secrets.items() if of == section}
    if not given:
        return found
    [key] = table.key
    stored = {str(getattr(row, key)): row for row in table.model._base_manager.all()}
    new = {
        name: tuple(sorted(what for what, text in given[name].items() if _secrets(stored.get(name)).get(what) != text))
        for name in given
    }
    told = [replace(step, secrets=new.get(step.name, ())) if step.after else step for step in found]
    known, stepped = {row[key]: row for row in rows}, {step.name for step in told}
    if strangers := sorted(given.keys() - known.keys()):
        raise Wrong(f"{section}: there are secrets of {', '.join(strangers)}, which the tree does not have.")
    more = [name for name in sorted(given.keys() - stepped) if new[name]]
    return [*told, *(Step(section, Verb.CHANGE, known[n], known[n], stored[n], new[n]) for n in more)]


def _secrets(row: Any) -> Mapping[str, str]:
    return row.secrets if row is not None else {}


def _take(step: Step, names: Names, told: Told, secrets: Secrets) -> None:
    try:
        row = _remove(step) if step.verb is Verb.REMOVE else _save(step, names, told.actor, secrets)
    except (NotAllowed, ConfigurationError) as wrong:
        raise _about(step, str(wrong)) from None
    except ValidationError as wrong:
        raise _about(step, _words(wrong)) from None
    except (IntegrityError, ProtectedError) as wrong:
        raise _about(step, f"the database refuses it: {str(wrong).splitlines()[0]}") from None
    table = SECTIONS[step.section]
    changelog.note(table.model, row.pk, step.before, step.after, told, step.secrets)
    how = ConfigurationChange.Source(told.source).label
    acts.note(told.actor, SAYS[step.verb], f"{table.title} {row} ({row.pk})", why=told.why, how=how, **_told(step))


def _remove(step: Step) -> Model:
    row: Any = step.row
    pk = row.pk
    row.delete()
    row.pk = pk  # for the log
    return cast("Model", row)


def _save(step: Step, names: Names, actor: Actor, secrets: Secrets) -> Model:
    table, after = SECTIONS[step.section], step.after or {}
    row: Any = step.row or table.model()
    for name in table.columns:
        if name != "erp_warehouse_id":
            setattr(row, column(table.model, name).attname, value(table.model, name, after[name], names))
    if isinstance(row, Warehouse):
        _place(row, after["erp_warehouse_id"], names)
        warehouses.check(Warehouse.objects.filter(pk=row.pk).first(), row)
    if isinstance(row, BusinessRule) and step.verb is Verb.CHANGE:
        row.version += 1
    if step.secrets:
        row.secrets = {**row.secrets, **secrets[step.section, step.name]}
    if isinstance(row, Connection) and row.kind not in (*registry.ERP, *registry.WMS):
        raise Wrong(f"kind: {row.kind} is none of {', '.join((*registry.ERP, *registry.WMS))}")
    if isinstance(row, AlertChannel):
        notices.check_address(row.name, row.kind, str(row.secrets.get("address", "")))
    row.full_clean(exclude={field.name for field in row._meta.fields} - set(table.columns))
    if isinstance(row, OrderRule) and step.changes.keys() != {"position"}:
        business.put(row, actor)
    else:
        row.save()
    _after(row, step)
    return cast("Model", row)


def _place(row: Warehouse, called: str | int, names: Names) -> None:
    row.erp_warehouse_id = names.erp_warehouse_id(row.erp, called)
    company = names.codes[row.erp_id].companies.get(row.erp_warehouse_id, row.company_id)
    if company != row.company_id:
        raise Wrong(f"company_id: {called} belongs to company {company} there, not to {row.company_id}")


def _after(row: Model, step: Step) -> None:
    """As the console does it."""
    if isinstance(row, Warehouse):
        warehouses.changed(row)
    elif isinstance(row, Place):
        warehouses.placed()
    elif isinstance(row, Connection) and LIMITS & step.changes.keys() and step.row is not None:
        transaction.on_commit(lambda: switching.let_go(row))


def _map(found: Sequence[Step], names: Names, actor: Actor, why: str, odoo_has_it: bool) -> None:
    """Ends what is to go, aliases first, and adds the rest of each partner at once."""
    try:
        for step in sorted(found, key=lambda step: not (step.before or {}).get("alias")):
            if step.verb is Verb.REMOVE and step.row is not None:
                mappings.end(step.row.pk, actor, why)
        new = sorted((step.after for step in found if step.after), key=lambda row: (row["partner"], row["alias"]))
        for partner, rows in groupby(new, lambda row: str(row["partner"])):
            _map_at(names, partner, list(rows), actor, odoo_has_it)
    except NotAllowed as wrong:
        raise Wrong(f"mappings: {wrong}") from None


def _map_at(names: Names, partner: str, rows: Sequence[Row], actor: Actor, odoo_has_it: bool) -> None:
    connection = names.connections.get(partner)
    if connection is None:
        raise Wrong(f"there is no connection {partner}.")
    cells = [(number, [_cell(row[name]) for name in COLUMNS]) for number, row in enumerate(rows, start=1)]
    made = mapping_files.preview(connection, COLUMNS, cells)
    for fault in (*made.faults, *(() if odoo_has_it else made.unseen)):
        row = rows[fault.row - 1]
        raise Wrong(f"{partner}, {row['kind']} {row['odoo_code']}: {fault.words}")
    mapping_files.write(connection, COLUMNS, cells, mapping_files.digest(made), actor, odoo_has_it=odoo_has_it)


def _cell(said: object) -> str:
    return {True: "yes", False: "no"}[said] if isinstance(said, bool) else str(said)


def _told(step: Step) -> dict[str, str]:
    changed = {name: f"{before} -> {after}"[:200] for name, (before, after) in step.changes.items()}
    return {**changed, **{f"secret {name}": "(secret)" for name in step.secrets}}


def _about(step: Step, words: str) -> Wrong:
    return Wrong(f"{step.section}, {step.name}: {words}")


def _words(wrong: ValidationError) -> str:
    if not hasattr(wrong, "error_dict"):
        return " ".join(wrong.messages)
    return " ".join(f"{name}: {' '.join(said)}" for name, said in wrong.message_dict.items()).replace("__all__: ", "")
