"""Which rights the users in Odoo lack, and which they have and never used."""

from collections.abc import Iterator

from integration.adapters.base import Finding
from integration.jobs import rights
from integration.models import HeldRights
from integration.observe.report import good, note, problem

NAMED = 4


def look() -> Iterator[Finding]:
    """As of the latest daily look: nothing is called."""
    for row in HeldRights.objects.select_related("connection").filter(connection__enabled=True):
        name, found = f"rights of {row.connection.slug}", rights.judged(row)
        lacks = [f"{' and '.join(each.lacks)} {each.model}" for each in found if each.lacks]
        unused = [f"{' and '.join(each.unused)} {each.model}" for each in found if each.unused]
        if lacks:
            yield problem(name, f"it may not {_some(lacks)}", "See Rights in Odoo in the console for all of them.")
        if unused:
            yield note(name, f"held and never used: {_some(unused)}")
        if not lacks and not unused:
            yield good(name, "it may do what is used, and nothing else of what is asked for")


def _some(named: list[str]) -> str:
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return ", ".join(named[:NAMED]) + more
