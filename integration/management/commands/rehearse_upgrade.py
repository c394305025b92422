"""`manage.py rehearse_upgrade <connection> --to 18`: what an upgrade of that Odoo breaks, flow by flow."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from integration.jobs import shapes
from integration.management.person import PlainCommand
from integration.models import Connection
from integration.rules.flows import FLOWS
from integration.rules.rehearsal import FlowFound


class Command(PlainCommand):
    help = "Says what an upgrade of an Odoo to a later version breaks, flow by flow, by recordings of both."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("connection", help="its short name")
        parser.add_argument("--to", type=int, required=True, help="the version, as in 18")
        parser.add_argument("--all", action="store_true", help="also what the gateway is written for")

    def handle(self, *, connection: str, to: int, all: bool, **_: Any) -> None:  # noqa: A002
        odoo = Connection.objects.filter(slug=connection, kind="odoo").first()
        if odoo is None:
            raise CommandError(f"There is no connection to an Odoo by the name {connection}.")
        found = shapes.rehearse(odoo, to)
        for line in _lines(found, all_of_it=all):
            self.stdout.write(line)
        if found.breaks:
            raise CommandError(f"{len(found.breaks)} flows break: {', '.join(found.breaks)}.")


def _lines(found: shapes.Rehearsal, *, all_of_it: bool) -> Iterator[str]:
    own = "this Odoo's own fields" if found.looked_at else "a plain Odoo's fields, for this one was not looked at yet"
    yield f"Odoo {found.source} to {found.target}, by {own}, and the recording of {found.target}."
    for name, (before, after) in found.handled.items():
        yield f"  handled  {name}: {before} on {found.source}, {after} on {found.target}"
    for flow in found.flows:
        yield from _of_flow(flow, all_of_it=all_of_it)


def _of_flow(flow: FlowFound, *, all_of_it: bool) -> Iterator[str]:
    handled = [each for each in flow.found if not each.breaks]
    verdict = "BREAKS" if flow.breaks else "goes on"
    yield f"{verdict:<8} {flow.flow} ({FLOWS[flow.flow].says}): {len(handled)} changes that it is written for"
    for each in flow.found:
        if each.breaks or all_of_it:
            yield f"           {each.said}"
    if flow.unknown:
        yield f"           not recorded, look yourself: {', '.join(flow.unknown)}"
