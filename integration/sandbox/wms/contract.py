"""The contract's endpoints."""

import hmac
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from integration.canonical.base import Moment, Part
from integration.canonical.master import MasterBatch
from integration.canonical.orders import OrderCancel, OrderChange, OrderRelease
from integration.canonical.receipts import ReceiptAdvice, ReceiptCancel
from integration.sandbox.wms import retold
from integration.sandbox.wms.wire import Answer, answer, problem
from integration.sandbox.wms.world import World

Document = TypeVar("Document", bound=Part)
ACCEPTS = ("order.release", "order.change", "order.cancel", "receipt.advice", "receipt.cancel", "master.batch")
SERVES = ("inventory", "items", "events", "states")
HEALTH = {
    "name": "Crossdock sandbox WMS",
    "version": "1.0",
    "contract": "1",
    "accepts": ACCEPTS,
    "serves": SERVES,
}
PAGE_SIZE = 200


class Envelope(BaseModel):
    model_config = ConfigDict(extra="allow")

    type: str
    timestamp: Moment
    data: dict[str, Any]


def health(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    return answer(200, HEALTH)


def find(
    named: str,
    listed: str,
    look: Callable[[World, str, int], Any],
    world: World,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    body: bytes,
) -> Answer:
    version = query.get("version") or query.get("change", "1")
    if named not in query or not version.isdecimal():
        return problem(400, f"say ?{named}=...&version=...")
    with world.orders.lock:
        return answer(200, {listed: look(world, query[named], int(version))})


def take(
    kind: str,
    document: type[Document],
    keep: Callable[[World, Document, str], Any],
    world: World,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    body: bytes,
) -> Answer:
    key = headers.get("idempotency-key", "")
    if not key:
        return problem(400, "the header Idempotency-Key is missing")
    if not _signed(world.secret, headers, body):
        return problem(401, "the signature does not fit")
    try:
        envelope = Envelope.model_validate_json(body)
        if envelope.type != kind:
            return problem(422, f"type {envelope.type[:60]} is not known")
        data = document.model_validate(envelope.data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return problem(422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    return answer(*keep(world, data, key))


def items(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    return answer(200, {"items": world.master.page(query.get("after", ""))})


def inventory(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    """The first page takes the snapshot; the other ones are of the same."""
    page = query.get("page", "1")
    if "site" not in query or not page.isdecimal() or int(page) < 1:
        return problem(400, "say ?site=...&page=...")
    pages = world.pages(query["site"], query.get("owner", ""), PAGE_SIZE, fresh=page == "1")
    if int(page) > len(pages):
        return problem(404, f"there are {len(pages)} pages")
    return Answer(200, pages[int(page) - 1].model_dump_json(exclude_none=True).encode())


ROUTES: Mapping[tuple[str, str], Callable[..., Answer]] = {
    ("GET", "/health"): health,
    ("GET", "/orders"): partial(find, "release", "orders", lambda world, *named: world.orders.find(*named)),
    ("POST", "/orders"): partial(take, "order.release", OrderRelease, World.take),
    ("GET", "/orders/changes"): partial(
        find, "release", "documents", lambda world, *named: world.orders.find_change(*named)
    ),
    ("POST", "/orders/changes"): partial(take, "order.change", OrderChange, World.take_change),
    ("GET", "/orders/cancellations"): partial(
        find, "release", "documents", lambda world, *named: world.orders.find_change(*named)
    ),
    ("POST", "/orders/cancellations"): partial(take, "order.cancel", OrderCancel, World.take_change),
    ("GET", "/advices"): partial(find, "advice", "advices", lambda world, *named: world.orders.advices.find(*named)),
    ("POST", "/advices"): partial(take, "receipt.advice", ReceiptAdvice, World.expect),
    ("GET", "/advice-cancels"): partial(
        find, "advice", "advices", lambda world, *named: world.orders.advices.find_cancel(*named)
    ),
    ("POST", "/advice-cancels"): partial(take, "receipt.cancel", ReceiptCancel, World.expect_no_more),
    ("GET", "/inventory"): inventory,
    ("POST", "/master"): partial(take, "master.batch", MasterBatch, lambda world, *batch: world.master.take(*batch)),
    ("GET", "/items"): items,
    ("GET", "/events"): retold.events,
    ("GET", "/states"): retold.states,
}


def serve(
    world: World, method: str, path: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes
) -> Answer:
    shown = headers.get("authorization", "")
    if world.token and not hmac.compare_digest(shown.encode(), f"Bearer {world.token}".encode()):
        return problem(401, "the bearer token is not valid")
    if (method, path) in ROUTES:
        return ROUTES[method, path](world, headers, query, body)
    known = any(path == served for _, served in ROUTES)
    return problem(405 if known else 404, f"{method} {path[:60]} is not part of the contract")


def _signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True
