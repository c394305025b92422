"""`manage.py downtime_load`: takes a form that was filled in during a downtime, as the console does."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.celery import app as celery
from integration.jobs import sheets, typed
from integration.management.person import PlainCommand, operator
from integration.models import Warehouse


class Command(PlainCommand):
    help = "Loads what was shipped during a downtime, from the pack's form. What was loaded before is recognised."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the form that was filled in, CSV or XLSX")
        parser.add_argument("--site", required=True, help="the partner's code of the warehouse")
        parser.add_argument("--check", action="store_true", help="say what is wrong and load nothing")

    def handle(self, *, file: str, site: str, check: bool, **_: Any) -> None:
        celery.set_default()  # workers are woken
        warehouse = Warehouse.objects.select_related("wms").filter(site=site).first()
        if warehouse is None:
            raise CommandError(f"There is no warehouse with site {site}.")
        try:
            heads, rows = sheets.read(Path(file).read_bytes())
        except (OSError, sheets.BadSheet) as wrong:
            raise CommandError(f"{file} cannot be read: {wrong}") from wrong
        made = typed.preview(warehouse, heads, rows)
        for fault in made.faults:
            self.stderr.write(f"Row {fault.row}, {fault.column}: {fault.words}")
        for doubt in made.doubts:
            self.stderr.write(f"Row {doubt.row}, {doubt.column}, to be looked at: {doubt.words}")
        if not check:
            typed.load(warehouse, heads, rows, typed.digest(made), operator())
        said = "are new" if check else "are taken"
        known, left_out = len(made.known), len(made.faults)
        self.stdout.write(f"{len(made.new)} shipments {said}, {known} were loaded before, {left_out} faults.")
        if made.faults:
            raise CommandError("Correct the rows with faults and load the same file again.")
