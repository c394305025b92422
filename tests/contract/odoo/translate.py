"""Walk over the ids in a call's arguments or its result, knowing by the recorded fields what each one is."""

from collections.abc import Callable
from typing import Any

from tests.contract.odoo.recording import Step, fields_of

Visit = Callable[[str, int], Any]
X2MANY = ("one2many", "many2many")
# Context keys that hold ids, and of which model.
CONTEXT = {
    "button_validate_picking_ids": "stock.picking",
    "picking_ids_not_to_backorder": "stock.picking",
    "default_quant_ids": "stock.quant",
    "default_quant_to_fix_ids": "stock.quant",
    "warehouse": "stock.warehouse",
    "default_picking_ids": "stock.picking",
    "default_lot_ids": "stock.lot",
    "warehouse_id": "stock.warehouse",
    "default_product_ids": "product.product",
    "allowed_company_ids": "res.company",
}


class Walker:
    """Replaces every id by what `visit(model, id)` returns for it."""

    def __init__(self, version: str, visit: Visit, text: Callable[[str], str] = str) -> None:
        self._fields = fields_of(version)
        self._visit = visit
        self._text = text

    def relation(self, model: str, name: str) -> str:
        return str(self._fields.get(model, {}).get(name, {}).get("relation", ""))

    def kind(self, model: str, name: str) -> str:
        return str(self._fields.get(model, {}).get(name, {}).get("type", ""))

    def call(self, step: Step) -> dict[str, Any]:
        """The arguments of a call."""
        named = dict(step.named)
        if "ids" in named:
            named["ids"] = self._plain(step.model, named["ids"])
        if "vals" in named:
            named["vals"] = self.values(step.model, named["vals"])
        if "vals_list" in named:
            rows = named["vals_list"]
            named["vals_list"] = (
                [self.values(step.model, row) for row in rows]
                if isinstance(rows, list)
                else self.values(step.model, rows)
            )
        if "domain" in named:
            named["domain"] = [self.leaf(step.model, leaf) for leaf in named["domain"]]
        if "context" in named:
            named["context"] = self.context(step.model, named["context"])
        if "*" in named and step.method == "create":
            named["*"] = [[self.values(step.model, row) for row in rows] for rows in named["*"]]
        if step.method == "load":
            named["data"] = [self._import_row(step.model, named["fields"], row) for row in named["data"]]
        return named

    def _plain(self, model: str, ids: Any) -> Any:
        if isinstance(ids, list):
            return [self._visit(model, one) if isinstance(one, int) else one for one in ids]
        return self._visit(model, ids) if isinstance(ids, int) else ids

    def values(self, model: str, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {name: self._value(model, name, value) for name, value in values.items()}

    def _value(self, model: str, name: str, value: Any) -> Any:
        target, kind = self.relation(model, name), self.kind(model, name)
        if kind == "many2one" and isinstance(value, int) and not isinstance(value, bool):
            return self._visit(target, value)
        if kind in X2MANY and isinstance(value, list):
            return [self._command(target, one) for one in value]
        if model == "ir.model.data" and name == "res_id":
            return self._visit(str(value and "res.partner"), value)
        return self._text(value) if isinstance(value, str) else value

    def _command(self, target: str, command: Any) -> Any:
        if isinstance(command, int):
            return self._visit(target, command)
        code, *rest = command
        if code == 0:
            return [0, rest[0], self.values(target, rest[1])]
        if code == 1:
            return [1, self._visit(target, rest[0]), self.values(target, rest[1])]
        if code == 6:
            return [6, rest[0], [self._visit(target, one) for one in rest[1]]]
        return [code, *([self._visit(target, rest[0])] if rest and rest[0] else rest[:1]), *rest[1:]]

    def leaf(self, model: str, leaf: Any) -> Any:
        if not isinstance(leaf, list):
            return leaf
        path, operator, value = leaf
        *links, last = str(path).split(".")
        for link in links:
            model = self.relation(model, link)
        target = model if last == "id" else self.relation(model, last)
        if last == "res_id":
            target = "stock.picking"
        if target and isinstance(value, int) and not isinstance(value, bool):
            return [path, operator, self._visit(target, value)]
        if target and isinstance(value, list):
            return [path, operator, self._plain(target, value)]
        return [path, operator, self._text(value) if isinstance(value, str) else value]

    def context(self, model: str, context: Any) -> Any:
        return {key: self._context_value(model, key, value, context) for key, value in context.items()}

    def _context_value(self, model: str, key: str, value: Any, context: Any) -> Any:
        if key == "default_template_id":
            return value
        if key in ("active_id", "active_ids"):
            return self._plain(context["active_model"], value)
        if key in CONTEXT and isinstance(value, list) and value and isinstance(value[0], list):
            return [self._command(CONTEXT[key], one) for one in value]
        if key in CONTEXT:
            return self._plain(CONTEXT[key], value)
        if key.startswith("default_") and self.relation(model, key.removeprefix("default_")):
            return self._value(model, key.removeprefix("default_"), value)
        if key == "default_pick_ids":
            return [self._command("stock.picking", one) for one in value]
        return value

    def _import_row(self, model: str, names: list[str], row: list[Any]) -> list[Any]:
        return [self._import_cell(model, name.split("/"), cell) for name, cell in zip(names, row, strict=True)]

    def _import_cell(self, model: str, path: list[str], cell: Any) -> Any:
        if path[-1] != ".id" or cell in ("", False):
            return cell
        for link in path[:-1]:
            model = self.relation(model, link)
        return str(self._visit(model, int(cell)))

    def result(self, step: Step) -> None:
        """Visit the ids in a recorded result."""
        if step.method in ("read", "search_read") and isinstance(step.result, list):
            for row in step.result:
                self._row(step.model, row)

    def _row(self, model: str, row: dict[str, Any]) -> None:
        self._visit(model, row["id"])
        for name, value in row.items():
            target = self.relation(model, name)
            if target and isinstance(value, list) and value and isinstance(value[0], int):
                for one in value[:1] if self.kind(model, name) == "many2one" else value:
                    self._visit(target, one)
