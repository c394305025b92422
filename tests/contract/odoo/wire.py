"""S01 step by step: every protocol, login and fault class, as raw as it was recorded."""

import json
import re
import xmlrpc.client
from typing import Any

from integration.sandbox.odoo import SandboxOdoo
from tests.contract.odoo.client import Client, Outcome
from tests.contract.odoo.recording import POSITIONAL, Recording, Step, fault_of

PROTOCOLS = ("xmlrpc", "jsonrpc", "json2")
SECRETS = {"(password)": "admin", "wrong password": "wrong", "unknown login": "x", "wrong database": "x"}
LIMITED_KEY = "limited-user-key"


class WireReplay:
    """Plays S01 against one sandbox."""

    def __init__(self, odoo: SandboxOdoo, found: Recording) -> None:
        self._odoo = odoo
        self._found = found
        self._client = Client(odoo, "jsonrpc")
        self._ids: dict[tuple[str, int], int] = {}
        self.differences: list[str] = []
        self._make_records()

    def _make_records(self) -> None:
        """The customer, a draft and a confirmed order, a reserved picking for each protocol, a user without rights."""
        call = self._client.call
        name, mail = self._success()
        self.partner = call("res.partner", "create", {"name": name, "email": mail})
        kind = (
            {"type": "consu", "is_storable": True} if int(self._found.version) >= 18 else {"detailed_type": "product"}
        )
        product = call("product.product", "create", {"name": "Rec", **kind})
        stock = call("stock.warehouse", "search_read", [], ["lot_stock_id"])[0]["lot_stock_id"][0]
        values = {"product_id": product, "location_id": stock, "inventory_quantity": 16.0}
        quant = call("stock.quant", "create", values, context={"inventory_mode": True})
        call("stock.quant", "action_apply_inventory", [quant], context={"inventory_mode": True})
        line = [[0, 0, {"product_id": product, "product_uom_qty": 1}]]
        self.draft, self.confirmed, *others = [
            call("sale.order", "create", {"partner_id": self.partner, "order_line": line}) for _ in range(5)
        ]
        call("sale.order", "action_confirm", [self.confirmed, *others])
        self.pickings = [call("stock.picking", "search", [["sale_id", "=", order]])[0] for order in others]
        self.limited = call(
            "res.users", "create", {"login": "limited", "name": "Limited", "email": "limited@example.com"}
        )
        self._odoo.service.database.store.table("res.users")[self.limited]["api_keys"] = (LIMITED_KEY,)

    def _success(self) -> tuple[str, str]:
        step = next(step for step in self._found.steps if step.name == "xmlrpc success read")
        return step.result[0]["name"], step.result[0]["email"]

    def run(self) -> int:
        played = 0
        for step in self._found.steps:
            if step.name.startswith("make an API key"):
                continue
            self._play(step)
            played += 1
        return played

    def _differ(self, step: Step, recorded: Any, actual: Any) -> None:
        self.differences.append(f"[{step.number}] {step.name}: {recorded!r} != {actual!r}")

    def _play(self, step: Step) -> None:
        if step.name.startswith(("probe ", "unauthenticated ")) or "request" in step.raw:
            self._raw_request(step)
        elif "service" in step.raw:
            self._compare(step, *self._common(step))
        else:
            self._compare(step, *self._object(step))

    def _common(self, step: Step) -> Outcome:
        """A call of the `common` service, with the secret that the name tells."""
        args = list(step.raw["args"])
        if args:
            args[0] = self._odoo.db if args[0] != "no_such_db" else args[0]
            args[2] = next((secret for words, secret in SECRETS.items() if words in step.name), self._odoo.api_key)
        return self._service(step.name.split(" ")[0], "common", step.raw["method"], args)

    def _object(self, step: Step) -> Outcome:
        protocol = step.name.split(" ")[0]
        uid, secret, database = 2, self._odoo.api_key, self._odoo.db
        if "limited user" in step.name:
            uid, secret = self.limited, LIMITED_KEY
        if "bad password" in step.name:
            secret = "wrong"
        if "bad database" in step.name:
            database = "no_such_db"
        named = self._named(step)
        if protocol == "json2":
            self._client.secret = secret
            return self._client.json2(step.model, step.method, named)
        args = [named.pop(name) for name in POSITIONAL.get(step.method, ["ids"]) if name in named]
        return self._service(
            protocol, "object", "execute_kw", [database, uid, secret, step.model, step.method, args, named]
        )

    def _named(self, step: Step) -> dict[str, Any]:
        """The arguments with this sandbox's ids."""
        named: dict[str, Any] = json.loads(json.dumps(step.named))
        known = {"res.partner": self.partner, "stock.picking": self._picking(step)}
        if "ids" in named and max(named["ids"]) < 90_000_000:
            order = self.draft if "bad selection" in step.name or "wrong value" in step.name else self.confirmed
            named["ids"] = [order if step.model == "sale.order" else known[step.model]]
        if named.get("domain") and named["domain"][0][0] == "id":
            named["domain"] = [["id", "=", self.partner]]
        for key in ("vals", "vals_list"):
            for name in ("parent_id", "partner_id"):
                if isinstance(named.get(key), dict) and 0 < named[key].get(name, 0) < 90_000_000:
                    named[key][name] = self.partner
        return named

    def _picking(self, step: Step) -> int:
        return self.pickings[PROTOCOLS.index(step.name.split(" ")[0])]

    def _service(self, protocol: str, service: str, method: str, args: list[Any]) -> Outcome:
        if protocol == "xmlrpc":
            try:
                return getattr(xmlrpc.client.ServerProxy(f"{self._odoo.url}/xmlrpc/2/{service}"), method)(*args), None
            except xmlrpc.client.Fault as fault:
                return None, {"faultCode": fault.faultCode, "faultString": fault.faultString}
        body = {
            "jsonrpc": "2.0",
            "method": "call",
            "id": 1,
            "params": {"service": service, "method": method, "args": args},
        }
        _status, answer = self._client.http("POST", "/jsonrpc", json.dumps(body), {"Content-Type": "application/json"})
        found = json.loads(answer)
        return found.get("result"), found.get("error")

    def _compare(self, step: Step, result: Any, fault: dict[str, Any] | None) -> None:
        if step.fault is None or fault is None:
            if (step.fault is None) != (fault is None) or not _alike(step.result, result):
                self._differ(step, step.result if step.fault is None else fault_of(step.fault), result or fault)
            return
        recorded, actual = _facts(step.fault), _facts(fault)
        if recorded != actual:
            self._differ(step, recorded, actual)

    def _raw_request(self, step: Step) -> None:
        """An HTTP request as it is; the answer's status, kind and meaning."""
        raw = step.raw
        request = raw.get("request") or {"method": "POST", "path": _probed(step.name), "headers": {}, "body": "{}"}
        if step.name.startswith("unauthenticated") and not step.name.endswith("version_info"):
            request["method"] = "GET"
        headers = {**request["headers"]}
        if headers.get("X-Odoo-Database", "no_such_db") != "no_such_db":
            headers["X-Odoo-Database"] = self._odoo.db
        if headers.get("Authorization") == "bearer ***":
            headers["Authorization"] = f"bearer {'admin' if 'password' in step.name else self._odoo.api_key}"
        status, body = self._client.http(request["method"], request["path"], request["body"], headers)
        recorded, actual = (raw["http_status"], _meaning(raw["body"])), (status, _meaning(body.decode()))
        if recorded != actual:
            self._differ(step, recorded, actual)


