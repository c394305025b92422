"""The contract's endpoints: /health, /orders and /inventory."""

import hmac
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from integration.canonical.base import Moment
from integration.canonical.orders import OrderRelease
from integration.sandbox.wms.wire import Answer, answer, problem
from integration.sandbox.wms.world import World

HEALTH = {"name": "Crossdock sandbox WMS", "version": "1.0", "contract": "1", "serves": ["inventory"]}
PAGE_SIZE = 200


class Envelope(BaseModel):
    model_config = ConfigDict(extra="allow")

    type: str
    timestamp: Moment
    data: OrderRelease


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


def inventory(world: World, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Answer:
    """The first page takes the snapshot; the other ones are of the same."""
    page = query.get("page", "1")
    if "site" not in query or not page.isdecimal() or int(page) < 1:
        return problem(400, "say ?site=...&page=...")
    pages = world.pages(query["site"], query.get("owner", ""), PAGE_SIZE, fresh=page == "1")
    if int(page) > len(pages):
        return problem(404, f"there are {len(pages)} pages")
    return Answer(200, pages[int(page) - 1].model_dump_json(exclude_none=True).encode())


ROUTES = {
    ("GET", "/health"): health,
    ("GET", "/orders"): find,
    ("POST", "/orders"): take,
    ("GET", "/inventory"): inventory,
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
