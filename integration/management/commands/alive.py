"""`manage.py alive`: whether workers and beat do their work, for health checks."""

from typing import Any

from django.core.management.base import CommandParser

from integration.management.person import PlainCommand
from integration.models import Canary
from integration.observe import life


class Command(PlainCommand):
    help = "Status 0: a worker gives signs of life and a beat leads. Status 1, and one line, if not."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        said = "look only whether one of these lives on this machine: for the health check of its container"
        parser.add_argument("kind", nargs="?", choices=Canary.Kind.values, help=said)

    def handle(self, *, kind: str | None, **_: Any) -> None:
        missing = life.missing_here(Canary.Kind(kind)) if kind else life.everywhere().missing
        self.stdout.write(missing or "alive")
        raise SystemExit(bool(missing))
