"""Small words for tests of alerts."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils.timezone import now

from integration.jobs import alerts, notices
from integration.models import Alert, AlertChannel, Connection, ConnectionGate, Notice


def channel(url: str = "", kind: str = "webhook", **given: Any) -> AlertChannel:
    name = given.pop("name", "ops")
    return AlertChannel.objects.create(name=name, kind=kind, secrets={"address": url}, **{"severity": "low", **given})


def down(slug: str = "north", minutes: int = 10, **given: Any) -> Connection:
    """A system that has not answered for so long."""
    made = Connection.objects.create(slug=slug, name=slug.capitalize(), kind="http_json", **given)
    ConnectionGate.objects.create(connection=made, breaker="open", opened_at=now() - timedelta(minutes=minutes))
    return made


def up() -> None:
    ConnectionGate.objects.update(breaker="closed")


def says() -> list[str]:
    return [str(each) for each in Alert.objects.order_by("pk")]


def told() -> list[tuple[str, int, str]]:
    return list(Notice.objects.order_by("pk").values_list("what", "level", "state"))


def send() -> int:
    return sum(notices.deliver(each) for each in notices.due_channels())


def later(minutes: int) -> int:
    """A look so much later; what is due by then is due."""
    made = alerts.look(now() + timedelta(minutes=minutes))
    Notice.objects.update(due_at=F("due_at") - timedelta(minutes=minutes))
    return made


def time_passes(minutes: int) -> None:
    """Pauses and claims of that length are over."""
    passed = timedelta(minutes=minutes)
    Notice.objects.update(due_at=F("due_at") - passed, claimed_until=F("claimed_until") - passed)
