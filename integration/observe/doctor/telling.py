"""Whether anybody would be told: alert channels, what they last took, and who watches from outside."""

from collections.abc import Iterator

from django.conf import settings

from integration.adapters.base import Finding
from integration.models import AlertChannel
from integration.observe.report import good, note, problem, warning


def look() -> Iterator[Finding]:
    channels = list(AlertChannel.objects.filter(active=True).defer("secrets"))
    yield from map(_channel, channels)
    if not channels:
        fix = "Add one under Alert channels, and press Send a test."
        yield warning("alert channels", "nobody is told anything: there is none that is active", fix)
    if settings.HEARTBEAT_URL:
        yield good("heartbeat", "a service outside hears of it every minute")
    else:
        yield note("heartbeat", "HEARTBEAT_URL is not set: a whole outage is seen by who asks /alivez alone")


def _channel(channel: AlertChannel) -> Finding:
    name = f"channel {channel.name}"
    if channel.failures:
        return problem(name, channel.last_failure, "See its page, and press Send a test.")
    if channel.told_at is None:
        return warning(name, "it was never told anything", "Press Send a test on its page.")
    return good(name, f"it took what it was told on {channel.told_at:%Y-%m-%d %H:%M} UTC")
