"""When each lane of work will be clear."""

from collections.abc import Iterator

from integration.adapters.base import Finding
from integration.jobs import forecast
from integration.jobs.forecast import Forecast
from integration.observe.report import good, note, warning


def look() -> Iterator[Finding]:
    busy = [lane for lane in forecast.lanes() if lane.state != "clear"]
    yield from map(_lane, busy)
    if not busy:
        yield good("all lanes", "nothing is due")


def _lane(lane: Forecast) -> Finding:
    name, why = lane.lane.label.lower(), "; ".join(lane.why)
    if lane.state == "draining" and lane.clear_at is not None:
        said = f"{lane.due:,} due, clear at {lane.clear_at:%Y-%m-%d %H:%M} UTC"
        return note(name, f"{said}; {why}" if why else said)
    if lane.state == "held":
        return note(name, why)
    if lane.state == "starting":
        return note(name, f"{lane.due:,} due since a moment ago")
    fix = "See the lines about what is in the way, about workers and about connections."
    return warning(name, f"{lane.due:,} due, and it does not drain: {why}", fix)
