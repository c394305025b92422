"""`manage.py environment`: shows what is not as it was confirmed, and confirms it."""

from typing import Any

from django.core.management.base import CommandParser

from config.celery import app as celery
from integration.jobs import confirming, environment
from integration.management.person import PlainCommand, operator


class Command(PlainCommand):
    help = "What is not as it was confirmed locks all that is sent. See what it is, and confirm it."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("status", help="what is locked, and what differs")
        confirm = what.add_parser("confirm", help="these are the systems that are meant: let work go on")
        confirm.add_argument("--seen", required=True, help="what status says to give: nothing else is confirmed then")
        confirm.add_argument("--why", required=True, help="for the audit log")

    def handle(self, *, what: str, why: str = "", seen: str = "", **_: Any) -> None:
        celery.set_default()  # workers are woken
        row = environment.current() or environment.begin()
        if row is None:
            self.stdout.write("Nothing is locked.")
            return
        if what == "confirm":
            self.stdout.write(f"Confirmed: {confirming.confirm(row.pk, operator(), why, seen)} jobs go on.")
            return
        self.stdout.write(f"Locked since {row.began_at:%Y-%m-%d %H:%M:%S} UTC.")
        for each in row.differences:
            self.stdout.write(f"- {each['about']}: {each['what']} {each['after']}, before {each['before']}")
        if not row.differences:
            self.stdout.write("Nothing differs any more: confirm it, and work goes on.")
        self.stdout.write(f"{confirming.waiting()} jobs wait. If all of this is meant:")
        self.stdout.write(f'manage.py environment confirm --seen {confirming.mark(row)} --why "..."')
