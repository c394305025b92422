"""`manage.py config plan | apply | export | schema`: what a site configures, as files for a repository."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.celery import app as celery
from integration.jobs import tries
from integration.jobs.acts import NotAllowed
from integration.jobs.tree import files, reading, shape, writing
from integration.jobs.tree.planning import Step, Verb, digest
from integration.jobs.tree.tables import SECTIONS
from integration.jobs.tries import Wish
from integration.management.configuring import secrets, showing
from integration.management.person import PlainCommand, operator

DIFFERS = 2
NOTHING = "Nothing to do: the database says what the file says."


class Command(PlainCommand):
    help = "Shows how the configuration differs from a file, makes it so, or writes it into one. Secrets are in none."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        plan = what.add_parser("plan", help="what apply would do; nothing is written")
        plan.add_argument(
            "--try-days", type=int, metavar="DAYS", help="try its rules and mappings on the documents of so many days"
        )
        plan.add_argument("--check", action="store_true", help=f"exit with {DIFFERS} where the database differs")
        apply = what.add_parser("apply", help="make the sections that the file has say what it says: all or nothing")
        apply.add_argument("--why", required=True, help="for the audit log")
        apply.add_argument("--plan", default="", help="the plan's number: refuse if anything has changed since")
        apply.add_argument("--yes", action="store_true", help="do not ask")
        for each in (plan, apply):
            each.add_argument("path", type=Path, help="a YAML file, or a folder of them")
            each.add_argument("--secrets", type=Path, help="a folder of files such as connections.main.key")
            each.add_argument("--odoo-has-them", action="store_true", help="map codes that Odoo was not seen to have")
        export = what.add_parser("export", help="write the configuration of this database")
        export.add_argument("path", type=Path, nargs="?", help="a folder: a file for each section; nothing: show it")
        export.add_argument("--only", nargs="+", choices=tuple(SECTIONS), default=tuple(SECTIONS), metavar="SECTION")
        what.add_parser("schema", help="the JSON Schema of such a file, for editors and checks")

    def handle(self, *, what: str, **options: Any) -> None:
        celery.set_default()  # what is stored wakes workers
        getattr(self, f"_{what}")(**options)

    def _plan(self, *, path: Path, check: bool, try_days: int | None, **options: Any) -> None:
        steps = self._preview(path, **options)
        if try_days:
            self._try(steps, try_days)
        if check and _to_do(steps):
            sys.exit(DIFFERS)

    def _apply(self, *, path: Path, why: str, plan: str, yes: bool, **options: Any) -> None:
        tree = files.load(path)
        steps = self._preview(path, **options)
        seen = digest(steps)
        if plan and plan != seen:
            raise CommandError(f"{writing.OUTDATED} It is plan {seen} now.")
        if not _to_do(steps):
            return
        if not (yes or plan) and not self._agrees():
            raise CommandError("Nothing was done. Say --yes, or --plan with the number above.")
        given = self._given(tree, options)
        writing.write(tree, operator(), why, given, agreed=seen, odoo_has_it=options["odoo_has_them"])
        self.stdout.write(self.style.SUCCESS(f"Done: {showing.tally(steps).replace('to ', '')}."))

    def _export(self, *, path: Path | None, only: Sequence[str], **_: Any) -> None:
        tree = reading.read([name for name in SECTIONS if name in only])
        if path is None:
            self.stdout.write(files.dump(tree), ending="")
        elif path.is_file() or path.suffix in files.ENDINGS:
            path.write_text(files.dump(tree), encoding="utf-8")
        else:
            files.save(tree, path)

    def _schema(self, **_: Any) -> None:
        self.stdout.write(json.dumps(shape.schema(), indent=2))

    def _preview(self, path: Path, **options: Any) -> list[Step]:
        tree = files.load(path)
        given = self._given(tree, options)
        steps = writing.preview(tree, operator(), given, odoo_has_it=options["odoo_has_them"])
        styles = {"+": self.style.SUCCESS, "~": self.style.WARNING, "-": self.style.ERROR}
        for sign, line in showing.lines(steps):
            self.stdout.write(styles.get(sign, str)(line))
        said = f"Plan {digest(steps)}: {showing.tally(steps)}." if _to_do(steps) else NOTHING
        self.stdout.write(said)
        return steps

    def _try(self, steps: Sequence[Step], days: int) -> None:
        """As the console does it for one row: what else the file changes is left out."""
        wanted = [tries.planned(step) for step in steps if step.section in tries.TRIED and step.verb is not Verb.STAYS]
        if not wanted:
            self.stdout.write("No rule or mapping to try.")
            return
        try:
            made = tries.make(Wish(wanted, {}), days, None, operator())
        except NotAllowed as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"It is tried on the last {made.days} days: see Tried changes, number {made.pk}.")

    def _given(self, tree: reading.Tree, options: dict[str, Any]) -> secrets.Found:
        return secrets.read(options["secrets"], tree) if options["secrets"] else {}

    def _agrees(self) -> bool:
        return sys.stdin.isatty() and input("Do this? Type yes: ").strip() == "yes"


def _to_do(steps: Sequence[Step]) -> bool:
    return any(step.verb is not Verb.STAYS for step in steps)
