"""Sends a step to the sandbox over the protocol that it was recorded with."""

import http.client
import json
import xmlrpc.client
from typing import Any

from integration.sandbox.odoo import SandboxOdoo
from tests.contract.odoo.recording import POSITIONAL, Step

Outcome = tuple[Any, dict[str, Any] | None]


class Client:
    """A client of one sandbox, speaking one protocol."""

    def __init__(self, odoo: SandboxOdoo, protocol: str) -> None:
        self._odoo = odoo
        self._protocol = protocol
        self.uid = 2
        self.secret = odoo.api_key

    def send(self, step: Step, named: dict[str, Any]) -> Outcome:
        named = dict(named)
        extra = named.pop("*", [])
        if self._protocol == "json2":
            return self.json2(step.model, step.method, named)
        names = POSITIONAL.get(step.method, ["ids"])
        args = [named.pop(name) for name in names if name in named] + list(extra)
        if self._protocol == "xmlrpc":
            return self.xmlrpc(step.model, step.method, args, named)
        return self.jsonrpc(step.model, step.method, args, named)

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """A call that must succeed, for setting up."""
        result, fault = self.jsonrpc(model, method, list(args), kwargs)
        assert fault is None, fault["data"]["debug"]
        return result

    def jsonrpc(self, model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Outcome:
        params = [self._odoo.db, self.uid, self.secret, model, method, args, kwargs]
        body = {
            "jsonrpc": "2.0",
            "method": "call",
            "id": 1,
            "params": {"service": "object", "method": "execute_kw", "args": params},
        }
        status, answer = self.http("POST", "/jsonrpc", json.dumps(body), {"Content-Type": "application/json"})
        assert status == 200
        found = json.loads(answer)
        return found.get("result"), found.get("error")

    def json2(self, model: str, method: str, named: dict[str, Any]) -> Outcome:
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"bearer {self.secret}",
            "X-Odoo-Database": self._odoo.db,
        }
        status, answer = self.http("POST", f"/json/2/{model}/{method}", json.dumps(named), headers)
        found = json.loads(answer)
        if status == 200:
            return found, None
        return None, {"http_status": status, "body": found}

    def xmlrpc(self, model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Outcome:
        proxy = xmlrpc.client.ServerProxy(f"{self._odoo.url}/xmlrpc/2/object")
        try:
            return proxy.execute_kw(self._odoo.db, self.uid, self.secret, model, method, args, kwargs), None
        except xmlrpc.client.Fault as fault:
            return None, {"faultCode": fault.faultCode, "faultString": fault.faultString}

    def http(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._odoo.host, self._odoo.port, timeout=30)
        connection.request(method, path, body.encode(), headers)
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response.status, answer
