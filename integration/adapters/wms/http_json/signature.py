"""Standard Webhooks signatures in both directions; several secrets are valid at once while they are rotated."""

import hmac
import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from integration.errors import ConfigurationError, Forbidden

SECRETS = ("signing", "signing_previous")
UNTIL = "signing_previous_until"  # a moment; from then on the previous one is refused. Empty: never
PREFIX = "whsec_"
SHORTEST_BYTES = 24  # as Standard Webhooks asks for
TOLERANCE = timedelta(minutes=5)
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_ID = re.compile(r"[\x21-\x7e]{1,200}")


def sign(secrets: Mapping[str, str], connection: str, message: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers. Signed with every valid secret, so that the partner may switch at any time."""
    # The library takes the clock's digits without their zone, so it must be given UTC.
    sent_at = now.astimezone(UTC)
    signers = _signers(secrets, connection, sent_at).values()
    values = [signer.sign(message, sent_at, body.decode()) for signer in signers]
    return dict(zip(HEADERS, (message, str(int(now.timestamp())), " ".join(values)), strict=True))


def verify(secrets: Mapping[str, str], connection: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The name of the secret that fits. Raises Forbidden CD-6005 if none does, or the message is more than five minutes
    off."""
    given = {name.lower(): value for name, value in headers.items()}
    for name in HEADERS:
        if not given.get(name):
            raise _forbidden(connection, f"the header {name} is missing")
    if not _ID.fullmatch(given["webhook-id"]):
        raise _forbidden(connection, "webhook-id is not 1 to 200 printable characters")
    sent_at = _moment(connection, given["webhook-timestamp"], now)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise _forbidden(connection, "the body is not UTF-8") from None
    offered = given["webhook-signature"].encode("utf-8", "replace").split()
    for name, signer in _signers_or_none(secrets, connection, now).items():
        wanted = signer.sign(given["webhook-id"], sent_at, text).encode()
        if any(hmac.compare_digest(wanted, signature) for signature in offered):
            return name
    raise _forbidden(connection, "no signature matches the body, the id, the timestamp and a secret of ours")


def check(secrets: Mapping[str, str], connection: str, now: datetime) -> None:
    """Raises ConfigurationError CD-2010 for no secret, and for one that cannot be read or could be guessed."""
    _signers(secrets, connection, now)
    keys = [b64decode(secrets[name].removeprefix(PREFIX)) for name in SECRETS if secrets.get(name)]
    if any(len(key) < SHORTEST_BYTES for key in keys):
        raise _useless(connection, f"a signing secret is too short: take {SHORTEST_BYTES} random bytes or more")


def _moment(connection: str, header: str, now: datetime) -> datetime:
    if not (header.isascii() and header.isdecimal() and len(header) <= 11):
        raise _forbidden(connection, "webhook-timestamp is not a whole number of seconds since 1970")
    sent_at = datetime.fromtimestamp(int(header), UTC)
    if sent_at < now - TOLERANCE:
        raise _forbidden(connection, "webhook-timestamp is older than five minutes")
    if sent_at > now + TOLERANCE:
        raise _forbidden(connection, "webhook-timestamp is more than five minutes in the future")
    return sent_at


def _signers(secrets: Mapping[str, str], connection: str, now: datetime) -> dict[str, Webhook]:
    try:
        signers = {name: Webhook(secrets[name]) for name in _valid(secrets, now)}
    except (ValueError, EmptyWebhookSecretError):
        raise _useless(connection, f"a signing secret cannot be read; it is {PREFIX} and base64") from None
    if not signers:
        raise _useless(connection, "it has no signing secret")
    return signers


def _valid(secrets: Mapping[str, str], now: datetime) -> list[str]:
    until = secrets.get(UNTIL)
    over = bool(until) and datetime.fromisoformat(str(until)) <= now
    return [name for name in SECRETS if secrets.get(name) and not (over and name == SECRETS[1])]


def _signers_or_none(secrets: Mapping[str, str], connection: str, now: datetime) -> dict[str, Webhook]:
    """A sender is not told that we lack a secret: its message is refused like any that does not fit."""
    try:
        return _signers(secrets, connection, now)
    except ConfigurationError:
        return {}


def _useless(connection: str, detail: str) -> ConfigurationError:
    return ConfigurationError("CD-2010", connection=connection, detail=detail)


def _forbidden(connection: str, detail: str) -> Forbidden:
    return Forbidden("CD-6005", connection=connection, detail=detail)
