"""What a probe of a warehouse tells the person who connects it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from integration.adapters.base import ConnectionSettings, Finding
from integration.adapters.wms.http_json.answers import Health
from integration.adapters.wms.http_json.signature import TOLERANCE, UNTIL

CONTRACT = "1"


def findings(settings: ConnectionSettings, health: Health, date: str, now: datetime) -> Sequence[Finding]:
    return (
        Finding("system", None, f"{health.name} {health.version}"),
        _contract(health),
        Finding("documents", None, f"it takes {', '.join(health.accepts)}"),
        _token(settings),
        _rotation(settings),
        _clock(date, now),
    )


def _contract(health: Health) -> Finding:
    spoken = health.contract.split(".")[0] == CONTRACT
    detail = f"it implements version {health.contract}, we speak {CONTRACT}"
    return Finding("contract", spoken, detail, "" if spoken else f"Ask the vendor for version {CONTRACT}.")


def _token(settings: ConnectionSettings) -> Finding:
    if settings.secrets.get("token"):
        return Finding("token", True, "our calls carry a bearer token")
    return Finding("token", None, "no bearer token is set; our calls are only signed")


def _rotation(settings: ConnectionSettings) -> Finding:
    if settings.secrets.get("signing_previous"):
        until = settings.secrets.get(UNTIL, "")
        said = f"two secrets are valid, the old one until {until[:16].replace('T', ' ')} UTC" if until else ""
        fix = "" if until else "Remove the previous secret once both sides use the new one."
        return Finding("signing secret", None, said or "two secrets are valid: a rotation is under way", fix)
    return Finding("signing secret", True, "one secret is valid")


def _clock(date: str, now: datetime) -> Finding:
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return Finding("clock", None, "the answer has no date to compare clocks by")
    apart = abs(now - theirs.replace(tzinfo=theirs.tzinfo or UTC))
    detail = f"the clocks differ by {apart.total_seconds():.0f} s"
    if apart < TOLERANCE:
        return Finding("clock", True, detail)
    return Finding("clock", False, detail, "Set both clocks by NTP: signatures older than five minutes are refused.")
