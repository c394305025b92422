"""`manage.py api_token make | list | revoke`: who may call the API."""

import getpass
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from integration.api import tokens
from integration.jobs.acts import Actor, note
from integration.models import ApiToken


class Command(BaseCommand):
    help = "Makes, lists and revokes tokens of the API."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        make = verbs.add_parser("make", help="print a new token, once")
        make.add_argument("name", help="who uses it, for people")
        make.add_argument("--scope", action="append", required=True, choices=sorted(tokens.SCOPES), metavar="SCOPE")
        make.add_argument("--days", type=int, help="how long it is valid; left out: until it is revoked")
        verbs.add_parser("list", help="show the tokens, without their secrets")
        verbs.add_parser("revoke", help="end a token now").add_argument("prefix", help="its first part, see list")

    def handle(self, *, verb: str, **options: Any) -> None:
        acts: dict[str, Callable[..., None]] = {"make": self._make, "list": self._list, "revoke": self._revoke}
        acts[verb](**options)

    def _make(self, *, name: str, scope: list[str], days: int | None, **_: Any) -> None:
        row, text = tokens.make(name, scope, _end(days))
        note(_operator(), "make token", f"{row} ({row.prefix})", scopes=row.scopes)
        self.stdout.write(text)
        self.stderr.write("Keep it now: it is not stored and cannot be shown again.")

    def _list(self, **_: Any) -> None:
        for row in ApiToken.objects.all():
            used = f"used {row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "never used"
            self.stdout.write(f"{row.prefix}  {row.name}  {_state(row)}  {used}  {' '.join(row.scopes)}")

    def _revoke(self, *, prefix: str, **_: Any) -> None:
        row = ApiToken.objects.filter(prefix=prefix, revoked_at=None).first()
        if row is None:
            raise CommandError(f"No valid token begins with {prefix}. See: manage.py api_token list")
        ApiToken.objects.filter(pk=row.pk).update(revoked_at=timezone.now())
        note(_operator(), "revoke token", f"{row} ({row.prefix})")
        self.stdout.write(f"{row} is revoked.")


def _end(days: int | None) -> datetime | None:
    if days is not None and not 0 < days <= 3650:
        raise CommandError("--days is a number from 1 to 3650.")
    return None if days is None else timezone.now() + timedelta(days=days)


def _state(row: ApiToken) -> str:
    if row.revoked_at:
        return f"revoked {row.revoked_at:%Y-%m-%d}"
    if row.expires_at is None:
        return "valid"
    return f"{'expired' if row.expires_at <= timezone.now() else 'valid until'} {row.expires_at:%Y-%m-%d}"


def _operator() -> Actor:
    return Actor(name=f"command line ({getpass.getuser()})")
