"""The contract's endpoints."""

import hmac
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from integration.canonical.base import Moment
from integration.canonical.master import MasterBatch
from integration.canonical.orders import OrderCancel, OrderChange, OrderRelease
from integration.sandbox.wms.wire import Answer, answer, problem
from integration.sandbox.wms.world import World

ACCEPTS = ("order.release", "order.change", "order.cancel", "master.batch", "items")
HEALTH = {"name": "Crossdock sandbox WMS", "version": "1.0", "contract": "1", "accepts": ACCEPTS}


class Envelope(BaseModel):
    model_config = ConfigDict(extra="allow")

    type: str
    timestamp: Moment
    data: OrderRelease


class ChangeEnvelope(BaseModel):
    model_config = ConfigDict(extra="allow")

    type: Literal["order.change"]
    timestamp: Moment
    data: OrderChange


class CancelEnvelope(BaseModel):
    model_config = ConfigDict(extra="allow")

    type: Literal["order.cancel"]
    timestamp: Moment
    data: OrderCancel


class MasterEnvelope(BaseModel):
    model_config = ConfigDict(extra="allow")

    type: Literal["master.batch"]
    timestamp: Moment
    data: MasterBatch


def health(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    return answer(200, HEALTH)


def find(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    version = query.get("version", "1")
    if "release" not in query or not version.isdecimal():
        return problem(400, "say ?release=...&version=...")
    return answer(200, {"orders": world.orders.find(query["release"], int(version))})


def take(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    key = headers.get("idempotency-key", "")
    if not key:
        return problem(400, "the header Idempotency-Key is missing")
    if not _signed(world.secret, headers, body):
        return problem(401, "the signature does not fit")
    try:
        envelope = Envelope.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return problem(422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    if envelope.type != "order.release":
        return problem(422, f"type {envelope.type[:60]} is not known")
    return answer(*world.take(envelope.data, key))


def find_change(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    number = query.get("change", "")
    if "release" not in query or not number.isdecimal():
        return problem(400, "say ?release=...&change=...")
    return answer(200, {"documents": world.orders.find_change(query["release"], int(number))})


def change(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    return _change(world, headers, body, ChangeEnvelope)


def cancel(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    return _change(world, headers, body, CancelEnvelope)


def _change(
    world: World, headers: Mapping[str, str], body: bytes, envelope: type[ChangeEnvelope | CancelEnvelope]
) -> Answer:
    key = headers.get("idempotency-key", "")
    if not key:
        return problem(400, "the header Idempotency-Key is missing")
    if not _signed(world.secret, headers, body):
        return problem(401, "the signature does not fit")
    try:
        asked = envelope.model_validate_json(body).data
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return problem(422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    return answer(*world.take_change(asked, key))


def master(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    key = headers.get("idempotency-key", "")
    if not key:
        return problem(400, "the header Idempotency-Key is missing")
    if not _signed(world.secret, headers, body):
        return problem(401, "the signature does not fit")
    try:
        batch = MasterEnvelope.model_validate_json(body).data
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return problem(422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    return answer(*world.master.take(batch, key))


def items(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    return answer(200, {"items": world.master.page(query.get("after", ""))})


ROUTES = {
    ("POST", "/master"): master,
    ("GET", "/items"): items,
    ("GET", "/health"): health,
    ("GET", "/orders"): find,
    ("POST", "/orders"): take,
    ("GET", "/orders/changes"): find_change,
    ("POST", "/orders/changes"): change,
    ("GET", "/orders/cancellations"): find_change,
    ("POST", "/orders/cancellations"): cancel,
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