def _probed(name: str) -> str:
    return name.rsplit(" ", maxsplit=1)[-1]


def _facts(fault: dict[str, Any]) -> tuple[Any, ...]:
    """What a client can tell faults apart by: class, message, status or code."""
    kind, message = fault_of(fault)
    data = fault.get("data") or fault.get("body") or {}
    shown = re.sub(r"User: \d+", "User: #", re.sub(r"S\d{5}", "S#", message))
    return kind, shown, fault.get("http_status"), fault.get("code"), sorted(data), data.get("context")


def _alike(recorded: Any, actual: Any) -> bool:
    """Equal but for ids and generated names."""
    if isinstance(recorded, list) and recorded and isinstance(recorded[0], dict):
        return [_plain(row) for row in recorded] == [_plain(row) for row in actual]
    return bool(recorded == actual)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "id" and not str(value).startswith("WH/")}


def _meaning(body: str) -> Any:
    """A JSON error by name, message and arguments; an answer by its shape; a page by its title."""
    if body.startswith('{"modules"'):
        return "index"
    if body.startswith('{"name"') and '"debug"' in body:  # recorded bodies are cut in their tracebacks
        body = body.partition(', "debug"')[0] + "}"
    try:
        found = json.loads(body)
    except ValueError:
        title = re.search(r"<title>(.*?)</title>", body) or re.search(r"<title>(.*)", body)
        return title.group(1) if title and "Redirecting" in title.group(1) else "page"
    if isinstance(found, dict) and "message" in found:
        return {key: found[key] for key in ("name", "message", "arguments", "context")}
    if isinstance(found, dict):
        return found
    return type(found).__name__, len(found) if isinstance(found, list) else None
