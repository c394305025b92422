"""The control API under /_sandbox/: what tests, demos and people make the stand-in do. This machine only."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from integration.canonical.orders import OrderRelease, RefusedLine, Stage
from integration.canonical.receipts import PutAway
from integration.sandbox.faults import BadRule
from integration.sandbox.wms import messages, stocktaking
from integration.sandbox.wms.news import BadNews, Progress, Track
from integration.sandbox.wms.orders import items_from
from integration.sandbox.wms.receiving import Arrival
from integration.sandbox.wms.report import advice_report, order_report
from integration.sandbox.wms.returning import ParcelBack
from integration.sandbox.wms.shipping import BadScript, Script
from integration.sandbox.wms.stock import Movement
from integration.sandbox.wms.stocktaking import Adjusting, Counting, Filling, Listing
from integration.sandbox.wms.wire import Answer, answer, problem
from integration.sandbox.wms.world import UnknownRelease, World

Asked = dict[str, Any]
PAGE = 500


class Verdict(BaseModel):
    """What /_sandbox/acknowledge and /_sandbox/reject take, about a release or an advice."""

    model_config = ConfigDict(extra="forbid")

    release: str = ""
    advice: str = ""
    reason: str = "refused by hand"
    lines: list[RefusedLine] = []
    faults: list[str] = []
    delay: float = 0.0


class Settings(BaseModel):
    """What /_sandbox/settings takes; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    acknowledge_after: float | None = None
    answer_at_once: bool = False
    ship_after: float | None = None
    show_progress: bool = False
    deliver_after: float | None = None
    freight_each: dict[str, str] | None = None
    answer_changes: bool = True
    number_messages: bool = False
    receive_after: float | None = None
    target: str = ""
    sites: list[str] = []
    secret: str = ""


def orders(world: World, asked: Asked) -> Any:
    """All of them, or the releases of one ``order``."""
    with world.orders.lock:
        held = world.orders.held.values()
        wanted = [each for each in held if asked.get("order", each.release.order) == each.release.order]
        return {"orders": [order_report(world.orders, each) for each in wanted], **strays(world, asked)}


def strays(world: World, asked: Asked) -> Any:
    """Shipments for orders that it does not hold."""
    with world.orders.lock:
        found = [shipment for shipment in world.orders.shipments if shipment.release not in world.orders.held]
        return {"strays": [shipment.model_dump(mode="json", exclude_none=True) for shipment in found]}


def changes(world: World, asked: Asked) -> Any:
    """For whoever follows the books: what changed ``since`` a count of changes, which it answers anew."""
    with world.orders.lock:
        held, count = world.orders.changed(int(asked.get("since", 0)), int(asked.get("limit", PAGE)))
        return {"orders": [order_report(world.orders, order) for order in held], "changes": count}


def key(world: World, asked: Asked) -> Any:
    """A person types an order in at the warehouse's own screen: nobody is told. ``key``: what it is known by."""
    release = OrderRelease.model_validate({name: asked[name] for name in asked if name != "key"})
    (status, said), _ = world.orders.take(release, str(asked.get("key") or f"typed {release.release}"))
    if status >= HTTPStatus.BAD_REQUEST:
        raise BadScript(said["reason"])
    return said


def ship(world: World, asked: Asked) -> Any:
    shipment, number = world.ship(Script.model_validate(asked))
    return {"message": number, "shipment": shipment}


def correct(world: World, asked: Asked) -> Any:
    """What a person at the warehouse does when told that a confirmation was wrong."""
    shipment, number = world.correct(str(asked.get("shipment", "")), asked)
    return {"message": number, "shipment": shipment}


def tell(world: World, asked: Asked) -> Any:
    told, number = world.tell(Progress.model_validate(asked))
    return {"message": number, "progress": told}


def track(world: World, asked: Asked) -> Any:
    told, number = world.track(Track.model_validate(asked))
    return {"message": number, "tracked": told}


def advices(world: World, asked: Asked) -> Any:
    """All of them, or those of one ``order``."""
    with world.orders.lock:
        held = world.orders.advices.held.values()
        wanted = [advice for advice in held if asked.get("order", advice.advice.order) == advice.advice.order]
        return {"advices": [advice_report(world.orders.advices, advice) for advice in wanted]}


def returns(world: World, asked: Asked) -> Any:
    """What was told of each return, as it was told last."""
    with world.orders.lock:
        told = world.orders.returns.told.values()
        return {"returns": [each.model_dump(mode="json", exclude_none=True) for each in told]}


def receive(world: World, asked: Asked) -> Any:
    receipt, number = world.receive(Arrival.model_validate(asked))
    return {"message": number, "receipt": receipt}


