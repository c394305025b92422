"""Odoo's own webhooks as hints that a record changed: automation rules with one action each, made once by external id.

Needs Settings rights, Odoo 17 or later and its automation app. The hints carry the model and the id, nothing else.
"""

from dataclasses import dataclass

from integration.adapters.odoo.caller import Caller
from integration.errors import ConfigurationError

MODULE = "__crossdock__"


@dataclass(frozen=True, slots=True)
class Hint:
    """``domain`` is given in words of Odoo's own, because 17 leaves rules that it filters itself without a filter."""

    model: str
    domain: str
    fields: tuple[str, ...]


HINTS = (
    Hint("sale.order", "[('state', 'in', ['sale', 'cancel'])]", ("state", "partner_shipping_id", "commitment_date")),
    Hint("stock.picking", "[('state', 'in', ['assigned', 'done', 'cancel'])]", ("state",)),
)


class Hints:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def install(self, url: str) -> tuple[str, ...]:
        """Makes the rules, or gives those that are there the new address. Answers the models.

        Raises ConfigurationError CD-2009 on Odoo 16, Forbidden without Settings rights.
        """
        self._check_version()
        for hint in HINTS:
            model_id = self._one("ir.model", [("model", "=", hint.model)])
            rule = self._rule(hint, model_id)
            fields = ["id", "name", "model_id/.id", "state", "base_automation_id/.id", "webhook_url"]
            values = [self._name(hint, "action"), f"Crossdock: {hint.model}", str(model_id), "webhook", str(rule), url]
            self._call.load("ir.actions.server", fields, [values])
        return self.installed()

    def installed(self) -> tuple[str, ...]:
        """The models whose rule is there and switched on."""
        if not self._call.version.hints:
            return ()
        rules = self._records("base.automation")
        active = self._call.rows("base.automation", [("id", "in", list(rules.values()))], ["active"])
        alive = {row["id"] for row in active}
        return tuple(hint.model for hint in HINTS if rules.get(self._xml_name(hint, "rule")) in alive)

    def remove(self) -> None:
        self._check_version()
        for model in ("ir.actions.server", "base.automation"):
            ids = sorted(self._records(model).values())
            if ids:
                self._call(model, "unlink", ids)

    def _rule(self, hint: Hint, model_id: int) -> int:
        domain = [("model", "=", hint.model), ("name", "in", list(hint.fields))]
        watched = ",".join(str(row["id"]) for row in self._call.rows("ir.model.fields", domain, ["name"]))
        fields = ["id", "name", "model_id/.id", "trigger", "filter_domain", "trigger_field_ids/.id"]
        name = f"Crossdock: {hint.model}"
        values = [self._name(hint, "rule"), name, str(model_id), "on_create_or_write", hint.domain, watched]
        return self._call.load("base.automation", fields, [values])[0]

    def _records(self, model: str) -> dict[str, int]:
        prefix = self._prefix()
        domain = [("module", "=", MODULE), ("model", "=", model), ("name", "=like", f"{prefix}%")]
        rows = self._call.rows("ir.model.data", domain, ["name", "res_id"])
        return {str(row["name"]): int(row["res_id"]) for row in rows if str(row["name"]).startswith(prefix)}

    def _one(self, model: str, domain: list[object]) -> int:
        return int(self._call(model, "search", domain=domain, limit=1)[0])

    def _prefix(self) -> str:
        return f"hint_{self._call.settings.slug}_"

    def _xml_name(self, hint: Hint, part: str) -> str:
        return f"{self._prefix()}{part}_{hint.model.replace('.', '_')}"

    def _name(self, hint: Hint, part: str) -> str:
        return f"{MODULE}.{self._xml_name(hint, part)}"

    def _check_version(self) -> None:
        if not self._call.version.hints:
            verb = f"send webhooks: Odoo {self._call.version.major} has none, and is polled"
            raise ConfigurationError("CD-2009", connection=self._call.slug, verb=verb)
