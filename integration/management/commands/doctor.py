"""`manage.py doctor`: checks everything, and says what to do about each."""

import json
from typing import Any

from django.core.management.base import CommandParser

from config.celery import app as celery
from integration.management.person import PlainCommand
from integration.observe.doctor import examine
from integration.observe.report import as_json, summary, worst


class Command(PlainCommand):
    help = "Checks everything that the work depends on. Status 0: all is fine, 1: warnings, 2: problems."
    requires_system_checks = ()  # they are among what it tells

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *, json: bool, **_: Any) -> None:
        celery.set_default()  # the workers are asked by way of our broker
        sections = examine()
        if json:
            self.stdout.write(_text(as_json(sections)))
        else:
            self.show(sections)
            self.stdout.write(f"\n{summary(sections)}")
        raise SystemExit(worst(sections))


def _text(found: object) -> str:
    return json.dumps(found, indent=2)
