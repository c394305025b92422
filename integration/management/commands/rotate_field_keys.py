"""`manage.py rotate_field_keys`: encrypts everything anew with the first of FIELD_KEYS."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from integration.jobs import field_keys
from integration.jobs.acts import note
from integration.management.person import PlainCommand, operator

TOLD_EVERY = 20_000  # values


class Command(PlainCommand):
    help = (
        "Put the new key in front of FIELD_KEYS, restart all processes, then run this: it encrypts what is under older"
        " keys anew, beside all work. Break it off and run it again as you like."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count what is under which key")
        parser.add_argument("--batch", type=int, default=field_keys.BATCH, help="values at once")

    def handle(self, *, check: bool, batch: int, **_: Any) -> None:
        if batch < 1:
            raise CommandError("--batch must be 1 or more.")
        total: Counter[int | None] = Counter()
        rewritten, unread = 0, list[str]()
        for column in field_keys.columns():
            done = field_keys.count(column) if check else self._rotate(column, batch)
            total.update(done.keys)
            rewritten += done.rewritten
            unread += [f"{column} {key}" for key in done.unread]
            if done.keys:
                self.stdout.write(f"{column}: {_said(done.keys)}")
        if rewritten:
            note(operator(), "rotate field keys", "FIELD_KEYS", rewritten=rewritten, keys=len(settings.FIELD_KEYS))
            self.stdout.write(f"{rewritten} values were encrypted anew.")
        self._conclude(total, unread)

    def _rotate(self, column: field_keys.Column, batch: int) -> field_keys.Done:
        seen = 0

        def tell(count: int) -> None:
            nonlocal seen
            if seen // TOLD_EVERY < (seen + count) // TOLD_EVERY:
                self.stdout.write(f"{column}: {seen + count} looked at")
            seen += count

        return field_keys.rotate(column, tell, batch=batch)

    def _conclude(self, total: Counter[int | None], unread: list[str]) -> None:
        if unread:
            raise CommandError(
                f"{total[None]} values are under no key of FIELD_KEYS, such as {', '.join(unread[:5])}. Put the key"
                " back that they were encrypted with, and run this again."
            )
        for place in range(1, len(settings.FIELD_KEYS)):
            if total[place]:
                self.stdout.write(f"Key {place + 1} is needed: {total[place]} values are under it.")
            else:
                self.stdout.write(
                    f"Key {place + 1} is not needed any more: take it out of FIELD_KEYS, keep it for backups."
                )


def _said(keys: field_keys.Keys) -> str:
    ordered = sorted(keys.items(), key=lambda each: (each[0] is None, each[0] or 0))
    return ", ".join(f"{count} under {'no key' if place is None else f'key {place + 1}'}" for place, count in ordered)
