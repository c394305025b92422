"""`manage.py keys`: exchanges the key of an Odoo, or the signing secret of a warehouse, without a failed call."""

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.celery import app as celery
from integration.console.connections import signing_secret
from integration.jobs import rotations
from integration.management.person import PlainCommand, operator, secret
from integration.models import Connection, KeyRotation

WEEK_HOURS = 7 * 24


class Command(PlainCommand):
    help = "Exchanges keys and secrets: the new one first, both good for a while, then the old one goes."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("status", help="what is being exchanged, and what is left to do")
        odoo = what.add_parser("odoo", help="a new key for an Odoo: from 19 on it makes one; else you bring one")
        odoo.add_argument("--slug", required=True)
        odoo.add_argument("--key-env", default="ODOO_NEW_KEY", metavar="NAME", help="variable with the new key")
        odoo.add_argument("--key-file", default="", metavar="PATH")
        odoo.add_argument("--expires", type=date.fromisoformat, metavar="YYYY-MM-DD", help="when the new one ends")
        signing = what.add_parser("signing", help="a new signing secret, printed once, or one that you bring")
        signing.add_argument("--slug", required=True)
        signing.add_argument("--hours", type=float, default=WEEK_HOURS, help="so long the old one is good, too")
        signing.add_argument(
            "--secret-env", default="WMS_NEW_SIGNING", metavar="NAME", help="variable with the new one"
        )
        signing.add_argument("--secret-file", default="", metavar="PATH")
        end = what.add_parser("end", help="the old signing secret is refused from now on")
        end.add_argument("--slug", required=True)

    def handle(self, *, what: str, **options: Any) -> None:
        celery.set_default()  # workers are woken
        getattr(self, f"_{what}")(**options)

    def _status(self, **_: Any) -> None:
        rows = KeyRotation.objects.filter(state__in=KeyRotation.OPEN).select_related("connection")
        for row in rows:
            until = f", until {row.until:%Y-%m-%d %H:%M} UTC" if row.until else ""
            self.stdout.write(f"{row.connection.slug}: {row.get_kind_display()}: {row.get_state_display()}{until}")
            if row.failure:
                self.stdout.write(f"  {row.failure}")
        if not rows:
            self.stdout.write("Nothing is being exchanged.")

    def _odoo(self, *, slug: str, key_env: str, key_file: str, expires: date | None, **_: Any) -> None:
        key = secret("new key", variable=key_env, file=key_file, prompt=False)
        rotations.ask_for_key(_connection(slug).pk, operator(), key=key, expires=expires)
        self.stdout.write(
            "It is being exchanged: see manage.py keys status. The old key goes on until the new one is proven."
        )

    def _signing(self, *, slug: str, hours: float, secret_env: str, secret_file: str, **_: Any) -> None:
        if not 0 <= hours <= 365 * 24:
            raise CommandError("--hours is a number from 0 to 8760.")
        given = secret("new signing secret", variable=secret_env, file=secret_file, prompt=False)
        if given:
            signing_secret(given)
        row, new = rotations.ask_for_signing(_connection(slug).pk, operator(), hours=hours, secret=given)
        if not given:
            self.stdout.write(new)
        self.stderr.write(
            f"Both are good until {row.until:%Y-%m-%d %H:%M} UTC: by then the partner signs with the new one."
        )

    def _end(self, *, slug: str, **_: Any) -> None:
        connection = _connection(slug)
        row = KeyRotation.objects.filter(connection=connection, kind="signing", state="both").first()
        if row is None:
            raise CommandError(f"{slug} has no old signing secret that is good.")
        rotations.end_signing(row.pk, operator())
        self.stdout.write("The old signing secret is refused from now on.")


def _connection(slug: str) -> Connection:
    row = Connection.objects.filter(slug=slug).first()
    if row is None:
        raise CommandError(f"There is no connection {slug}.")
    return row
