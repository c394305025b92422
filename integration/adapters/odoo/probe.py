"""Looks at an Odoo before anything is sent to it: what it is, what it allows, and what a person must mend."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from integration.adapters.base import Finding, Profile, WarehouseProfile
from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.changes import BUYS, Changes
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.rights import Rights
from integration.adapters.odoo.session import facts_of
from integration.adapters.odoo.specs import FAMILY, LEG, ORDER, PICKING, PURCHASE
from integration.adapters.odoo.transports import open_transport
from integration.errors import ConfigurationError

ONE_STEP = "ship_only"
MORE_STEPS = {"pick_ship": "pick, ship", "pick_pack_ship": "pick, pack, ship"}
NEEDED_APPS = {"sale_stock": "Sales and Inventory"}
USEFUL_APPS = {
    "stock_delivery": "delivery methods, freight",
    "delivery": "delivery methods, freight",
    "purchase_stock": "purchases",
    "product_expiry": "expiration dates",
    "stock_sms": "text messages to the customer",
    "base_automation": "hints by webhook (17 and later)",
}
LARGEST_SKEW = 5.0
USER_FIELDS = ["login", "email", "lang", "company_ids", "company_id"]


class Probe:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def profile(self) -> Profile:
        """Raises ConfigurationError or Unreachable when it cannot even log in; all else is a finding."""
        version = self._call.version_text
        transport = self._choose_transport()
        [user] = self._call.rows("res.users", [("id", "=", self._call.uid())], USER_FIELDS)
        apps = self._apps()
        warehouses = tuple(self._warehouses())
        findings = [
            Finding("version", True, f"Odoo {version}"),
            Finding("protocol", True, transport),
            *self._user(user),
            *_apps_found(apps),
            *Rights(self._call).findings(buys="purchase_stock" in apps),
            *(each for warehouse in warehouses for each in _steps_and_policy(warehouse)),
            *self._messages(),
            self._clock(),
        ]
        facts = self._facts(version, transport, buys="purchase_stock" in apps and Rights(self._call).may_buy())
        return Profile(version, facts, tuple(findings), warehouses)

    def _choose_transport(self) -> str:
        """JSON-2 takes API keys only: with a password, 19 is spoken to by JSON-RPC."""
        fitting = ["json2", "jsonrpc"] if self._call.version.json2 else ["jsonrpc"]
        chosen = facts_of(self._call.settings).get("transport")
        names = [str(chosen)] if chosen else fitting
        for name in names:
            self._call.use(open_transport(name, self._call.wire))
            try:
                self._call.uid()
            except ConfigurationError as error:
                if error.code != "CD-2001" or name == names[-1]:
                    raise
            else:
                return name
        raise AssertionError("unreachable: the last protocol returns or raises")

    def _user(self, user: Row) -> Iterator[Finding]:
        mail = bool(user.get("email"))
        yield Finding(
            "e-mail address",
            mail or self._call.version.major >= 19,
            "set" if mail else "missing: Odoo 16 to 18 cannot post to the chatter without one",
            "" if mail else "Give the integration user an e-mail address in Odoo.",
        )
        english = user.get("lang") == "en_US"
        detail = str(user.get("lang") or "not set")
        yield Finding(
            "language", english, detail, "" if english else "Set the integration user's language to English (US)."
        )
        names = self._call.rows("res.company", [("id", "in", list(user["company_ids"]))], ["name"])
        yield Finding("companies", True, ", ".join(str(row["name"]) for row in names))

    def _apps(self) -> set[str]:
        domain = [("state", "=", "installed"), ("name", "in", [*NEEDED_APPS, *USEFUL_APPS])]
        return {str(row["name"]) for row in self._call.rows("ir.module.module", domain, ["name"])}

    def _warehouses(self) -> Iterator[WarehouseProfile]:
        fields = ["name", "code", "company_id", "delivery_steps", "out_type_id"]
        rows = self._call.rows("stock.warehouse", [], fields, order="id")
        kinds = [("id", "in", [row["out_type_id"][0] for row in rows if row["out_type_id"]])]
        policies = {row["id"]: row for row in self._call.rows("stock.picking.type", kinds, ["create_backorder"])}
        for row in rows:
            kind = policies.get(row["out_type_id"][0] if row["out_type_id"] else 0, {})
            yield WarehouseProfile(
                id=row["id"],
                name=str(row["name"]),
                code=str(row["code"]),
                company_id=row["company_id"][0],
                delivery_steps=str(row["delivery_steps"]),
                backorder_policy=str(kind.get("create_backorder") or "ask"),
            )

    def _messages(self) -> Iterator[Finding]:
        setting = self._call.version.sms_setting
        asked = [setting, "has_received_warning_stock_sms"]
        for row in self._call.rows("res.company", [("id", "in", list(self._call.company_ids()))], ["name", *asked]):
            if row.get(setting):
                detail = "on; sent only for warehouses that notify the customer"
                yield Finding(f"text messages of {row['name']}", None, detail)

    def _clock(self) -> Finding:
        ours = datetime.now(UTC)
        skew = ((self._call.session.clock or ours) - ours).total_seconds()
        good = abs(skew) <= LARGEST_SKEW
        return Finding("clock", good, f"{skew:+.0f} s from ours", "" if good else "Set both clocks by NTP.")

    def _facts(self, version: str, transport: str, *, buys: bool) -> Mapping[str, object]:
        """With these, a new process needs no further questions: no login, no field lists."""
        reading, memory, changes = Reading(self._call), self._call.session, Changes(self._call)
        specs = [("sale.order", ORDER), ("stock.picking", PICKING), ("stock.picking", FAMILY), ("stock.picking", LEG)]
        for model, spec in [*specs, *([(BUYS, PURCHASE)] if buys else [])]:
            reading.known(model, spec)
        for model in changes.models():
            if model != BUYS or buys:
                reading.known(model, changes.spec(model))
        fields = {
            model: {name: dict(memory.fields.get(model, {}).get(name, {})) for name in sorted(asked)}
            for model, asked in memory.asked.items()
        }
        known: dict[str, Any] = {"version": version, "transport": transport, "uid": self._call.uid()}
        known |= {"purchases": buys, "fields_mark": _mark(fields)}
        return {**known, "company_ids": list(self._call.company_ids()), "fields": fields}


def _mark(fields: Mapping[str, object]) -> str:
    """Another one says that the fields are others, such as after an app was installed."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _apps_found(apps: set[str]) -> Iterator[Finding]:
    for name, purpose in NEEDED_APPS.items():
        fix = "" if name in apps else f"Install {purpose} in Odoo."
        yield Finding(f"app {name}", name in apps, "installed" if name in apps else "missing", fix)
    for name, purpose in USEFUL_APPS.items():
        if name in apps:
            yield Finding(f"app {name}", None, f"installed: {purpose}")


def _steps_and_policy(warehouse: WarehouseProfile) -> Iterator[Finding]:
    name = f"warehouse {warehouse.code}"
    if warehouse.delivery_steps == ONE_STEP:
        yield Finding(f"{name}: delivery steps", True, "ship")
    elif warehouse.delivery_steps in MORE_STEPS:
        detail = (
            f"{MORE_STEPS[warehouse.delivery_steps]}: only the last is posted, once the earlier ones are done in Odoo"
        )
        fix = "Set the warehouse to deliver in one step unless people do the earlier steps in Odoo."
        yield Finding(f"{name}: delivery steps", None, detail, fix)
    else:
        fix = f"Set the warehouse to deliver in one step; {warehouse.delivery_steps} is not supported."
        yield Finding(f"{name}: delivery steps", False, warehouse.delivery_steps, fix)
    asks = warehouse.backorder_policy == "ask"
    detail = (
        f"{warehouse.backorder_policy}: it overrules what the flow asks for" if not asks else "ask: the flow decides"
    )
    fix = "" if asks else "Set 'Create Backorder' of the delivery operation type to Ask."
    yield Finding(f"{name}: backorders", True if asks else None, detail, fix)
