"""S16: a receiver of webhooks, and what must be known before its rules are made."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.contract.odoo.recording import Step
from tests.contract.odoo.world import World

MODELS = {"rec SO confirmed": "sale.order", "rec picking done": "stock.picking"}
BODY_ONLY = {"_action", "_id", "_model", "id"}


class Receiver:
    """Notes what comes, and looks at the record from outside before it answers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.requests: list[dict[str, Any]] = []
        self.status, self.seconds, self.looking = 200, 0.0, False
        self._port = 0
        self.open()

    def open(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver.take(self)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def take(self, handler: Any) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        seen = {"path": handler.path, "headers": dict(handler.headers), "body": body}
        if self.looking:
            seen["seen_from_outside"] = self.world.call(body["_model"], "read", [body["_id"]], ["state"])[0]["state"]
        self.requests.append(seen)
        threading.Event().wait(self.seconds)
        try:
            handler.send_response(self.status)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
        except OSError:
            return

    def settled(self) -> list[dict[str, Any]]:
        """What came since the last look."""
        found, self.requests = self.requests, []
        return found

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def start(world: World) -> None:
    """The receiver, and the rows of models and fields that the recorded rules name."""
    world.receiver = Receiver(world)
    world.product("002", 100)
    for step in world.steps:
        _bind_rule(world, step)


def _bind_rule(world: World, step: Step) -> None:
    """Find out what the recorded ids of models and fields mean, from the rule's name and the bodies sent."""
    values = step.named.get("vals_list")
    if step.method != "create" or not isinstance(values, dict):
        return
    model = MODELS.get(str(values.get("name", "")).removesuffix(" webhook"), "sale.order")
    if "model_id" in values:
        world.bindings.bind(
            "ir.model", values["model_id"], world.call("ir.model", "search", [["model", "=", model]])[0]
        )
    state = world.call("ir.model.fields", "search", [["model", "=", model], ["name", "=", "state"]])[0]
    if values.get("trg_selection_field_id"):
        choice = world.call("ir.model.fields.selection", "search", [["field_id", "=", state], ["value", "=", "sale"]])[
            0
        ]
        world.bindings.bind("ir.model.fields.selection", values["trg_selection_field_id"], choice)
    for recorded in _trigger_fields(world, values, model):
        world.bindings.bind("ir.model.fields", recorded, state)
    if "webhook_url" in values:
        world.bindings.text(values["webhook_url"].partition("/hook")[0], world.receiver.url)
        _bind_fields(world, values["webhook_field_ids"][0][2], model)


def _trigger_fields(world: World, values: dict[str, Any], model: str) -> list[int]:
    if values.get("trigger_field_ids"):
        return list(values["trigger_field_ids"][0][2])
    if model != "sale.order" or "trg_selection_field_id" not in values:
        return []
    rule = next(
        step
        for step in world.steps
        if step.name in ("the rule after that", "the rule") and step.result[0]["trigger_field_ids"]
    )
    return list(rule.result[0]["trigger_field_ids"])


def _bind_fields(world: World, recorded: list[int], model: str) -> None:
    """Which id is which field does not matter: the set of names that come is compared."""
    bodies = [json.loads(request["body"]) for step in world.steps for request in _recorded(step)]
    body = next((body for body in bodies if body["_model"] == model and len(body) == len(recorded) + 4), None)
    if body is None:
        return
    names = sorted(set(body) - BODY_ONLY)
    ids = world.call("ir.model.fields", "search_read", [["model", "=", model], ["name", "in", names]], ["name"])
    free = [row["id"] for row in ids if not world.bindings.taken("ir.model.fields", row["id"])]
    for one, now in zip(
        [one for one in recorded if not world.bindings.knows("ir.model.fields", one)], free, strict=True
    ):
        world.bindings.bind("ir.model.fields", one, now)


def _recorded(step: Step) -> list[dict[str, Any]]:
    result = step.result if isinstance(step.result, dict) else {}
    requests: list[dict[str, Any]] = result.get("requests", [])
    return requests


def order(looking: bool = False, status: int = 200, seconds: float = 0.0, closed: bool = False) -> Any:
    """One draft order, and a receiver that acts like this."""

    def play(world: World) -> None:
        world.order(("002", 2 if looking else 1), confirm=False, ref=world.ref())
        receiver = world.receiver
        receiver.looking, receiver.status, receiver.seconds = looking, status, seconds
        if closed:
            receiver.close()

    return play


def nowhere(world: World) -> None:
    """An order for an address that no rule delivers to."""
    world.receiver.open()
    world.receiver.status = 200
    production = world.call("stock.location", "search", [["usage", "=", "production"]])[0]
    values = {"name": "Nowhere", "property_stock_customer": production}
    world.order(("002", 1), confirm=False, ref=world.ref(), partner_id=world.call("res.partner", "create", values))


def five(world: World) -> None:
    for ref in [*world.refs, *[""] * 5][:5]:
        world.order(("002", 1), confirm=False, ref=ref)


def partial(world: World) -> None:
    order = world.order(("002", 3), confirm=False, ref=world.ref())
    world.call("sale.order", "action_confirm", [order])
    world.done(world.moves(order)[0], 1)
    world.receiver.settled()


def requests(world: World, step: Step) -> Any:
    """The recorded note if the same requests came, else what came."""
    actual = world.receiver.settled()
    recorded = _recorded(step)
    alike = len(actual) == len(recorded) and all(map(_alike, recorded, actual))
    return step.result if alike else {"requests": actual}


def count(world: World, step: Step) -> Any:
    """How many came is part of the note before."""
    return step.result


def _alike(recorded: dict[str, Any], actual: dict[str, Any]) -> bool:
    """Where it went, how it is headed, what is in it, and what the outside saw."""
    body, body_now = json.loads(recorded["body"]), actual["body"]
    same_values = all(type(body[key]) is type(body_now.get(key)) for key in body)
    exact = ("_model", "state", "amount_total", "date_done", "backorder_id")
    return (
        recorded["path"] == actual["path"]
        and all(
            recorded["headers"][name] == actual["headers"].get(name)
            for name in ("User-Agent", "Content-Type", "Accept")
        )
        and set(body) == set(body_now)
        and same_values
        and all(body.get(key) == body_now.get(key) for key in exact)
        and body["_action"].partition("(")[0] == body_now["_action"].partition("(")[0]
        and recorded.get("seen_from_outside") == actual.get("seen_from_outside")
    )
