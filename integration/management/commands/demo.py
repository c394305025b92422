"""`manage.py demo`: a day in a warehouse, and the proof that both systems agree."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.local.errors import LocalError
from integration.management.demo.run import run
from integration.management.demo.screen import Screen


class Command(BaseCommand):
    help = "Runs a day in a warehouse with stand-ins for Odoo and a WMS, and proves that both systems agree."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--orders", type=int, default=200, help="how many orders (default: 200)")
        parser.add_argument("--exit", action="store_true", help="end after the proof; status 1 if the sides differ")
        parser.add_argument(
            "--before-proof", default="", metavar="COMMAND", help="run this before both sides are compared"
        )

    def handle(self, *, orders: int, exit: bool, before_proof: str, **_: Any) -> None:  # noqa: A002
        try:
            good = run(orders, stay=not exit, before_proof=before_proof, screen=Screen())
        except KeyboardInterrupt:
            raise CommandError("Stopped.", returncode=130) from None
        except (LocalError, ValueError) as wrong:
            raise CommandError(str(wrong)) from wrong
        if not good:
            raise SystemExit(1)
