"""Probe, show, store: the same for every kind of connection."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.forms import FloatField

from integration.adapters.base import Profile
from integration.errors import IntegrationError
from integration.jobs import connections
from integration.management.person import operator, plain
from integration.models import Connection, KnownSystem
from integration.observe.report import Section, summary

Show = Callable[[Iterable[Section]], None]
Say = Callable[[str], Any]


def add_common(parser: CommandParser) -> None:
    parser.add_argument("--slug", required=True, help="its name in addresses and commands: letters, digits, dashes")
    parser.add_argument("--name", default="", help="its name for people")
    parser.add_argument("--url", default="", help="https://...; plain http on this machine only")
    parser.add_argument(
        "--environment",
        choices=Connection.Environment.values,
        default=settings.ENVIRONMENT,
        help="what the other system is; it must be what this installation is (default: ENVIRONMENT)",
    )
    parser.add_argument(
        "--another-system", action="store_true", help="it is another one than before, and that is meant"
    )
    parser.add_argument("--calls-per-second", type=float, help="how often it may be called")
    parser.add_argument("--max-concurrency", type=int, help="how many calls at once")
    parser.add_argument("--read-timeout", type=float, help="seconds to wait for an answer")


def limits(options: dict[str, Any]) -> dict[str, float]:
    names = ("calls_per_second", "max_concurrency", "read_timeout")
    given = {name: options[name] for name in names if options[name] is not None}
    for name, value in given.items():
        try:
            FloatField().clean(value)  # "nan" is within all bounds
            Connection._meta.get_field(name).clean(value, None)  # type: ignore[union-attr]  # a column of our own
        except ValidationError as wrong:
            raise CommandError(f"--{name.replace('_', '-')} {value:g}: {' '.join(wrong.messages)}") from wrong
    return given


def connect(wanted: connections.Wanted, show: Show, say: Say, *, meant: bool) -> tuple[Connection, Profile]:
    """Stores nothing unless the system answers and lets us in. ``meant``: also if it is another one than before."""
    _check(wanted)
    draft = connections.draft(wanted)
    if not draft.base_url:
        raise CommandError("--url is missing.")
    _refuse_another(draft, meant=meant)
    try:
        profile = connections.probe(draft)
    except IntegrationError as wrong:
        raise CommandError(f"{plain(wrong)} Nothing was stored.") from wrong
    stored = connections.store(wanted, profile, operator())
    found = [Section(f"{stored.name}: {_place(stored)}", profile.findings)]
    show(found)
    say(f"{summary(found)} Stored as {stored.slug}.")
    return stored, profile


def _refuse_another(draft: Connection, *, meant: bool) -> None:
    """What is sent to another system than before is sent there only because somebody has said so."""
    known = KnownSystem.objects.filter(connection=draft.pk).first() if draft.pk else None
    if known is None or meant:
        return
    before, now = (known.base_url, known.database), (draft.base_url, str(draft.options.get("database") or ""))
    if before != now:
        said = (
            f"{draft.slug} would speak to another system: {' '.join(now).strip()}, before {' '.join(before).strip()}."
        )
        raise CommandError(f"{said} Say --another-system if that is meant. Nothing was stored.")


def _place(stored: Connection) -> str:
    database, login = stored.options.get("database"), stored.options.get("login")
    return stored.base_url + (f", database {database}" if database else "") + (f", as {login}" if login else "")


def _check(wanted: connections.Wanted) -> None:
    field = Connection._meta.get_field("slug")
    if not wanted.slug or len(wanted.slug) > (field.max_length or 0) or not _is_slug(wanted.slug):
        raise CommandError(f"--slug must be 1 to {field.max_length} letters, digits, dashes and underscores.")
    if wanted.environment != settings.ENVIRONMENT:
        raise CommandError(
            f"This installation is for {settings.ENVIRONMENT} systems (ENVIRONMENT), and {wanted.slug} is said to be "
            f"{wanted.environment}: a test must never reach a live warehouse."
        )


def _is_slug(text: str) -> bool:
    return text.isascii() and all(letter.isalnum() or letter in "-_" for letter in text)
