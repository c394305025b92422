"""S17: what users with few rights may do, and the words with which they are refused."""

from collections.abc import Callable
from typing import Any

import pytest

from integration.sandbox.odoo import SandboxOdoo
from tests.contract.odoo.client import Client
from tests.contract.odoo.recording import VERSIONS, Step, fault_of, recording
from tests.contract.odoo.table import UNPLAYED_ACTIONS
from tests.contract.odoo.world import World

Play = Callable[["User"], Any]
GROUPS = {
    "base.group_user": "user",
    "stock.group_stock_user": "stock_user",
    "stock.group_stock_manager": "stock_manager",
    "sales_team.group_sale_salesman": "sale_own",
    "sales_team.group_sale_salesman_all_leads": "sale_all",
    "sales_team.group_sale_manager": "sale_manager",
    "purchase.group_purchase_user": "purchase_user",
    "account.group_account_invoice": "invoice",
    "product.group_product_manager": "product",
}
# Groups that the recorder's user was given and that allowed him nothing.
WITHOUT_EFFECT = {(19, "product")}


class User:
    """A limited user, and the records of an administrator on which he acts."""

    def __init__(self, world: World, step: Step) -> None:
        self.world = world
        groups = [GROUPS[name] for name in step.name.removeprefix("user with ").split(", ")]
        groups = [name for name in groups if (world.version, name) not in WITHOUT_EFFECT]
        found = world.call("res.groups", "search", [["name", "in", groups]])
        login = step.raw["user"]
        field = "group_ids" if world.version >= 19 else "groups_id"
        mail = {} if login == "rec_noemail" else {"email": f"{login}@example.com"}
        uid = world.call("res.users", "create", {"login": login, "name": login, field: [[6, 0, found]], **mail})
        world.odoo.service.database.store.table("res.users")[uid]["api_keys"] = (f"key-{uid}",)
        self.client = Client(world.odoo, "jsonrpc")
        self.client.uid, self.client.secret = uid, f"key-{uid}"
        self.order = world.order(("002", 5))
        self.draft = world.order(("002", 2), confirm=False)
        self.picking, self.move = world.pickings(self.order)[0], world.moves(self.order)[0]

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        result, fault = self.client.jsonrpc(model, method, list(args), kwargs)
        if fault:
            raise Refused(fault)
        return result

    def read(self, model: str, *domain: Any) -> Any:
        return self.call(model, "search_read", list(domain), ["id"], limit=1)


class Refused(Exception):
    """The call was answered with a fault; the text is as the recorder noted it."""

    def __init__(self, fault: dict[str, Any]) -> None:
        kind, message = fault_of(fault)
        super().__init__(f"{kind.rpartition('.')[2]}: {message}")


def _done(user: User) -> Any:
    values = {"quantity": 5, "picked": True} if user.world.version >= 17 else {"quantity_done": 5}
    return user.call("stock.move", "write", [user.move], values)


def _load(user: User) -> Any:
    answer = user.call("res.partner", "load", ["id", "name"], [[f"__rec__.of_{user.client.uid}", "Rec"]])
    if not answer["ids"]:
        raise ValueError(f"load messages: {answer['messages'][0]['message']}")
    return answer


def _count(user: User) -> int:
    values = {"product_id": user.world.products["002"], "location_id": user.world.stock, "inventory_quantity": 500}
    return user.call("stock.quant", "create", values, context={"inventory_mode": True})


def _apply(user: User) -> Any:
    values = {"product_id": user.world.products["002"], "location_id": user.world.stock, "inventory_quantity": 500}
    quant = user.world.call("stock.quant", "create", values, context={"inventory_mode": True})
    return user.call("stock.quant", "action_apply_inventory", [quant])


def _scrap_values(user: User) -> dict[str, Any]:
    return {"product_id": user.world.products["002"], "scrap_qty": 1, "location_id": user.world.stock}


def _transfer(user: User) -> Any:
    kind = user.world.call(
        "stock.picking.type", "search", [["code", "=", "internal"], ["warehouse_id.code", "=", "WH"]]
    )
    return user.call("stock.picking", "create", {"picking_type_id": kind[-1]})


def _return(user: User) -> Any:
    """A return of an order that has left; the user makes the wizard and runs it."""
    order = user.world.order(("002", 2))
    user.world.ship(order)
    picking = user.world.pickings(order)[0]
    move = user.world.moves(order)[0]
    line = {"product_id": user.world.products["002"], "quantity": 1, "move_id": move}
    wizard = user.call(
        "stock.return.picking", "create", {"picking_id": picking, "product_return_moves": [[0, 0, line]]}
    )
    name = "action_create_returns" if user.world.version >= 18 else "create_returns"
    return user.call("stock.return.picking", name, [wizard])


def _line(user: User) -> Any:
    line = user.world.call("sale.order.line", "search", [["order_id", "=", user.order]])
    return user.call("sale.order.line", "write", line, {"product_uom_qty": 6})


def _wizard(user: User) -> int:
    context = {"active_model": "sale.order", "active_ids": [user.order], "active_id": user.order}
    return user.call("sale.advance.payment.inv", "create", {"advance_payment_method": "delivered"}, context=context)


def _buy(user: User) -> Any:
    order = user.call("purchase.order", "create", {"partner_id": user.world.partner})
    return user.call("purchase.order", "button_confirm", [order])


def _cancel(user: User) -> Any:
    return user.call("sale.order", "action_cancel", [user.order], context={"disable_cancel_warning": True})


def _post(model: str, name: str) -> Play:
    return lambda user: user.call(model, "message_post", [getattr(user, name)], body="hello")