def take_back(world: World, asked: Asked) -> Any:
    told, number = world.take_back(ParcelBack.model_validate(asked))
    return {"message": number, "return": told}


def put_away(world: World, asked: Asked) -> Any:
    usual = {"put_away": f"PUT-{uuid4().hex[:8]}", "at": datetime.now(UTC).isoformat()}
    told = PutAway.model_validate({**usual, **{name: asked[name] for name in asked if name != "faults"}})
    return {"message": world.put_away(told, asked.get("faults", ())), "put_away": told.put_away}


def stock(world: World, asked: Asked) -> Any:
    """What lies where."""
    with world.orders.lock:
        held = [{**asdict(slot), "quantity": format(each, "f")} for slot, each in world.orders.stock.lines()]
        return {"stock": held}


def movements(world: World, asked: Asked) -> Any:
    """Everything that came, left or moved, in its order, and by which document."""
    with world.orders.lock:
        return {"movements": [_movement(each) for each in world.orders.stock.movements]}


def _movement(each: Movement) -> dict[str, str]:
    about = {"quantity": format(each.quantity, "f"), "why": each.why, "document": each.document}
    return {**asdict(each.slot), **about, "at": each.at.isoformat()}


def fill(world: World, asked: Asked) -> Any:
    """Puts goods on the shelves, and tells nobody."""
    with world.orders.lock:
        stocktaking.fill(world.orders.stock, Filling.model_validate(asked))
    return stock(world, asked)


def adjust(world: World, asked: Asked) -> Any:
    adjustment, number = world.adjust(Adjusting.model_validate(asked))
    return {"message": number, "adjustment": adjustment}


def count(world: World, asked: Asked) -> Any:
    counted, number = world.count(Counting.model_validate(asked))
    return {"message": number, "count": counted}


def snapshot(world: World, asked: Asked) -> Any:
    return {"messages": world.snapshot(Listing.model_validate(asked))}


def acknowledge(world: World, asked: Asked) -> Any:
    verdict = Verdict.model_validate(asked)
    if verdict.advice:
        return {"message": world.acknowledge_advice(verdict.advice, verdict.faults, verdict.delay)}
    return {"message": world.acknowledge(verdict.release, verdict.faults, verdict.delay)}


def reject(world: World, asked: Asked) -> Any:
    verdict = Verdict.model_validate(asked)
    if verdict.advice:
        return {"message": world.reject_advice(verdict.advice, verdict.reason, verdict.faults)}
    return {"message": world.reject(verdict.release, verdict.reason, verdict.lines, verdict.faults)}


class Standing(BaseModel):
    """What /_sandbox/progress takes: the order's stage, that of single lines, and what is picked of lines."""

    model_config = ConfigDict(extra="forbid")

    release: str
    stage: Stage
    lines: dict[str, Stage] = {}
    picked: dict[str, Decimal] = {}


def progress(world: World, asked: Asked) -> Any:
    standing = Standing.model_validate(asked)
    world.progress(standing.release, standing.stage, standing.lines, standing.picked)
    return {"stage": standing.stage}


def answer_changes(world: World, asked: Asked) -> Any:
    verdict = Verdict.model_validate(asked)
    return {"messages": world.answer_changes(verdict.release, verdict.faults, verdict.delay)}


def send(world: World, asked: Asked) -> Any:
    """Any bytes, at once and once, signed as asked; what the target answered."""
    body, signing = messages.raw_body(asked), asked.get("signing", "good")
    if signing not in messages.SIGNINGS:
        raise ValueError(f"signing is one of {', '.join(messages.SIGNINGS)}")
    headers = messages.headers(world.secret, str(asked.get("id") or f"msg_{uuid4().hex}"), body, signing)
    status, text = world.outbox.post({**headers, **asked.get("headers", {})}, body)
    return {"id": headers["webhook-id"], "status": status, "answer": text.decode("utf-8", "replace")}


def add_fault(world: World, asked: Asked) -> Any:
    world.rules.add(asked)
    return {"rules": world.rules.describe()}


def faults(world: World, asked: Asked) -> Any:
    return {"rules": world.rules.describe()}


def clear_faults(world: World, asked: Asked) -> Any:
    world.rules.clear()
    return {"rules": []}


def down(world: World, asked: Asked) -> Any:
    world.go_down(float(asked.get("seconds", 10)))
    return {"down": world.is_down()}


def deliveries(world: World, asked: Asked) -> Any:
    return world.outbox.describe()


