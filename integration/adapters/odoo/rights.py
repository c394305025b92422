"""Which rights each flow needs in Odoo, and which of them the integration user lacks."""

from collections.abc import Iterator, Sequence

from integration.adapters.base import Finding, HeldByUser
from integration.adapters.odoo.caller import Caller
from integration.errors import ConfigurationError, Forbidden

PACKAGE = "(packages)"
OPERATIONS = ("read", "write", "create", "unlink")
READS = ("sale.order", "sale.order.line", "stock.picking", "stock.move", "stock.move.line", "stock.lot", "stock.quant")
FLOWS: dict[str, tuple[tuple[str, str], ...]] = {
    "order release": tuple((model, "read") for model in (*READS, "res.partner", "product.product")),
    "shipment confirmation": (
        ("stock.picking", "write"),
        ("stock.move", "write"),
        ("stock.move.line", "write"),
        ("stock.move.line", "create"),
        ("stock.move.line", "unlink"),
        (PACKAGE, "create"),
    ),
    "substitutes": (("sale.order", "write"), ("sale.order.line", "write"), ("sale.order.line", "create")),
    "notes and files": (("ir.attachment", "create"), ("mail.activity", "create"), ("mail.activity", "unlink")),
}
BUYING: tuple[tuple[str, str], ...] = (("purchase.order", "read"), ("purchase.order.line", "read"))
BILLING: tuple[tuple[str, str], ...] = (("account.move", "create"), ("account.move", "write"))
GROUPS = {
    "sales_team.group_sale_salesman_all_leads": "Sales / User: All Documents",
    "stock.group_stock_user": "Inventory / User",
}
EXPORT = ("base.group_allow_export", "Access to export feature")


class Rights:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def held(self, models: Sequence[str]) -> HeldByUser:
        """A model that is not there is left out: its app is not installed."""
        found = {model: allowed for model in models if (allowed := self._allowed(model)) is not None}
        return HeldByUser(found, self._named_groups())

    def _allowed(self, model: str) -> list[str] | None:
        try:
            return [operation for operation in OPERATIONS if self._asked(model, operation)]
        except (ConfigurationError, Forbidden):
            return None

    def _named_groups(self) -> list[str]:
        """Empty where the user may not read them."""
        name = self._call.version.groups_field
        try:
            [user] = self._call.rows("res.users", [("id", "=", self._call.uid())], [name])
            rows = self._call.rows("res.groups", [("id", "in", list(user.get(name) or ()))], ["full_name"])
        except Forbidden:
            return []
        return sorted(str(row["full_name"]) for row in rows)

    def may_buy(self) -> bool:
        """Whether purchases can be read: they are left alone, if not."""
        return all(self.may(model, operation) for model, operation in BUYING)

    def findings(self, *, buys: bool) -> Iterator[Finding]:
        if buys:
            may = self.may_buy()
            detail = "complete" if may else "may not read purchase.order: purchases are not announced"
            yield Finding("rights for receipts", may or None, detail, "" if may else "Give it Purchase / User.")
        yield self._books()
        for flow, needed in FLOWS.items():
            missing = [f"{operation} {model}" for model, operation in needed if not self.may(model, operation)]
            detail = f"may not {', '.join(missing)}" if missing else "complete"
            fix = "Give the integration user Inventory / User and Sales / User: All Documents." if missing else ""
            yield Finding(f"rights for {flow}", not missing, detail, fix)
        for group, name in self._groups().items():
            held = self._has(group)
            detail = "held" if held else "not held: records are invisible without an error"
            yield Finding(f"group {name}", held, detail, "" if held else f"Give the integration user {name}.")

    def _books(self) -> Finding:
        """Needed where a rule has invoices made: without one, people do it."""
        may = all(self.may(model, operation) for model, operation in BILLING)
        detail = "complete" if may else "may not write account.move: invoices and credit notes are people's"
        return Finding("rights for the books", may or None, detail, "" if may else "Give it Invoicing / Billing.")

    def _groups(self) -> dict[str, str]:
        """16 reads orders by its export, which is a right of its own."""
        return GROUPS if self._call.version.nested_read else {**GROUPS, EXPORT[0]: EXPORT[1]}

    def may(self, model: str, operation: str) -> bool:
        name = self._call.version.package_model if model == PACKAGE else model
        try:
            return self._asked(name, operation)
        except (ConfigurationError, Forbidden):
            return False

    def _asked(self, model: str, operation: str) -> bool:
        method = self._call.version.rights_method
        if method == "has_access":
            return bool(self._call(model, method, [], operation=operation))
        return bool(self._call(model, method, operation=operation, raise_exception=False))

    def _has(self, group: str) -> bool:
        ids = [self._call.uid()] if self._call.version.rights_method == "has_access" else None
        return bool(self._call("res.users", "has_group", ids, group_ext_id=group))