ACTIONS: dict[str, Play] = {
    "fields_get sale.order": lambda u: u.call("sale.order", "fields_get", ["name"]),
    "search_read sale.order": lambda u: u.read("sale.order"),
    "search_read sale.order.line": lambda u: u.read("sale.order.line"),
    "search_read stock.picking": lambda u: u.read("stock.picking"),
    "search_read stock.picking with sale_id": lambda u: u.call(
        "stock.picking", "search_read", [], ["sale_id"], limit=1
    ),
    "search_read stock.picking by sale_id.client_order_ref": lambda u: u.read(
        "stock.picking", ["sale_id.client_order_ref", "=", "x"]
    ),
    "search_read stock.move with sale_line_id": lambda u: u.call(
        "stock.move", "search_read", [], ["sale_line_id"], limit=1
    ),
    "search_read product.product": lambda u: u.read("product.product"),
    "create product.product": lambda u: u.call("product.product", "create", {"name": "Rec"}),
    "write product.product barcode": lambda u: u.call(
        "product.product", "write", [u.world.products["002"]], {"barcode": f"B{u.client.uid}"}
    ),
    "create res.partner": lambda u: u.call("res.partner", "create", {"name": "Rec"}),
    "write res.partner": lambda u: u.call("res.partner", "write", [u.world.partner], {"ref": "x"}),
    "create stock.lot": lambda u: u.call(
        "stock.lot", "create", {"name": f"L{u.client.uid}", "product_id": u.world.products["900"], "company_id": 1}
    ),
    "create sale.order": lambda u: u.call("sale.order", "create", {"partner_id": u.world.partner}),
    "action_confirm sale.order": lambda u: u.call("sale.order", "action_confirm", [u.draft]),
    "write sale.order.line quantity": _line,
    "write move done quantity": _done,
    "write carrier_tracking_ref": lambda u: u.call(
        "stock.picking", "write", [u.picking], {"carrier_tracking_ref": "1Z"}
    ),
    "button_validate": lambda u: u.call(
        "stock.picking", "button_validate", [u.picking], context={"skip_sms": True, "skip_backorder": True}
    ),
    "search_read stock.quant": lambda u: u.read("stock.quant"),
    "create quant (inventory_mode)": _count,
    "action_apply_inventory": _apply,
    "create stock.scrap": lambda u: u.call("stock.scrap", "create", _scrap_values(u)),
    "stock.scrap action_validate": lambda u: u.call(
        "stock.scrap", "action_validate", [u.world.call("stock.scrap", "create", _scrap_values(u))]
    ),
    "create internal transfer": _transfer,
    "invoice wizard create": _wizard,
    "create_invoices": lambda u: u.call("sale.advance.payment.inv", "create_invoices", [_wizard(u)]),
    "action_cancel sale.order": _cancel,
    "button_confirm purchase.order": _buy,
    "search_read account.move": lambda u: u.read("account.move"),
    "search_read purchase.order": lambda u: u.read("purchase.order"),
    "create purchase.order": lambda u: u.call("purchase.order", "create", {"partner_id": u.world.partner}),
    "search_read ir.model.data": lambda u: u.read("ir.model.data"),
    "load res.partner with external id": _load,
    "create base.automation": lambda u: u.call("base.automation", "create", {"name": "x", "trigger": "on_create"}),
    "search_read ir.model.fields": lambda u: u.read("ir.model.fields"),
    "search_read ir.module.module (installed apps)": lambda u: u.read("ir.module.module", ["state", "=", "installed"]),
    "search_read stock.warehouse": lambda u: u.read("stock.warehouse"),
    "search_read stock.picking.type": lambda u: u.read("stock.picking.type"),
    "search_read delivery.carrier": lambda u: u.read("delivery.carrier"),
    "return wizard create": lambda u: u.call("stock.return.picking", "create", {"picking_id": u.picking}),
    "return wizard run": _return,
    "message_post on the order": _post("sale.order", "order"),
    "message_post on the picking": _post("stock.picking", "picking"),
}


def _alike(recorded: str, actual: str) -> bool:
    """The recorder cut long texts; ids of users differ."""
    head = recorded.removesuffix("...").rstrip()
    for text in ("(id=", "User: ", "Records: "):
        head, actual = head.partition(text)[0], actual.partition(text)[0]
    return actual.startswith(head)


@pytest.mark.contract
@pytest.mark.parametrize("version", VERSIONS)
def test_limited_users_are_allowed_and_refused_as_recorded(version: str) -> None:
    found = recording(version, "S17_permissions")
    with SandboxOdoo(version=version, seed="empty") as odoo:
        world = World(odoo, Client(odoo, "jsonrpc"), found)
        world.product("002", 1000)
        world.product("900", tracking="lot")
        differences = [one for step in found.steps for one in _differences(User(world, step), step)]
    assert differences == []


def _differences(user: User, step: Step) -> list[tuple[str, str, str, str]]:
    found = []
    for action, noted in step.raw["result"].items():
        if action in UNPLAYED_ACTIONS:
            continue
        actual = _outcome(user, action)
        if not _alike(noted, actual):
            found.append((step.raw["user"], action, noted, actual))
    return found


def _outcome(user: User, action: str) -> str:
    try:
        ACTIONS[action](user)
    except (Refused, ValueError) as error:
        return str(error)
    return "ok"


def test_every_action_that_is_not_played_is_recorded() -> None:
    recorded = {
        action for version in VERSIONS for step in recording(version, "S17_permissions").steps for action in step.result
    }
    assert set(UNPLAYED_ACTIONS) <= recorded
    assert not set(UNPLAYED_ACTIONS) & set(ACTIONS)
