"""Whether what is encrypted here can be read, and whether older keys are still needed."""

from collections import Counter
from collections.abc import Iterator

from django.conf import settings

from integration.adapters.base import Finding
from integration.jobs import field_keys
from integration.observe.report import good, note, problem

NAME = "encrypted values"


def look() -> Iterator[Finding]:
    """The oldest and the newest of each column: all of them may be millions."""
    total, unread = Counter[int | None](), list[str]()
    for column in field_keys.columns():
        done = field_keys.count(column, sample=field_keys.SAMPLE)
        total.update(done.keys)
        unread += [f"{column} {key}" for key in done.unread]
    if unread:
        detail = f"{len(unread)} or more are under no key of FIELD_KEYS, such as {', '.join(unread[:3])}"
        yield problem(NAME, detail, "Put the key back in FIELD_KEYS that they were encrypted with.")
    older = sum(count for place, count in total.items() if place)
    if older:
        yield note(NAME, f"of {total.total()} looked at, {older} are under an older key: manage.py rotate_field_keys")
    elif not unread:
        keys = len(settings.FIELD_KEYS)
        more = "" if keys == 1 else "; see whether the others can go: manage.py rotate_field_keys --check"
        yield good(NAME, f"{total.total()} looked at, all under the first of {keys} keys{more}")
