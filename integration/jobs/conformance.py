"""Has a warehouse's endpoint, and what it sends us, looked at by the contract suite. A person asks for it each time."""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db import transaction
from django.utils.timezone import now

from integration.adapters import conformance, registry
from integration.adapters.base import Asked, Capability
from integration.adapters.conformance import Bench, Broken, Checked, Goods, Skipped
from integration.jobs import environment, gate
from integration.jobs.acts import Actor, NotAllowed, note
from integration.jobs.remote import ProbeGuard, settings_for
from integration.models import (
    CodeMapping,
    ConformanceRun,
    Connection,
    Drift,
    InboundMessage,
    MessageKey,
    Warehouse,
)

ANSWERS = ("order.accepted", "order.rejected")
PAUSE_SECONDS = 0.2
Kind = CodeMapping.Kind


@dataclass(frozen=True, slots=True)
class Listening:
    """``seconds``: how long its yes or no is waited for."""

    bench: Bench
    connection: Connection
    since: datetime
    seconds: float

    @property
    def told(self) -> list[InboundMessage]:
        """What came about the order that it took, in the order of coming."""
        rows = InboundMessage.objects.filter(connection=self.connection, reference=self.bench.release(2).release)
        return list(rows.order_by("pk"))


def run(
    connection: Connection, actor: Actor, goods: Goods | None = None, *, wait: float = 30.0, production: bool = False
) -> ConformanceRun:
    """Sends marked test documents and takes them back. Raises NotAllowed, ConfigurationError CD-2012,
    Throttled CD-2020."""
    _refuse(connection, production=production)
    gate.refuse_foreign(connection)
    environment.refuse(connection)
    started, number = now(), secrets.token_hex(4)
    settings = settings_for(connection)
    bench = Bench(
        settings, lambda each: registry.open_wms(each, ProbeGuard(connection)), goods or usual(connection), number
    )
    listening = Listening(bench, connection, started, wait)
    checks = [*conformance.examine(bench), *_listened(listening), *conformance.examine(bench, [conformance.LAST])]
    return _keep(connection, actor, number, started, checks)


def usual(connection: Connection) -> Goods:
    """The first warehouse of the connection, and the first product and unit that are mapped. Raises NotAllowed."""
    warehouse = Warehouse.objects.filter(wms=connection).order_by("pk").first()
    codes = CodeMapping.objects.filter(partner=connection, valid_to=None).exclude(partner_code="").order_by("pk")
    sku = codes.filter(kind=Kind.PRODUCT).values_list("partner_code", flat=True).first()
    unit = codes.filter(kind=Kind.UNIT).values_list("partner_code", flat=True).first()
    if warehouse is None or not sku or not unit:
        raise NotAllowed(f"{connection} has no warehouse, product or unit yet to ask about: name a site, SKU and unit.")
    return Goods(warehouse.site, warehouse.owner_code, sku, unit)


def _refuse(connection: Connection, *, production: bool) -> None:
    if connection.kind not in registry.WMS:
        raise NotAllowed(f"{connection} is no warehouse: its kind is {connection.kind}.")
    if connection.environment == Connection.Environment.PRODUCTION and not production:
        raise NotAllowed(f"{connection} is in production, where test orders may be shipped: say --production to go on.")


def _listened(listening: Listening) -> list[Checked]:
    checks: Sequence[tuple[str, Callable[[Bench], str]]] = [
        ("says yes or no", lambda _: _answers(listening)),
        ("says it once", lambda _: _says_once(listening)),
        ("keeps to the contract", lambda _: _in_shape(listening)),
        ("counts what it sends", lambda _: _counts(listening)),
        ("tells again what it told", lambda _: _tells_again(listening)),
    ]
    return list(conformance.examine(listening.bench, checks))


def _answers(listening: Listening) -> str:
    ends = time.monotonic() + listening.seconds
    while True:
        found = next((each for each in listening.told if each.type in ANSWERS), None)
        if found is not None:
            return f"{found.type} came, signed, as message {found.external_id}"
        if time.monotonic() >= ends:
            raise Broken(f"no {' or '.join(ANSWERS)} came within {listening.seconds:g} s of the order")
        time.sleep(PAUSE_SECONDS)


def _says_once(listening: Listening) -> str:
    """The order was posted three times."""
    numbers = [each.external_id for each in listening.told if each.type in ANSWERS]
    if not numbers:
        raise Skipped("it said nothing")
    if len(numbers) > 1:
        raise Broken(f"one order was answered by {len(numbers)} messages: {', '.join(numbers)}")
    return "an order that is sent again is answered by one message"


def _in_shape(listening: Listening) -> str:
    met = Drift.objects.filter(connection=listening.connection, last_at__gte=listening.since)
    refused = met.filter(kind=Drift.Kind.SHAPE).first()
    if refused is not None:
        raise Broken(f"{refused.subject or 'a message'} was refused: {refused.path} {refused.detail}".strip())
    if not listening.told:
        raise Skipped("it said nothing")
    unknown = sorted(met.filter(kind=Drift.Kind.FIELD).values_list("path", flat=True))
    return f"taken; not in the contract: {', '.join(unknown)}" if unknown else "what it sends is as the contract says"


def _counts(listening: Listening) -> str:
    counted = [each.sequence for each in listening.told if each.sequence is not None]
    if not counted:
        raise Skipped("it does not count what it sends")
    if any(later <= earlier for earlier, later in pairwise(counted)):
        raise Broken(f"its count does not go up: {', '.join(map(str, counted))}")
    return f"up to {counted[-1]}"


def _tells_again(listening: Listening) -> str:
    adapter = listening.bench.adapter
    if Capability.FETCH_EVENTS not in adapter.capabilities:
        raise Skipped("it does not say that it offers this")
    again = adapter.fetch_events(Asked(about=listening.bench.release(2).release), "")
    kept = dict(MessageKey.objects.filter(connection=listening.connection).values_list("external_id", "body_sha256"))
    for each in again:
        if each.external_id in kept and bytes(kept[each.external_id]) != hashlib.sha256(each.body).digest():
            raise Broken(f"message {each.external_id} has other bytes when it is asked for than when it was pushed")
    numbers = {each.external_id for each in again}
    lost = [each.external_id for each in listening.told if each.external_id not in numbers]
    if lost:
        raise Broken(f"message {lost[0]} was pushed, and is not among those about the order")
    return f"{len(again)} messages about the order, by number and byte as they were pushed"


@transaction.atomic
def _keep(
    connection: Connection, actor: Actor, number: str, started: datetime, checks: Sequence[Checked]
) -> ConformanceRun:
    passed = all(each.ok is not False for each in checks)
    rows = [each.as_json() for each in checks]
    made = ConformanceRun.objects.create(
        connection=connection, number=number, passed=passed, checks=rows, actor=actor.name[:150], started_at=started
    )
    note(actor, "conformance run", str(connection), slug=connection.slug, run=number, passed=passed)
    return made
