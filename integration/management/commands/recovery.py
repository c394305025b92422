"""`manage.py recovery`: after a backup was restored, locks what writes, shows what is missing, and lets it go on."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.celery import app as celery
from integration.jobs import recovery
from integration.management.person import PlainCommand, operator
from integration.models import Generation


class Command(PlainCommand):
    help = "An older database is locked by itself. Lock one by hand, see what is missing, and release it."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        begin = what.add_parser("begin", help="lock: this database is a restored backup")
        begin.add_argument("--lost-after", default="", help="the backup's moment in UTC, such as 2026-05-04T10:00")
        begin.add_argument("--why", required=True, help="for the audit log")
        what.add_parser("status", help="what is locked and what has to be done")
        release = what.add_parser("release", help="let writes go on")
        release.add_argument("--why", required=True, help="who has had the warehouses send their messages again")
        moved = what.add_parser("moved", help="nothing is lost: the database was moved while everything was stopped")
        moved.add_argument("--why", required=True, help="for the audit log")

    def handle(self, *, what: str, why: str = "", lost_after: str = "", **_: Any) -> None:
        celery.set_default()  # workers are woken
        if what == "begin":
            recovery.begin(_moment(lost_after), why, operator())
        elif what == "moved":
            recovery.moved(operator(), why)
            self.stdout.write("This is the database from now on.")
            return
        row = recovery.current()
        if row is None:
            self.stdout.write("Nothing is locked.")
        elif what == "release":
            self.stdout.write(f"Released: {recovery.release(row.pk, operator(), why)} jobs go on.")
        else:
            self.stdout.write(f"Locked since {row.began_at:%Y-%m-%d %H:%M:%S} UTC. {row.why}")
            self.stdout.write(f"Lost: what happened after {row.lost_after:%Y-%m-%d %H:%M:%S} UTC.")
            for step in recovery.steps(row):
                self.stdout.write(f"- {step.name}: {step.left or 'done'}")
            for partner in recovery.partners():
                self.stdout.write(f"- have {partner} send again every message since then")
            self.stdout.write(f"{recovery.waiting()} jobs have come as far as a write and wait.")


def _moment(text: str) -> datetime:
    """Without one, the last moment that the database knows of."""
    if not text:
        known = Generation.objects.first()
        if known is None:
            raise CommandError("Nothing tells how old this database is: say --lost-after.")
        return known.counted_at
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is no moment such as 2026-05-04T10:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
