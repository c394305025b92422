"""`manage.py doctor`: looks at everything that the work depends on, and says what to do about each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError

from integration.adapters.base import Finding
from integration.observe.doctor import (
    access,
    audit_log,
    configuration,
    field_keys,
    lanes,
    processes,
    rights,
    servers,
    signs,
    systems,
    telling,
    work,
)
from integration.observe.report import Section, note, problem

DATABASE = "database"


@dataclass(frozen=True, slots=True)
class Look:
    title: str
    look: Callable[[], Iterable[Finding]]
    needs_database: bool = True


LOOKS: Sequence[Look] = (
    Look("Settings", configuration.look, needs_database=False),
    Look("Database", servers.database, needs_database=False),
    Look("Broker", servers.broker, needs_database=False),
    Look("Workers", processes.workers, needs_database=False),
    Look("Signs of life", signs.look),
    Look("Schedules", processes.beat),
    Look("Connections", systems.look),
    Look("Work", work.look),
    Look("Lanes", lanes.look),
    Look("Tokens and keys", access.look),
    Look("Encryption", field_keys.look),
    Look("Rights in Odoo", rights.look),
    Look("Alerts", telling.look),
    Look("Audit log", audit_log.look),
)


def examine() -> list[Section]:
    """Never raises: what cannot be looked at is a problem of its own."""
    sections: list[Section] = []
    reachable = True
    for each in LOOKS:
        if each.needs_database and not reachable:
            sections.append(Section(each.title, [note("not looked at", "it stands in the database")]))
            continue
        findings = _findings(each)
        reachable = reachable and not any(found.name == DATABASE and found.ok is False for found in findings)
        sections.append(Section(each.title, findings))
    return sections


def _findings(each: Look) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(each.look())
    except (DatabaseError, InterfaceError) as wrong:
        fix = "See the lines about the database."
        found.append(problem("not looked at", f"the database refused: {_first_line(wrong)}", fix))
    except ImproperlyConfigured as wrong:
        found.append(problem("not looked at", _first_line(wrong), "Put the missing setting back."))
    except Exception as wrong:
        said = f"it failed in a way that we did not foresee: {type(wrong).__name__}"
        found.append(problem("not looked at", said, "Report it, with what this command says about the rest."))
    return found


def _first_line(wrong: Exception) -> str:
    return (str(wrong).strip().splitlines() or [type(wrong).__name__])[0]
