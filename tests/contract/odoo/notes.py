"""Steps that are no single call: what the recorder did by hand and what it noted, done again here."""

from collections.abc import Callable
from typing import Any

from tests.contract.odoo import hooks
from tests.contract.odoo.recording import Step
from tests.contract.odoo.world import World

Note = Callable[[World, Step], Any]
WATCHED = ("sale.order", "sale.order.line", "stock.picking", "stock.move", "product.product", "res.partner")


def _template_price(world: World) -> None:
    template = world.call("product.product", "read", [world.watched["product.product"]], ["product_tmpl_id"])
    world.call("product.template", "write", [template[0]["product_tmpl_id"][0]], {"list_price": 77.0})


def _validate(world: World) -> None:
    if world.version == 16:
        world.done(world.watched["stock.move"], 2)
    world.call("stock.picking", "button_validate", [world.watched["stock.picking"]], context={"skip_sms": True})


EFFECTS: dict[str, Callable[[World], object]] = {
    "write partner name": lambda w: w.call(
        "res.partner", "write", [w.watched["res.partner"]], {"name": "Another name"}
    ),
    "order line quantity 1 -> 2": lambda w: w.call(
        "sale.order.line", "write", [w.watched["sale.order.line"]], {"product_uom_qty": 2}
    ),
    "picking note": lambda w: w.call("stock.picking", "write", [w.watched["stock.picking"]], {"note": "careful"}),
    "product stock arrives (quant)": lambda w: w.count("900", 10),
    "reserve (action_assign)": lambda w: w.call("stock.picking", "action_assign", [w.watched["stock.picking"]]),
    "message_post on the order": lambda w: w.call(
        "sale.order", "message_post", [w.watched["sale.order"]], body="hello"
    ),
    "validate the picking": _validate,
    "product template price": _template_price,
}


def write_date_effect(world: World, step: Step) -> dict[str, str]:
    """Which records' `write_date` moves."""
    if not world.watched:
        _make_watched(world)
    before = {model: world.write_date(model, one) for model, one in world.watched.items()}
    EFFECTS[step.name.removeprefix("write_date effect: ")](world)
    after = {model: world.write_date(model, one) for model, one in world.watched.items()}
    return {model: "same" if before[model] == after[model] else "changed" for model in WATCHED}


def _make_watched(world: World) -> None:
    """An order of a product that is not in stock."""
    world.product("900")
    order = world.order(("900", 1))
    world.watched = {
        "sale.order": order,
        "sale.order.line": world.call("sale.order.line", "search", [["order_id", "=", order]])[0],
        "stock.picking": world.pickings(order)[0],
        "stock.move": world.moves(order)[0],
        "product.product": world.products["900"],
        "res.partner": world.partner,
    }


def transit_places(world: World, step: Step) -> list[dict[str, Any]]:
    """The archived place between warehouses; the recorder dropped the one between companies."""
    domain = [["usage", "=", "transit"], ["complete_name", "=", step.result[0]["complete_name"]]]
    found: list[dict[str, Any]] = world.call(
        "stock.location", "search_read", domain, ["complete_name", "active"], context={"active_test": False}
    )
    return found


def same_row(world: World, step: Step) -> dict[str, Any]:
    """The two rows that the creates before answered are one: the replay has bound them to one id."""
    first, second = (world.bindings.there["stock.quant"][step.result[name]] for name in ("first", "second"))
    return {**step.result, "same": first == second}


# Scenario -> beginning of a step's name -> how it is done again.
NOTES: dict[str, dict[str, Note]] = {
    "S03_master_data": {"write_date effect: ": write_date_effect},
    "S10_transfers": {"transit locations of the company": transit_places},
    "S11_inventory_scrap": {"B same quant returned?": same_row},
    "S16_webhooks": {
        "requests for 5 orders": hooks.count,
        "": hooks.requests,
    },
}


def note_of(scenario: str, step: Step) -> Note | None:
    if step.model:
        return None
    found = NOTES.get(scenario.split(".", maxsplit=1)[0], {})
    return next((note for head, note in found.items() if step.name.startswith(head)), None)
