"""Odoo as a salesperson and an auditor use it: its own JSON-RPC, and the stand-in's control API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integration.sandbox.day.http import SECONDS, Api, Refused


@dataclass(frozen=True)
class OdooAddress:
    """Where the Odoo is, and who asks."""

    url: str
    database: str
    login: str
    key: str


class Odoo:
    """``calls`` counts what was asked here, so that it can be told from what Crossdock asks."""

    def __init__(self, address: OdooAddress, *, seconds: float = SECONDS) -> None:
        self._address = address
        self._api = Api(address.url, seconds=seconds)
        self._uid = 0
        self.calls = 0

    def call(self, model: str, method: str, *args: Any, **named: Any) -> Any:
        """Raises Refused with Odoo's own words, NoAnswer."""
        if not self._uid:
            who = self._address
            self._uid = int(self._ask("common", "authenticate", [who.database, who.login, who.key, {}]))
        who = self._address
        return self._ask("object", "execute_kw", [who.database, self._uid, who.key, model, method, list(args), named])

    def rows(self, model: str, domain: Sequence[Any], fields: Sequence[str]) -> list[dict[str, Any]]:
        """``search_read`` by id; many2one as bare ids."""
        found = self.call(model, "search_read", list(domain), list(fields), order="id", load="")
        return list(found)

    def create(self, model: str, values: Mapping[str, Any], **named: Any) -> int:
        return int(self.call(model, "create", dict(values), **named))

    def version(self) -> int:
        return int(self._ask("common", "version", [])["server_version_info"][0])

    def control(self, name: str, body: Any) -> Any:
        return self._api.post(f"/_sandbox/{name}", body)

    def faults(self) -> list[dict[str, Any]]:
        """The rules that make calls fail, with how often each did."""
        return list(self._api.get("/_sandbox/faults"))

    def calls_of_others(self) -> int:
        """Calls that somebody else made, by the server's own log."""
        return int(self._api.get("/_sandbox/calls")["total"]) - self.calls

    def _ask(self, service: str, method: str, args: list[Any]) -> Any:
        params = {"service": service, "method": method, "args": args}
        answer = self._api.post("/jsonrpc", {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})
        self.calls += 1
        if "error" in answer:
            raise Refused(str(answer["error"]["data"]["message"]).strip())
        return answer.get("result")  # a server leaves it out where a method returns nothing
