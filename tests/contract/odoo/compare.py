"""Is an answer of the sandbox the recorded one? Values exactly, ids and generated names by what they stand for."""

import re
from typing import Any

from tests.contract.odoo.ids import Bindings
from tests.contract.odoo.recording import Recording, Step, fault_of, fields_of
from tests.contract.odoo.table import COMMON_ROWS, CUT_ANSWERS, UNORDERED, ignored

NUMBERED = re.compile(
    r"\b(?:S\d{5}|P\d{5}|[A-Z0-9]+/(?:IN|OUT|INT|RET|PICK|PACK)/\d{5}|SP/\d{5}|R?(?:INV|BILL)/\d{4}/[\d/]+)"
)
INVOICE_ID = re.compile(r"\((\*|id) (\d+)\)")
X2MANY = ("one2many", "many2many")
VIEW_KEYS = ("views", "view_id", "search_view_id", "id", "help")


class Comparer:
    """Collects the differences of one scenario."""

    def __init__(self, found: Recording, name: str, bindings: Bindings) -> None:
        self._ignored = ignored(found.version, name)
        self._fields = fields_of(found.version)
        self._bindings = bindings
        self._step: Step
        self.used_ignores: set[str] = set()
        self.differences: list[str] = []

    def step(self, step: Step, result: Any, fault: dict[str, Any] | None) -> None:
        """Compare one answer with the recorded one."""
        self._step = step
        if (step.fault is None) != (fault is None):
            self._differ("fault", _short(step.fault), _short(fault) if fault else result)
        elif step.fault is not None and fault is not None:
            self._faults(step.fault, fault)
        elif step.name in COMMON_ROWS:
            self._common_rows(step.model, step.result, result)
        elif step.method in ("read", "search_read") and isinstance(step.result, list):
            self._rows(step.model, step.result, result)
        elif step.method == "create":
            self._created(step.model, step.result, result)
        elif step.method == "load" and isinstance(step.result["ids"], list) and isinstance(result["ids"], list):
            self._created(step.model, step.result["ids"], result["ids"])
        elif step.method in CUT_ANSWERS and isinstance(result, dict):
            self._anything(step.method, step.result, {key: result.get(key) for key in step.result})
        elif step.method == "get_external_id":
            known = {str(self._bindings.actual(step.model, int(one))): name for one, name in step.result.items()}
            self._anything(step.method, known, result)
        else:
            self._anything(step.method, step.result, result)

    def _differ(self, where: str, recorded: Any, actual: Any) -> None:
        step = self._step
        self.differences.append(
            f"[{step.number}] {step.name} ({step.model}.{step.method}) {where}: {recorded!r} != {actual!r}"
        )

    def _faults(self, recorded: dict[str, Any], actual: dict[str, Any]) -> None:
        (kind, message), (kind_now, message_now) = fault_of(recorded), fault_of(actual)
        for one, now in zip(NUMBERED.findall(message), NUMBERED.findall(message_now), strict=False):
            self._bindings.text(one, now)
        if (kind, self._message(message)) != (kind_now, self._message(message_now)):
            self._differ("fault", (kind, self._message(message)), (kind_now, message_now))

    def _message(self, text: str) -> str:
        """A message with the ids of records in it made equal."""
        text = re.sub(r"(\(Record: [a-z._]+\()\d+", r"\1#", self._bindings.translated(self._renumbered(text)))
        return re.sub(r"User: \d+", "User: #", text)

    def _renumbered(self, text: str) -> str:
        """A text that names an invoice by its id, as the sandbox names it."""
        invoices = self._bindings.there.get("account.move", {})
        return INVOICE_ID.sub(lambda found: f"({found[1]} {invoices.get(int(found[2]), found[2])})", text)

    def _rows(self, model: str, recorded: list[dict[str, Any]], actual: Any) -> None:
        if not isinstance(actual, list) or len(recorded) != len(actual):
            self._differ("rows", recorded, actual)
            return
        for row, row_now in zip(recorded, actual, strict=True):
            self._row(model, row, row_now)

    def _common_rows(self, model: str, recorded: list[dict[str, Any]], actual: list[dict[str, Any]]) -> None:
        ours = {row["id"]: row for row in actual}
        pairs = [(row, ours.get(self._bindings.there[model].get(row["id"], 0))) for row in recorded]
        both = [(row, mine) for row, mine in pairs if mine]
        if not both:
            self._differ("rows", recorded, actual)
        for row, mine in both:
            self._row(model, row, mine)

    def _row(self, model: str, recorded: dict[str, Any], actual: dict[str, Any]) -> None:
        if set(recorded) != set(actual):
            self._differ("fields", sorted(recorded), sorted(actual))
            return
        for name, value in recorded.items():
            key = f"{model}.{name}"
            if key in self._ignored:
                self.used_ignores.add(key)
            elif key == "ir.model.data.res_id":
                self._created(recorded["model"], value, actual[name])
            elif not self._same(model, name, value, actual[name]):
                self._differ(f"id {recorded['id']} {name}", value, actual[name])

    def _same(self, model: str, name: str, recorded: Any, actual: Any) -> bool:
        if name == "id":
            return self._bindings.bind(model, recorded, actual)
        field = self._fields.get(model, {}).get(name, {})
        kind, target = field.get("type", ""), field.get("relation", "")
        if kind == "many2one":
            return self._same_link(target, recorded, actual)
        if kind in X2MANY:
            return self._same_list(f"{model}.{name}", target, recorded, actual)
        if kind in ("datetime", "date"):
            return self._same_moment(recorded, actual)
        return self._same_plain(recorded, actual)

    def _same_link(self, target: str, recorded: Any, actual: Any) -> bool:
        if not recorded or not actual:
            return bool(recorded) == bool(actual)
        if isinstance(recorded, list) != isinstance(actual, list):
            return False
        if not isinstance(recorded, list):
            return self._bindings.bind(target, recorded, actual)
        return self._bindings.bind(target, recorded[0], actual[0]) and self._same_plain(recorded[1], actual[1])

    def _same_list(self, key: str, target: str, recorded: Any, actual: Any) -> bool:
        if not isinstance(actual, list) or len(recorded) != len(actual):
            return False
        if key in UNORDERED:
            new = sorted(one for one in recorded if not self._bindings.knows(target, one))
            for one, now in zip(new, sorted(a for a in actual if not self._bindings.taken(target, a)), strict=False):
                self._bindings.bind(target, one, now)
            return {self._bindings.there[target].get(one) for one in recorded} == set(actual)
        return all(self._bindings.bind(target, a, b) for a, b in zip(recorded, actual, strict=True))

    def _same_moment(self, recorded: Any, actual: Any) -> bool:
        if not recorded or not actual:
            return bool(recorded) == bool(actual)
        self._bindings.text(recorded, actual)
        return len(recorded) == len(actual)

    def _same_plain(self, recorded: Any, actual: Any) -> bool:
        if isinstance(recorded, str) and isinstance(actual, str):
            for one, now in zip(NUMBERED.findall(recorded), NUMBERED.findall(actual), strict=False):
                self._bindings.text(one, now)
            return self._bindings.translated(self._renumbered(recorded)) == actual
        if isinstance(recorded, float) and isinstance(actual, (int, float)):
            return abs(recorded - actual) < 1e-4
        return bool(recorded == actual) and type(recorded) is type(actual)

    def _created(self, model: str, recorded: Any, actual: Any) -> None:
        if isinstance(recorded, list) and isinstance(actual, list) and len(recorded) == len(actual):
            pairs = list(zip(recorded, actual, strict=True))
        else:
            pairs = [(recorded, actual)]
        for one, now in pairs:
            if type(one) is not type(now) or (isinstance(one, int) and not self._bindings.bind(model, one, now)):
                self._differ("created", recorded, actual)

    def _anything(self, where: str, recorded: Any, actual: Any) -> None:
        """Actions of wizards, messages of `load`, plain answers."""
        if isinstance(recorded, dict) and isinstance(actual, dict):
            if set(recorded) != set(actual):
                self._differ(where, recorded, actual)
                return
            if isinstance(recorded.get("res_id"), int) and isinstance(actual["res_id"], int):
                self._bindings.bind(str(recorded.get("res_model")), recorded["res_id"], actual["res_id"])
            for key, value in recorded.items():
                if key not in VIEW_KEYS:
                    self._anything(f"{where}.{key}", value, actual[key])
        elif isinstance(recorded, list) and isinstance(actual, list) and len(recorded) == len(actual):
            for number, (one, now) in enumerate(zip(recorded, actual, strict=True)):
                self._anything(f"{where}[{number}]", one, now)
        elif _both_ids(recorded, actual):
            return
        elif not self._same_plain(recorded, actual):
            self._differ(where, recorded, actual)


def _both_ids(recorded: Any, actual: Any) -> bool:
    """Ids inside of actions: which record they mean is proven by the calls that use them."""
    numbers = isinstance(recorded, int) and isinstance(actual, int)
    return numbers and not isinstance(recorded, bool) and not isinstance(actual, bool)


def _short(fault: dict[str, Any] | None) -> Any:
    return fault_of(fault) if fault else None
