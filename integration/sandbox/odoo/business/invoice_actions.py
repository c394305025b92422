"""The window actions with which a server shows invoices and bills."""

from __future__ import annotations

from typing import Any

from ..orm.env import Env
from ..orm.record import Record

# Kind -> title, view mode and path of the action, by version where it differs.
TITLES = {"out_invoice": "Invoices", "in_invoice": "Bills"}
PATHS = {"out_invoice": "invoicing", "in_invoice": "bills"}
MODES = {"16": "tree,kanban,form", "17": "tree,kanban,form,activity"}
MODE = "list,kanban,form,activity"
SHOWN = {
    "18": ("{side}_invoice", "{side}_refund"),
    "19": ("{side}_invoice", "{side}_refund", "{side}_receipt"),
}
VIEWS = {"form": 743, "list": 740, "search": 747}
CLOSE = {"type": "ir.actions.act_window_close"}


def show(env: Env, kind: str, moves: list[Record], context: Any) -> dict[str, Any]:
    """Open one document, or a list of several."""
    if not moves:
        return dict(CLOSE)
    action = _window(env, kind, context)
    if len(moves) > 1:
        return {**action, "domain": [["id", "in", [move.id for move in moves]]]}
    others = [[False if mode != "list" else VIEWS["list"], mode] for mode in ("list", "kanban", "activity")]
    return {**action, "views": [[VIEWS["form"], "form"], *others], "res_id": moves[0].id}


def _window(env: Env, kind: str, context: Any) -> dict[str, Any]:
    version = env.traits.version
    action = {
        "id": 264,
        "name": TITLES[kind],
        "display_name": TITLES[kind],
        "type": "ir.actions.act_window",
        "xml_id": f"account.action_move_{kind}_type",
        "help": "",
        "binding_model_id": False,
        "binding_type": "action",
        "binding_view_types": "list,form",
        "view_id": [VIEWS["list"], "account.out.invoice.list"],
        "domain": _domain(version, kind),
        "context": context,
        "res_id": 0,
        "res_model": "account.move",
        "target": "current",
        "view_mode": MODES.get(version, MODE),
        "views": [[VIEWS["list"], "list"], [False, "kanban"], [False, "form"], [False, "activity"]],
        "limit": 80,
        "search_view_id": [VIEWS["search"], "account.invoice.select"],
        "filter": False,
    }
    if env.traits.number >= 18:
        action |= {"path": PATHS[kind], "mobile_view_mode": "kanban", "embedded_action_ids": []}
    if env.traits.number >= 19:
        action |= {"cache": True, "group_ids": []}
    return action


def _domain(version: str, kind: str) -> str:
    if version not in SHOWN:
        return f"[('move_type', '=', '{kind}')]"
    shown = [name.format(side=kind.partition("_")[0]) for name in SHOWN[version]]
    return f"[('move_type', 'in', {shown!r})]"
