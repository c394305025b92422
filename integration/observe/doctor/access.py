"""Tokens and keys that end soon: a month is enough to change them in peace."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from integration.adapters.base import Finding
from integration.models import ApiToken, Connection
from integration.observe.report import good, problem, warning

SOON = timedelta(days=30)


def look() -> Iterator[Finding]:
    now = datetime.now(UTC)
    found = [*_tokens(now), *_keys(now.date())]
    yield from found or [good("tokens and keys", f"none ends within {SOON.days} days, as far as is known")]


def _tokens(now: datetime) -> Iterator[Finding]:
    """One that ended long ago is forgotten."""
    ending = ApiToken.objects.filter(revoked_at=None, expires_at__range=(now - SOON, now + SOON))
    for token in ending:
        assert token.expires_at is not None  # noqa: S101  (the filter asks for it)
        verb = "ended" if token.expires_at <= now else "ends"
        fix = "Make a new one with `manage.py api_token make`, give it to its user, then revoke this one."
        yield warning(f"API token {token.name}", f"{token.prefix} {verb} on {token.expires_at:%Y-%m-%d}", fix)


def _keys(today: date) -> Iterator[Finding]:
    for row in Connection.objects.filter(options__has_key="key_expires").defer("secrets"):
        ends = date.fromisoformat(row.options["key_expires"])
        fix = f"Make a new key in Odoo, then: manage.py connect odoo --slug {row.slug} --key-expires YYYY-MM-DD"
        if ends < today:
            yield problem(f"key of {row.slug}", f"it ended on {ends}", fix)
        elif ends <= today + SOON:
            yield warning(f"key of {row.slug}", f"it ends on {ends}", fix)
