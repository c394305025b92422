"""What Odoo shows of picking and packing: one note for each stage, and a thing to do for a short pick."""

from collections.abc import Iterator
from itertools import count

from integration.flows import beside, order_progress, shadow
from integration.flows.beside import Target
from integration.jobs import configuration, rollout, rows
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import Document, Effect, Mode, RolloutFlow, StageEvent, Warehouse

FLOWS = (RolloutFlow.RELEASE, RolloutFlow.SHIPMENT)  # of an order
NOTES = {
    "accepted": "{partner} has accepted the delivery.",
    "picking": "{partner} is picking.",
    "picked": "{partner} has picked.",
    "packed": "{partner} has packed.",
}


def handle(work: Work) -> Outcome:
    delivery = rows.first(Document, "id = %s", [work.job.payload["document"]])
    if delivery is None or delivery.warehouse_id is None:
        return Outcome("the delivery is gone")
    warehouse = configuration.warehouse(delivery.warehouse_id)
    if warehouse.strongest({rollout.flow_of(delivery, flow) for flow in FLOWS}) == Mode.SHADOW:
        return Outcome(shadow.NOTE)
    work.mode = Mode.LIVE  # what was released is told to its end, also where the flows were switched off since
    stages, asks = list(_untold(delivery, warehouse)), _asks(delivery, warehouse)
    if not stages and asks is None:
        return Outcome("Odoo shows all of it")
    work.connection = warehouse.erp
    with open_erp(warehouse.erp, work) as erp:
        at = Target(work, erp, warehouse.erp, delivery.erp_id, delivery.reference, warehouse.company_id)
        for event in stages:
            beside.say(at, _key(delivery, warehouse, event.stage), _words(event, warehouse))
        if asks is not None:
            _ask_or_settle(at, delivery, warehouse, asks)
    return Outcome(f"{len(stages)} notes{'' if asks is None else ', a thing to do'}")


def _key(delivery: Document, warehouse: Warehouse, stage: str) -> str:
    return beside.key("progress", delivery, warehouse, stage)


def _words(event: StageEvent, warehouse: Warehouse) -> str:
    text = NOTES[event.stage].format(partner=warehouse.wms.name)
    return f"{text} {event.detail}".strip()


def _untold(delivery: Document, warehouse: Warehouse) -> Iterator[StageEvent]:
    """The first event of each stage without a note. Once the goods have left, which says more: what was begun."""
    if warehouse.progress_notes == Warehouse.Progress.NONE:
        return
    first: dict[str, StageEvent] = {}
    for event in delivery.stages.filter(counts=True, stage__in=NOTES).order_by("at", "pk"):
        first.setdefault(event.stage, event)
    states = beside.states(warehouse.erp, (_key(delivery, warehouse, stage) for stage in first))
    ended = delivery.state in order_progress.ENDED
    for stage, event in first.items():
        state = states.get(_key(delivery, warehouse, stage))
        if state == Effect.State.INTENDED if ended else state != Effect.State.LANDED:
            yield event


def _asks(delivery: Document, warehouse: Warehouse) -> bool | None:
    """True: a thing to do is missing. False: one is there, or may be, that nobody needs any more."""
    wanted = warehouse.progress_notes == Warehouse.Progress.ACTIVITIES and delivery.state not in order_progress.ENDED
    wanted = wanted and order_progress.short_pick(delivery, warehouse) is not None
    stands = _asked(delivery, warehouse)
    if stands == Effect.State.INTENDED:
        return wanted
    return wanted if wanted != (stands == Effect.State.LANDED) else None


def _asked(delivery: Document, warehouse: Warehouse) -> str | None:
    """The state of the latest thing to do, if nobody has settled it."""
    key = beside.key("short", delivery, warehouse, _latest(delivery, warehouse))
    return beside.states(warehouse.erp, [key]).get(key)


def _latest(delivery: Document, warehouse: Warehouse) -> int:
    """The number of the thing to do that nobody has settled: a pick may fall short again after it was mended."""
    for number in count(1):
        key = beside.key("short-done", delivery, warehouse, number)
        if beside.states(warehouse.erp, [key]).get(key) != Effect.State.LANDED:
            break
    return number


def _ask_or_settle(at: Target, delivery: Document, warehouse: Warehouse, asks: bool) -> None:
    number = _latest(delivery, warehouse)
    asked = beside.key("short", delivery, warehouse, number)
    if not asks:
        if beside.stands(at, asked):
            name = beside.key("short-done", delivery, warehouse, number)
            beside.settle(at, asked, name, "Settled: the shipment has come, or the goods were found.")
        return
    missing = order_progress.short_pick(delivery, warehouse)
    if missing is not None:
        beside.ask(at, asked, "Short pick", missing.cause)
