"""Odoo as people use it. They speak XML-RPC, so that the call log tells them from Crossdock."""

import re
from base64 import b64decode
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import uuid4
from xmlrpc.client import Fault, ServerProxy

import httpx

from integration.adapters.odoo import session
from integration.sandbox.odoo import SandboxOdoo
from integration.sandbox.odoo.orm.env import Env

READS = ("search", "read", "web_search_read", "search_read", "fields_get", "export_data", "context_get", "authenticate")
UNASKED = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}
Row = dict[str, Any]


class Odoo:
    code = "WH"  # of the warehouse that goods are put into

    def __init__(self, server: SandboxOdoo) -> None:
        self.server, self.version = server, int(server.version)
        self._control = httpx.Client(base_url=f"{server.url}/_sandbox", trust_env=False, timeout=60)
        self.control("reset")
        session._sessions.clear()  # behind the same address is another Odoo now
        self._proxy = ServerProxy(f"{server.url}/xmlrpc/2/object")
        self._uid = ServerProxy(f"{server.url}/xmlrpc/2/common").authenticate(server.db, server.login, "admin", {})

    def call(self, model: str, method: str, *args: Any, **named: Any) -> Any:
        """Raises Fault. XML-RPC has no None: what answers None answers with a fault, and is done all the same."""
        try:
            return self._proxy.execute_kw(self.server.db, self._uid, "admin", model, method, list(args), named)
        except Fault as fault:
            if "cannot marshal None" not in fault.faultString:
                raise
            return None

    def rows(self, model: str, domain: list[Any], *fields: str) -> list[Row]:
        return list(self.call(model, "search_read", domain, list(fields), order="id", load=""))

    def id_of(self, model: str, name: str, field: str = "name") -> int:
        return int(self.rows(model, [[field, "=", name]], field)[0]["id"])

    def control(self, name: str, body: object = None) -> Any:
        answer = self._control.post(name, json=body or {})
        answer.raise_for_status()
        return answer.json()

    def fault(self, method: str, fault: str, times: int = 1, model: str = "stock.picking", **more: object) -> None:
        self.control("faults", {"match": {"model": model, "method": method}, "fault": fault, "times": times, **more})

    def copied(self, uuid: str = "") -> str:
        """Somebody puts a copy behind the same address, as Odoo's database manager makes it: with another number."""
        uuid = uuid or str(uuid4())
        number = self.rows("ir.config_parameter", [["key", "=", "database.uuid"]])[0]["id"]
        self.call("ir.config_parameter", "write", [number], {"value": uuid})
        return uuid

    def neutralized(self) -> None:
        """Somebody puts a copy there that ``odoo-bin neutralize`` was run on: its number is the original's."""
        self.call("ir.config_parameter", "create", {"key": "database.is_neutralized", "value": "true"})

    def user(self, login: str) -> int:
        """One of the same rights as ours."""
        known = self.rows(
            "res.users", [["login", "=", self.server.login]], "groups_id" if self.version < 19 else "group_ids"
        )
        groups = next(iter(value for name, value in known[0].items() if name != "id"))
        field = "groups_id" if self.version < 19 else "group_ids"
        made = {"login": login, "name": login, "email": f"{login}@harbor.example", field: [[6, 0, groups]]}
        return int(self.call("res.users", "create", made))

    def keys(self) -> dict[str, str]:
        """Of all users, by name."""
        rows = Env(self.server.service.database, 1).find("res.users.apikeys")
        return {str(row.name): str(row.secret) for row in rows}

    def make_key(self, key: str, name: str, login: str) -> None:
        """A person makes one by hand, behind Odoo's check of his password."""
        env = Env(self.server.service.database, 1)
        user = env.first("res.users", ["login", "=", login])
        env.model("res.users.apikeys").create_all([{"name": name, "user_id": user.id, "scope": False, "secret": key}])
        user.put(api_keys=(*(user.api_keys or ()), key))
        env.store.commit()

    def remove_key(self, key: str) -> None:
        env = Env(self.server.service.database, 1)
        row = env.first("res.users.apikeys", ["secret", "=", key])
        user = env.browse("res.users", row.user_id.id)
        user.put(api_keys=tuple(each for each in user.api_keys if each != key))
        env.store.delete("res.users.apikeys", row.id)
        env.store.commit()

    def restrict(self, *kept_groups: str) -> None:
        """Our user is no administrator any more; or he has nothing but these groups."""
        env = Env(self.server.service.database, 1)
        user = env.first("res.users", ["login", "=", self.server.login])
        held = {group.raw("name") for group in user.groups_id} - {"settings"} | {"export", "contact"}
        wanted = {"user", *kept_groups} if kept_groups else held
        user.put(groups_id=[group.id for group in env.find("res.groups") if group.raw("name") in wanted])
        env.store.commit()

    def allow_keys(self) -> None:
        """An administrator lets programs make keys."""
        env = Env(self.server.service.database, 1)
        env.model("ir.config_parameter").create_all([{"key": "base.enable_programmatic_api_keys", "value": "True"}])
        env.store.commit()

    def forget_calls(self) -> None:
        self._control.delete("calls")

    def calls(self) -> list[str]:
        """What Crossdock called, in its order."""
        calls = self._control.get("calls").json()["calls"]
        return [f"{each['model']}.{each['method']}" for each in calls if each["protocol"] != "xmlrpc"]

    def writes(self) -> list[str]:
        return [call for call in self.calls() if call.rpartition(".")[2] not in READS]

    def product(self, code: str, stock: float = 0, **values: object) -> int:
        storable = {"type": "consu", "is_storable": True} if self.version >= 18 else {"detailed_type": "product"}
        made = self.call("product.product", "create", {"name": code, "default_code": code, **storable, **values})
        if stock:
            self.put(made, stock)
        return int(made)

    def put(self, product: int, quantity: float, **values: object) -> None:
        """Counts what lies in the warehouse."""
        place = self.rows("stock.warehouse", [["code", "=", self.code]], "lot_stock_id")[0]["lot_stock_id"]
        count = {"product_id": product, "location_id": place, "inventory_quantity": quantity, **values}
        quant = self.call("stock.quant", "create", count, context={"inventory_mode": True})
        self.call("stock.quant", "action_apply_inventory", [quant])

    def transfers(self, order: int) -> list[tuple[str, str]]:
        rows = self.rows("stock.picking", [["sale_id", "=", order]], "name", "state")
        return [(row["name"], row["state"]) for row in rows]

    def delivered(self, order: int) -> dict[str, float]:
        rows = self.rows("sale.order.line", [["order_id", "=", order]], "product_id", "qty_delivered")
        codes = self._codes([row["product_id"] for row in rows])
        total: defaultdict[str, float] = defaultdict(float)
        for row in rows:
            total[codes[row["product_id"]]] += row["qty_delivered"]
        return dict(total)

    def lots(self, order: int) -> list[tuple[str, float]]:
        """Name and quantity of the lots that have left."""
        done = "quantity" if self.version >= 17 else "qty_done"
        domain = [["picking_id.sale_id", "=", order], ["state", "=", "done"]]
        rows = self.rows("stock.move.line", domain, "lot_id", done)
        names = {row["id"]: row["name"] for row in self.rows("stock.lot", [], "name")}
        return sorted((names.get(row["lot_id"], ""), row[done]) for row in rows)

    def packages(self, order: int) -> list[tuple[str, float]]:
        model = "stock.package" if self.version >= 19 else "stock.quant.package"
        rows = self.rows("stock.move.line", [["picking_id.sale_id", "=", order]], "result_package_id", "quantity")
        names = {row["id"]: row["name"] for row in self.rows(model, [], "name")}
        return sorted((names[row["result_package_id"]], row["quantity"]) for row in rows if row["result_package_id"])

    def shipped_by(self, order: int) -> list[tuple[str, str]]:
        """The shipment and tracking number of each transfer that has left."""
        domain = [["sale_id", "=", order], ["state", "=", "done"]]
        rows = self.rows("stock.picking", domain, "note", "carrier_tracking_ref")
        marks = [re.findall(r"shipment: \S+/(\S+) on", row["note"] or "") for row in rows]
        return [(", ".join(mark), row["carrier_tracking_ref"] or "") for mark, row in zip(marks, rows, strict=True)]

    def notes(self, order: int) -> list[str]:
        """The texts on the order's transfers, without tags and marks, but for what Odoo itself says."""
        pickings = [row["id"] for row in self.rows("stock.picking", [["sale_id", "=", order]], "name")]
        domain = [["model", "=", "stock.picking"], ["res_id", "in", pickings], ["body", "ilike", "[Crossdock "]]
        bodies = [row["body"] for row in self.rows("mail.message", domain, "body")]
        return [re.sub(r" ?\[Crossdock [0-9a-f]{12}\]|<[^>]+>", "", body).strip() for body in bodies]

    def mail(self, address: str) -> None:
        """The e-mail address of the user that Crossdock is."""
        self.call("res.users", "write", [self._uid], {"email": address or False})

    def to_do(self, order: int) -> list[str]:
        """What is to be done about the order's transfers."""
        pickings = [row["id"] for row in self.rows("stock.picking", [["sale_id", "=", order]], "name")]
        domain = [["res_model", "=", "stock.picking"], ["res_id", "in", pickings]]
        return [row["summary"] for row in self.rows("mail.activity", domain, "summary")]

    def files(self, order: int) -> list[tuple[str, bytes]]:
        """Name and content of the files on the order's transfers."""
        pickings = [row["id"] for row in self.rows("stock.picking", [["sale_id", "=", order]], "name")]
        domain = [["res_model", "=", "stock.picking"], ["res_id", "in", pickings]]
        return [(row["name"], b64decode(row["datas"])) for row in self.rows("ir.attachment", domain, "name", "datas")]

    def freight(self, order: int) -> list[float]:
        """Of the order's transfers that have left."""
        domain = [["sale_id", "=", order], ["state", "=", "done"]]
        return [row["carrier_price"] for row in self.rows("stock.picking", domain, "carrier_price")]

    def validate_by_hand(self, order: int) -> None:
        for row in self.rows("stock.picking", [["sale_id", "=", order], ["state", "=", "assigned"]], "name"):
            self.call("stock.picking", "button_validate", [row["id"]], context=UNASKED)

    def order_more(self, order: int, code: str, quantity: float) -> None:
        """The ordered quantity of a line becomes this one."""
        [line] = self.rows("sale.order.line", [["order_id", "=", order], ["product_id.default_code", "=", code]])
        self.call("sale.order.line", "write", [line["id"]], {"product_uom_qty": quantity})

    def add_line(self, order: int, code: str, quantity: float) -> None:
        line = {"product_id": self.id_of("product.product", code, "default_code"), "product_uom_qty": quantity}
        self.call("sale.order", "write", [order], {"order_line": [[0, 0, line]]})

    def order_more_of(self, purchase: int, code: str, quantity: float) -> None:
        """The quantity of a purchase's line becomes this one."""
        [line] = self.rows("purchase.order.line", [["order_id", "=", purchase], ["product_id.default_code", "=", code]])
        self.call("purchase.order.line", "write", [line["id"]], {"product_qty": quantity})

    def lot(self, product: int, name: str) -> int:
        """By ``load``: Odoo 18 cannot create one over XML-RPC."""
        fields = ["name", "product_id/.id", "company_id/.id"]
        company = self.rows("stock.warehouse", [["code", "=", self.code]], "company_id")[0]["company_id"]
        return int(self.call("stock.lot", "load", fields, [[name, str(product), str(company)]])["ids"][0])

    def receive_by_hand(self, receipt: str) -> None:
        [row] = self.rows("stock.picking", [["name", "=", receipt]], "name")
        for move in self.rows("stock.move", [["picking_id", "=", row["id"]]], "product_uom_qty"):
            done = {"quantity": move["product_uom_qty"], "picked": True}
            old = {"quantity_done": move["product_uom_qty"]}
            self.call("stock.move", "write", [move["id"]], done if self.version >= 17 else old)
        self.call("stock.picking", "button_validate", [row["id"]], context=UNASKED)

    def place(self, name: str) -> int:
        """A place in the warehouse."""
        stock = self.rows("stock.warehouse", [["code", "=", self.code]], "lot_stock_id")[0]["lot_stock_id"]
        return int(self.call("stock.location", "create", {"name": name, "location_id": stock, "usage": "internal"}))

    def send_back(self, release: str, quantity: float) -> str:
        """A return of a delivery, made by the wizard and not done yet; its name."""
        [done] = self.rows("stock.picking", [["name", "=", release]], "name")
        [move] = self.rows("stock.move", [["picking_id", "=", done["id"]]], "product_id")
        line = {"product_id": move["product_id"], "quantity": quantity, "move_id": move["id"], "to_refund": True}
        about = {"active_id": done["id"], "active_ids": [done["id"]], "active_model": "stock.picking"}
        lines = [[5, 0, 0], [0, 0, line]]
        wizard = self.call(
            "stock.return.picking", "create", {"picking_id": done["id"], "product_return_moves": lines}, context=about
        )
        method = "action_create_returns" if self.version >= 18 else "create_returns"
        action = self.call("stock.return.picking", method, [wizard], context=about)
        return str(self.rows("stock.picking", [["id", "=", action["res_id"]]], "name")[0]["name"])

    def cancel(self, order: int) -> None:
        self.call("sale.order", "action_cancel", [order], context={"disable_cancel_warning": True})

    def code_of(self, product: int) -> str:
        return self._codes([product])[product]

    def lies(self, code: str) -> dict[tuple[str, str], float]:
        """By place and lot, in stock and in transit."""
        product = self.id_of("product.product", code, "default_code")
        domain = [["product_id", "=", product], ["location_id.usage", "in", ["internal", "transit"]]]
        rows = self.rows("stock.quant", domain, "location_id", "lot_id", "quantity")
        active = {"context": {"active_test": False}}
        places = {
            row["id"]: row["name"]
            for row in self.call("stock.location", "search_read", [], ["name"], load="", **active)
        }
        lots = {row["id"]: row["name"] for row in self.rows("stock.lot", [], "name")}
        return {
            (places[row["location_id"]], lots.get(row["lot_id"], "")): row["quantity"]
            for row in rows
            if row["quantity"]
        }

    def _codes(self, products: list[int]) -> Mapping[int, str]:
        rows = self.rows("product.product", [["id", "in", products]], "default_code")
        return {row["id"]: row["default_code"] for row in rows}
