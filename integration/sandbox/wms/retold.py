"""What the stand-in tells once more when asked: its messages, and what has become of each document."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, dropwhile
from typing import Any

from integration.sandbox.wms.outbox import Delivery
from integration.sandbox.wms.wire import Answer, answer, problem
from integration.sandbox.wms.world import World

PAGE = 100
LARGEST = 1_500_000  # bytes of messages in one answer, which may double as JSON


def events(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    """Also what was lost on its way: the very bytes under the same number."""
    first, last = query.get("first", ""), query.get("last", "")
    if "about" in query:
        found = [each for each in world.outbox.told() if each.release == query["about"]]
    elif first.isdecimal() and last.isdecimal():
        found = [each for each in world.outbox.told() if int(first) <= (each.sequence or 0) <= int(last)]
    else:
        return problem(400, "say ?about=... or ?first=...&last=...")
    once = list({each.number: each for each in found}.values())  # however often it was sent
    page = _page(_behind(once, query.get("after", "")))
    return answer(200, {"events": [{"id": each.number, "body": each.body.decode()} for each in page]})


def states(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    """By reference, a page at a time."""
    told: defaultdict[str, list[str]] = defaultdict(list)
    for each in world.outbox.told():
        told[each.release].append(each.number)
    with world.orders.lock:
        listed = sorted(_documents(world), key=lambda state: state["reference"])
    page = [state for state in listed if state["reference"] > query.get("after", "")][:PAGE]
    for state in page:
        state["messages"] = told[state["reference"]]
    following = page[-1]["reference"] if len(page) == PAGE else ""
    return answer(200, {"states": page, "next": following})


def _behind(found: Sequence[Delivery], after: str) -> Sequence[Delivery]:
    return list(dropwhile(lambda each: each.number != after, found))[1:] if after else found


def _page(found: Sequence[Delivery]) -> Sequence[Delivery]:
    """At least one, if there is any; no more than an answer may hold."""
    sizes = accumulate(len(each.body) for each in found)
    fits = sum(1 for size in sizes if size <= LARGEST)
    return found[: min(max(fits, 1), PAGE)]


def _documents(world: World) -> Iterator[dict[str, Any]]:
    for release, order in world.orders.held.items():
        status = "shipped" if world.orders.shipped(release) else order.status
        yield {"type": "order.release", "reference": release, "status": status}
    for number, advice in world.orders.advices.held.items():
        came = world.orders.advices.received(number) or world.orders.returns.came(number)
        yield {"type": "receipt.advice", "reference": number, "status": "arrived" if came else advice.status}
