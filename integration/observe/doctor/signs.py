"""Signs of life: which workers fetch messages and write rows, and which beat leads."""

from collections.abc import Iterator

from integration.adapters.base import Finding
from integration.jobs import canaries, lease
from integration.models import Canary
from integration.observe.report import good, problem


def look() -> Iterator[Finding]:
    yield from _workers()
    yield _leader()


def _workers() -> Iterator[Finding]:
    living = list(canaries.alive(Canary.Kind.WORKER).values_list("process", flat=True))
    if living:
        yield good("workers", f"{', '.join(living)} fetched a message lately")
    else:
        said = f"none fetched a message and wrote its row in the last {canaries.silence(Canary.Kind.WORKER):g} s"
        yield problem("workers", said, "Start one, or start those that run anew: celery -A config worker.")


def _leader() -> Finding:
    held = lease.leader()
    if held is None:
        return problem("beat", "none leads: nothing is started by the clock", "Start one: celery -A config beat")
    others = canaries.alive(Canary.Kind.BEAT).count() - 1
    return good("beat", f"{held.node} leads, {max(others, 0)} more would take over")
