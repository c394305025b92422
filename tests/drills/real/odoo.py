"""An Odoo that is not ours alone, as the drill uses it: one company, and nothing of what others have."""

from dataclasses import dataclass
from typing import Any

from config.local.errors import LocalError
from integration.sandbox.day.http import NoAnswer, Refused
from integration.sandbox.day.odoo import Odoo, OdooAddress
from tests.drills.real.front import Front

PATIENCE = 300.0  # a real one takes its time to count stock and to confirm


@dataclass(frozen=True)
class Place:
    """The first warehouse of the user's own company."""

    warehouse: int
    code: str
    company: int
    version: str


class OthersOdoo(Odoo):
    """Asks Odoo itself, past the front. What the stand-in's control API does to calls, the front does."""

    def __init__(self, address: OdooAddress, front: Front) -> None:
        super().__init__(address, seconds=PATIENCE)
        self._front = front
        self._company: int | None = None

    def call(self, model: str, method: str, *args: Any, **named: Any) -> Any:
        """In one company, which is the main one of the call."""
        about: dict[str, Any] = {"lang": "en_US", "tz": "UTC"}
        if self._company is not None:
            about["allowed_company_ids"] = [self._company]
        named["context"] = {**about, **named.get("context", {})}
        return super().call(model, method, *args, **named)

    def find_place(self) -> Place:
        """All later calls are about its company. Raises LocalError when Odoo does not let us in."""
        login = self._address.login
        try:
            version = self._ask("common", "version", [])["server_version"]
            [user] = self.rows("res.users", [["login", "=", login]], ["company_id"])
            of_company = [["company_id", "=", user["company_id"]]]
            found = self.rows("stock.warehouse", of_company, ["code", "company_id"])
        except (NoAnswer, Refused) as wrong:
            raise LocalError(f"{self._address.url}, database {self._address.database}, as {login}: {wrong}") from wrong
        if not found:
            raise LocalError(f"The company of {login} has no warehouse.")
        self._company = found[0]["company_id"]
        return Place(found[0]["id"], found[0]["code"], found[0]["company_id"], version)

    def control(self, name: str, body: Any) -> Any:
        if name == "down":
            return self._front.go_down(float(body["seconds"]))
        return self._front.rules.add(body)

    def faults(self) -> list[dict[str, Any]]:
        return self._front.rules.describe()

    def calls_of_others(self) -> int:
        return self._front.calls.total()
