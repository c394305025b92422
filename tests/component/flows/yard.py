"""An Odoo, a warehouse and Crossdock between them: sell, look, ship, and see what all three hold."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.handlers import HANDLERS
from integration.jobs import acts, decisions, engine, mappings, sweep
from integration.models import (
    CodeMapping,
    Connection,
    Document,
    Effect,
    ExceptionCase,
    Lane,
    StockEvent,
    SyncJob,
    Warehouse,
)
from tests.component.engine.yard import time_passes, until
from tests.component.flows.odoo import Odoo
from tests.component.flows.wms import Wms

Kind = CodeMapping.Kind
SOMEBODY = acts.Actor("somebody")


@dataclass(frozen=True)
class Sale:
    """A confirmed order. ``release`` is the name of its first delivery, which the warehouse knows it by."""

    id: int
    name: str
    release: str


@dataclass(frozen=True)
class Bought:
    """A confirmed purchase. ``advice`` is the name of its first receipt, which the warehouse knows it by."""

    id: int
    name: str
    advice: str


@dataclass
class Yard:
    odoo: Odoo
    wms: Wms
    erp: Connection
    partner: Connection
    warehouse: Warehouse

    def sell(self, *basket: tuple[str, float], customer: str = "Alder Outdoor", **values: object) -> Sale:
        """A confirmed order of these product codes and quantities."""
        lines = [
            {"product_id": self.odoo.id_of("product.product", code, "default_code"), "product_uom_qty": quantity}
            for code, quantity in basket
        ]
        usual = {
            "partner_id": self.odoo.id_of("res.partner", customer),
            "carrier_id": self.odoo.id_of("delivery.carrier", "Standard delivery"),
            "order_line": [[0, 0, line] for line in lines],
        }
        made = self.odoo.call("sale.order", "create", {**usual, **values})
        self.odoo.call("sale.order", "action_confirm", [made])
        [row] = self.odoo.rows("sale.order", [["id", "=", made]], "name")
        return Sale(made, row["name"], next(iter(name for name, _ in self.odoo.transfers(made)), ""))

    def released(self, *basket: tuple[str, float], **values: Any) -> Sale:
        """An order that the warehouse has, and has said yes to."""
        sale = self.sell(*basket, **values)
        self.look()
        self.wms.accept(sale.release)
        self.run()
        assert self.state(sale.release) == "accepted"
        self.odoo.forget_calls()
        return sale

    def shipped(self, sale: Sale, mode: str = "full", **script: object) -> dict[str, object]:
        """The warehouse ships, and Crossdock does what it can with it."""
        shipment = self.wms.ship(sale.release, mode, **script)
        self.run()
        return shipment

    def buy(self, *basket: tuple[str, float], supplier: str = "Alder Outdoor", **values: object) -> Bought:
        """A confirmed purchase of these product codes and quantities."""
        lines = [
            {
                "product_id": self.odoo.id_of("product.product", code, "default_code"),
                "product_qty": quantity,
                "price_unit": 4,
                "name": code,
            }
            for code, quantity in basket
        ]
        usual = {"partner_id": self.odoo.id_of("res.partner", supplier), "order_line": [[0, 0, line] for line in lines]}
        made = self.odoo.call("purchase.order", "create", {**usual, **values})
        self.odoo.call("purchase.order", "button_confirm", [made])
        [row] = self.odoo.rows("purchase.order", [["id", "=", made]], "name")
        return Bought(made, row["name"], self.receipts(made)[0][0])

    def expected(self, *basket: tuple[str, float], **values: Any) -> Bought:
        """A purchase that the warehouse expects, and has said yes to."""
        bought = self.buy(*basket, **values)
        self.look()
        self.wms.accept("", advice=bought.advice)
        self.run()
        assert self.came(bought.advice) == "accepted"
        self.odoo.forget_calls()
        return bought

    def receive(self, advice: str, mode: str = "full", **script: object) -> dict[str, object]:
        """Goods come in at the warehouse, and Crossdock does what it can with it."""
        receipt = self.wms.receive(advice, mode, **script)
        self.run()
        return receipt

    def receipts(self, purchase: int) -> list[tuple[str, str]]:
        domain = [["purchase_id", "=", purchase]]
        return [(row["name"], row["state"]) for row in self.odoo.rows("stock.picking", domain, "name", "state")]

    def arrived(self, bought: Bought) -> dict[str, tuple[float, float, float]]:
        """What came in, by product: as Odoo, the warehouse and we see it."""
        lines = self.odoo.rows("purchase.order.line", [["order_id", "=", bought.id]], "product_id", "qty_received")
        odoo: defaultdict[str, float] = defaultdict(float)
        for row in lines:
            odoo[self.odoo.code_of(row["product_id"])] += row["qty_received"]
        wms: defaultdict[str, float] = defaultdict(float)
        for advice in self.wms.advices(bought.name):
            for receipt in advice["receipts"]:
                for line in receipt["lines"]:
                    wms[line["sku"].removeprefix("P-")] += float(line["quantity"])
        ours: defaultdict[str, float] = defaultdict(float)
        for event in StockEvent.objects.filter(document__parent__reference=bought.name, kind="received"):
            ours[event.sku] += float(event.quantity)
        return {sku: (odoo[sku], wms[sku], ours[sku]) for sku in sorted({*odoo, *wms, *ours})}

    def choose(self, code: str, choice: str) -> None:
        decisions.decide(self.case(code).pk, choice, SOMEBODY, "as agreed")
        self.run()

    @staticmethod
    def came(advice: str) -> str:
        return Document.objects.get(kind__in=["receipt", "return"], reference=advice).state

    def look(self) -> None:
        """One poll of Odoo, and all that follows from it."""
        sweep.start_polls("odoo_poll")
        self.run()

    def sweep(self) -> None:
        """A look at every open order."""
        sweep.start_polls("odoo_sweep")
        self.run()

    def run(self) -> None:
        """What the warehouse has sent arrives, and workers run until nothing is due."""
        ran = 1
        while ran:
            until(lambda: self.wms.pending() == 0)
            ran = sum(engine.run_lane(lane, HANDLERS, seconds=60) for lane in Lane)

    def later(self) -> None:
        """An hour passes: whatever waits for its time is due."""
        time_passes(3600)
        sweep.probe_breakers()
        self.run()

    def map(self, kind: str, odoo_code: str, partner_code: str, factor: str = "1", **more: Any) -> None:
        mappings.add(self.partner, kind, odoo_code, partner_code, factor=Decimal(factor), actor=SOMEBODY, **more)

    def set(self, **fields: object) -> None:
        """Changes the warehouse's policy."""
        Warehouse.objects.filter(pk=self.warehouse.pk).update(**fields)

    def pause_sending(self, *, paused: bool = True) -> None:
        """Work for the warehouse waits; its messages come in all the same."""
        Connection.objects.filter(pk=self.partner.pk).update(enabled=not paused)

    def line(self, sale: Sale, number: int = 0, **fields: object) -> dict[str, object]:
        """A line of a confirmation, as asked but for these fields."""
        [held] = [each for each in self.wms.books() if each["release"] == sale.release]
        asked = held["lines"][number]
        usual = {"line": asked["line"], "sku": asked["sku"], "quantity": asked["ordered"], "unit": asked["unit"]}
        return {**usual, **fields}

    def left(self, sale: Sale) -> dict[str, tuple[float, float, float]]:
        """What left, by product: as Odoo, the warehouse and we see it."""
        odoo = self.odoo.delivered(sale.id)
        wms = {sku.removeprefix("P-"): quantity for sku, quantity in self.wms.shipped(sale.name).items()}
        ours: defaultdict[str, float] = defaultdict(float)
        for event in StockEvent.objects.filter(document__parent__reference=sale.name):
            ours[event.sku] -= float(event.quantity)
        return {sku: (odoo.get(sku, 0), wms.get(sku, 0), ours[sku]) for sku in sorted({*odoo, *wms, *ours})}

    @staticmethod
    def state(release: str) -> str:
        return Document.objects.get(kind="delivery", reference=release).state

    @staticmethod
    def cases() -> list[tuple[str, str]]:
        """Code and words of the open cases."""
        rows = ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED).order_by("pk")
        return list(rows.values_list("code", "cause"))

    @staticmethod
    def case(code: str) -> ExceptionCase:
        return ExceptionCase.objects.get(code=code, state__in=ExceptionCase.UNRESOLVED)

    @staticmethod
    def retry(code: str) -> None:
        acts.retry_case(Yard.case(code).pk, SOMEBODY)

    @staticmethod
    def effects(verb: str) -> list[str]:
        return list(Effect.objects.filter(verb=verb).order_by("pk").values_list("state", flat=True))

    @staticmethod
    def unfinished() -> list[tuple[str, str]]:
        """Flow and state of every job that is not over."""
        rows = SyncJob.objects.filter(state__in=SyncJob.ACTIVE).order_by("pk")
        return list(rows.values_list("flow", "state"))
