"""`manage.py replay message`: a received message is worked on once more."""

from typing import Any

from django.core.management.base import CommandParser

from config.celery import app as celery
from integration.jobs.acts import replay_message
from integration.management.person import PlainCommand, operator


class Command(PlainCommand):
    help = "Works on a received message once more. What it did before is recognised and not done again."

    def add_arguments(self, parser: CommandParser) -> None:
        message = parser.add_subparsers(dest="what", required=True).add_parser("message")
        message.add_argument("id", type=int, help="its number in the console, under Received")
        message.add_argument("--reason", default="", help="for the audit log")

    def handle(self, *, id: int, reason: str, **_: Any) -> None:  # noqa: A002
        celery.set_default()  # a worker is woken
        job = replay_message(id, operator(), reason)
        self.stdout.write(f"Job {job.pk}: {job}. Follow it with: manage.py tail --job {job.pk}")
