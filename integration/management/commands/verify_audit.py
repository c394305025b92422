"""`manage.py verify_audit`: proves that the audit log is as it was written."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from integration.jobs import audit
from integration.management.person import PlainCommand


class Command(PlainCommand):
    help = (
        "Checks every row of the audit log against the chain of hashes. Prints the head: keep it elsewhere and give it "
        "with --head the next time, and rows that were cut off at the end show too. Status 0: the log holds."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", type=_head, metavar="NUMBER:HASH", help="a head that an earlier run printed")

    def handle(self, *, head: audit.Head | None, **_: Any) -> None:
        wrong = list(audit.faults(head))
        for line in wrong:
            self.stderr.write(line)
        now = audit.head()
        if wrong:
            raise CommandError(f"The audit log does not hold: {len(wrong)} findings. Its head is {now}.")
        self.stdout.write(f"The audit log holds: {now.number} rows sealed. Its head is {now}")


def _head(text: str) -> audit.Head:
    number, _, digest = text.partition(":")
    try:
        found = audit.Head(int(number), bytes.fromhex(digest))
    except ValueError:
        raise CommandError("--head is what an earlier run printed, such as 120:9f2c...") from None
    if len(found.hash) != len(audit.FIRST):
        raise CommandError("--head has a hash of 64 signs.")
    return found