def repeat(world: World, asked: Asked) -> Any:
    """What a warehouse does when it is asked to send everything ``since`` a moment (seconds since 1970) again."""
    return {"messages": world.outbox.repeat(float(asked.get("since", 0)))}


def pending(world: World, asked: Asked) -> Any:
    return {"pending": world.outbox.pending()}


def items(world: World, asked: Asked) -> Any:
    """Replaces the item master."""
    with world.orders.lock:
        world.orders.items = items_from(asked)
        return {"items": sorted(world.orders.items)}


def master(world: World, asked: Asked) -> Any:
    """What it was told of master data, and in which batches."""
    return world.master.report()


def refuse(world: World, asked: Asked) -> Any:
    """Why records with these codes are not taken; what is left out is taken."""
    with world.master.lock:
        world.master.refuses = {str(code): str(why) for code, why in asked.items()}
        return {"refuses": world.master.refuses}


def catalogue(world: World, asked: Asked) -> Any:
    """Replaces the items that it lists itself."""
    world.master.list_items(asked)
    return {"items": len(world.master.listed)}


def settings(world: World, asked: Asked) -> Any:
    wanted = Settings.model_validate(asked)
    for name in wanted.model_fields_set & asdict(world.behaviour).keys():
        setattr(world.behaviour, name, getattr(wanted, name))
    if "target" in wanted.model_fields_set:
        world.outbox.target = wanted.target
    if "sites" in wanted.model_fields_set:
        world.orders.sites = set(wanted.sites)
    if wanted.secret:
        world.secret = wanted.secret
    return asdict(world.behaviour)


def reset(world: World, asked: Asked) -> Any:
    world.reset()
    return {"reset": True}


ROUTES: Mapping[tuple[str, str], Callable[[World, Asked], Any]] = {
    ("GET", "/_sandbox/orders"): orders,
    ("GET", "/_sandbox/changes"): changes,
    ("GET", "/_sandbox/strays"): strays,
    ("GET", "/_sandbox/stock"): stock,
    ("GET", "/_sandbox/movements"): movements,
    ("POST", "/_sandbox/stock"): fill,
    ("POST", "/_sandbox/adjust"): adjust,
    ("POST", "/_sandbox/count"): count,
    ("POST", "/_sandbox/snapshot"): snapshot,
    ("POST", "/_sandbox/key"): key,
    ("POST", "/_sandbox/ship"): ship,
    ("POST", "/_sandbox/correct"): correct,
    ("POST", "/_sandbox/tell"): tell,
    ("POST", "/_sandbox/track"): track,
    ("GET", "/_sandbox/advices"): advices,
    ("POST", "/_sandbox/receive"): receive,
    ("POST", "/_sandbox/return"): take_back,
    ("GET", "/_sandbox/returns"): returns,
    ("POST", "/_sandbox/put-away"): put_away,
    ("POST", "/_sandbox/acknowledge"): acknowledge,
    ("POST", "/_sandbox/reject"): reject,
    ("POST", "/_sandbox/progress"): progress,
    ("POST", "/_sandbox/answer"): answer_changes,
    ("POST", "/_sandbox/send"): send,
    ("GET", "/_sandbox/faults"): faults,
    ("POST", "/_sandbox/faults"): add_fault,
    ("DELETE", "/_sandbox/faults"): clear_faults,
    ("POST", "/_sandbox/down"): down,
    ("GET", "/_sandbox/deliveries"): deliveries,
    ("GET", "/_sandbox/pending"): pending,
    ("POST", "/_sandbox/repeat"): repeat,
    ("POST", "/_sandbox/items"): items,
    ("GET", "/_sandbox/master"): master,
    ("POST", "/_sandbox/refuse"): refuse,
    ("POST", "/_sandbox/catalogue"): catalogue,
    ("POST", "/_sandbox/settings"): settings,
    ("POST", "/_sandbox/reset"): reset,
}


def serve(world: World, method: str, path: str, asked: Any) -> Answer:
    if (method, path) not in ROUTES:
        return problem(404, f"there is: {', '.join(' '.join(route) for route in ROUTES)}")
    if not isinstance(asked, dict):
        return problem(400, "send a JSON object")
    try:
        return answer(200, ROUTES[method, path](world, asked))
    except (UnknownRelease, BadScript, BadNews) as error:
        return problem(409, str(error))
    except ValidationError as error:
        return problem(422, str(error.errors(include_url=False, include_input=False, include_context=False)))
    except (BadRule, ValueError, TypeError, ArithmeticError) as error:
        return problem(422, str(error))
    except (OSError, HTTPException) as error:
        return problem(502, f"the target did not answer: {error}")
