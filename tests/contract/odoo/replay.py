"""Replays one recording against a fresh sandbox and tells where the sandbox answers otherwise."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from integration.sandbox.odoo import SandboxOdoo
from tests.contract.odoo.client import Client
from tests.contract.odoo.compare import Comparer
from tests.contract.odoo.ids import Unbound
from tests.contract.odoo.notes import note_of
from tests.contract.odoo.recording import Recording, Step
from tests.contract.odoo.scenes import SCENES
from tests.contract.odoo.scenes_stock import BETWEEN, STOCK_SCENES
from tests.contract.odoo.table import not_replayed
from tests.contract.odoo.translate import Walker
from tests.contract.odoo.world import MADE, World

RECORDED_AT = datetime(2026, 11, 28, 23, tzinfo=UTC)  # what was planned for later was not due yet
NUMBERED = ("sale.order", "stock.picking", "purchase.order")
# Records that have the same name everywhere.
NAMED = (
    "res.company", "res.currency", "stock.location", "stock.picking.type", "stock.warehouse", "uom.uom",
    "delivery.carrier", "stock.lot", "account.journal", "res.country", "res.country.state",
)  # fmt: skip


@dataclass
class Report:
    """What a replay found."""

    replayed: int = 0
    left_out: set[int] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)
    used_ignores: set[str] = field(default_factory=set)


class Replay:
    """One recording and one sandbox."""

    def __init__(self, odoo: SandboxOdoo, found: Recording, name: str) -> None:
        self._found = found
        self._name = name
        odoo.service.set_clock((RECORDED_AT - datetime.now(UTC)).total_seconds())
        self._client = Client(odoo, found.protocol)
        self._world = World(odoo, self._client, found)
        self._world.settle = lambda: [self._new(model) for model in ("stock.move", "stock.move.line")]
        self._world.forget = lambda: [self._new(model) for model in MADE]
        self._bindings = self._world.bindings
        self._comparer = Comparer(found, name, self._bindings)
        self._last: dict[str, int] = {}
        self._left: list[int] = []
        self._scenes = dict((SCENES | STOCK_SCENES).get(name.split(".", maxsplit=1)[0], {}))
        self._know_fixed_records()

    def run(self) -> Report:
        report = Report()
        for step in self._found.steps:
            self._set_up(step)
            if not_replayed(self._found.version, self._name, step):
                report.left_out.add(step.number)
                continue
            self._one(step)
            report.replayed += 1
        if self._world.receiver:
            self._world.receiver.close()
        report.differences = self._comparer.differences
        report.used_ignores = self._comparer.used_ignores
        return report

    def _one(self, step: Step) -> None:
        note = note_of(self._name, step)
        if note:
            self._comparer.step(step, note(self._world, step), None)
            return
        walker = Walker(self._found.version, self._bindings.actual, self._bindings.translated)
        try:
            named = walker.call(step)
        except Unbound as error:
            self._comparer.differences.append(f"[{step.number}] {step.name}: nothing stands for {error}")
            return
        result, fault = self._client.send(step, named)
        self._comparer.step(step, result, fault)

    def _set_up(self, step: Step) -> None:
        between = BETWEEN.get(self._name.split(".", maxsplit=1)[0], {}).get(step.name)
        if between:
            between(self._world)
        for key in (step.name, step.case):
            scene = self._scenes.pop(key, None)
            if scene:
                self._world.look_at(self._case(step))
                scene(self._world)
                self._bind_made(step)
                return

    def _bind_made(self, first: Step) -> None:
        """Let the records just made stand for those that the case speaks of, in the order of their ids."""
        wanted = self._mentioned(first)
        self._bind_products()
        self._know_named()
        for model in MADE:
            made = self._new(model)
            if model == "stock.picking":  # made in an earlier case and first spoken of in this one
                self._left = made = made or [one for one in self._left if not self._bindings.taken(model, one)]
            unbound = [one for one in sorted(wanted.get(model, ())) if not self._bindings.knows(model, one)]
            for recorded, actual in zip(unbound, made, strict=False):
                self._bindings.bind(model, recorded, actual)
                self._bind_name(model, recorded, actual)

    def _bind_products(self) -> None:
        """Products by the code in their names."""
        for model, one, label in self._links():
            key = label.partition("]")[0].rpartition("-")[2]
            if model == "product.product" and label.startswith("[SKU") and key in self._world.products:
                self._bindings.bind(model, one, self._world.products[key])

    def _bind_name(self, model: str, recorded: int, actual: int) -> None:
        """Numbers of documents stand in other texts too."""
        if model not in NUMBERED:
            return
        for step in self._found.steps:
            rows = step.result if step.model == model and isinstance(step.result, list) else []
            for row in rows:
                if isinstance(row, dict) and row.get("id") == recorded and row.get("name"):
                    name = self._client.call(model, "read", [actual], ["name"])[0]["name"]
                    self._bindings.text(row["name"], name)
                    return

    def _new(self, model: str) -> list[int]:
        """Ids made since the last look."""
        last = self._last.get(model, 0)
        ids = self._client.call(model, "search", [["id", ">", last]], order="id", context={"active_test": False})
        self._last[model] = max([last, *ids])
        return [one for one in ids if not self._bindings.taken(model, one)]

    def _case(self, first: Step) -> list[Step]:
        """The steps up to the next set-up."""
        steps = [first]
        for step in self._found.steps[first.number + 1 :]:
            if step.name in self._scenes or step.case in self._scenes:
                break
            steps.append(step)
        return steps

    def _mentioned(self, first: Step) -> dict[str, set[int]]:
        """The ids that the steps up to the next set-up speak of, those that a step creates left out."""
        found: dict[str, set[int]] = {}
        walker = Walker(self._found.version, lambda model, one: found.setdefault(model, set()).add(one) or one)
        created: set[tuple[str, Any]] = set()
        for step in self._case(first):
            walker.call(step)
            if step.model != "stock.quant":
                walker.result(step)
            if step.method == "create" and isinstance(step.result, (int, list)):
                created |= {
                    (step.model, one) for one in ([step.result] if isinstance(step.result, int) else step.result)
                }
        return {
            model: {one for one in ids if (model, one) not in created and one < 90_000_000}
            for model, ids in found.items()
        }

    def _know_fixed_records(self) -> None:
        """Records that every database has, found by their names."""
        self._bindings.text("YourCompany", "Harbor Supply")
        self._bindings.text("My Company (San Francisco)", "Harbor Supply")
        self._bindings.text("Mitchell Admin", "Administrator")
        for model, one in (("res.company", 1), ("res.users", 2), ("stock.warehouse", 1), ("uom.uom", 1)):
            self._bindings.bind(model, one, one)
        for model in MADE:
            self._new(model)
        self._know_named()
        self._bindings.bind("res.partner", *self._partner())

    def _partner(self) -> tuple[int, int]:
        """The recorded customer: the one that the orders are for."""
        text = f"Rec customer {self._world.tag}"
        for model, one, label in self._links():
            if model == "res.partner" and label == text:
                return one, self._world.partner
        for step in self._found.steps:
            rows = step.named.get("vals_list")
            if (
                step.model == "sale.order"
                and step.method == "create"
                and isinstance(rows, dict)
                and rows.get("partner_id")
            ):
                return rows["partner_id"], self._world.partner
        return -1, self._world.partner

    def _know_named(self) -> None:
        for model in NAMED:
            rows = self._client.call(model, "search_read", [], ["display_name"], context={"active_test": False})
            ours = {row["display_name"]: row["id"] for row in rows}
            for target, one, label in self._links():
                name = self._bindings.translated(label)
                if target == model and name in ours:
                    self._bindings.bind(model, one, ours[name])

    def _links(self) -> list[tuple[str, int, str]]:
        """Every many2one that the recording shows: model, id, name."""
        found: list[tuple[str, int, str]] = []
        walker = Walker(self._found.version, lambda _model, one: one)
        for step in self._found.steps:
            if step.method in ("read", "search_read") and isinstance(step.result, list):
                for row in step.result:
                    for name, value in row.items():
                        if walker.kind(step.model, name) == "many2one" and isinstance(value, list):
                            found.append((walker.relation(step.model, name), value[0], value[1]))
        return found
