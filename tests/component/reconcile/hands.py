"""The doors that differences are made by: both stand-ins', and Crossdock's own; what was done is written down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.models import F

from integration.handlers import HANDLERS
from integration.jobs import acts, engine, inventories
from integration.models import ExceptionCase, Lane, SyncJob
from tests.component.engine.yard import until
from tests.component.flows.shelves import SITE, Shelves
from tests.component.flows.yard import SOMEBODY, Sale

CASE = 12  # pieces in a case
FIRST, FEW = 960, 24  # what there is in the beginning: 80 cases, and 2 of what is reported wholly wrong
LOTS = ("LA", "LB", "LC")
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Truth:
    """What was done to one product, or one lot of it: by cause, how much more the warehouse has for it than Odoo.

    Nothing: it differs, and nobody could say why.
    """

    sku: str
    lot: str = ""
    causes: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class Hands:
    """``told``: by the warehouse's SKU, how it will report what it holds."""

    shelves: Shelves
    truths: list[Truth] = field(default_factory=list)
    told: dict[str, Callable[[Decimal], tuple[Decimal, str]]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    def _look(self) -> None:
        """The warehouse lists its stock as it counts it; Crossdock compares, and does nothing else."""
        pages = self.shelves.yard.wms.server.world.list_stock(SITE, number=f"S-{next(self.numbers)}")
        until(lambda: self.shelves.yard.wms.pending() == 0)
        for page in pages:
            body = page.model_dump(mode="json", exclude_none=True)
            body["lines"] = [line for each in body["lines"] if (line := self._as_told(each))]
            assert self.shelves.yard.wms.send("inventory.snapshot", body) < 300
        SyncJob.objects.filter(state__in=SyncJob.ACTIVE).update(created_at=F("created_at") - AN_HOUR)
        self._compare()
        inventories.start_reads()
        self._compare()
        read = SyncJob.objects.filter(flow__in=("inventory_read", "inventory_snapshot")).exclude(state="succeeded")
        assert not read.exists(), list(read.values_list("flow", "state", "failure_code", "failure_text"))

    @staticmethod
    def _compare() -> None:
        while engine.run_lane(Lane.INVENTORY, HANDLERS, seconds=300):
            pass

    def _as_told(self, line: dict[str, Any]) -> dict[str, Any]:
        if line["sku"] not in self.told:
            return line
        quantity, unit = self.told[line["sku"]](Decimal(line["on_hand"]))
        return {**line, "on_hand": format(quantity.normalize(), "f"), "unit": unit}

    def _released(self, skus: Sequence[str], quantity: int) -> Sale:
        return self.shelves.yard.released(*((sku, amount(sku, quantity)) for sku in skus))

    def _ship(self, skus: Sequence[str], *, asked: int, left: int, sale: Sale | None = None, **script: Any) -> None:
        sale = sale or self._released(skus, asked)
        [held] = [each for each in self.shelves.yard.wms.books() if each["release"] == sale.release]
        lines = [
            {
                "line": line["line"],
                "sku": line["sku"],
                "quantity": str(amount(line["sku"], left)),
                "unit": line["unit"],
            }
            for line in held["lines"]
        ]
        about = {"shipment": script.pop("number", ""), **script}
        self.shelves.yard.wms.ship(sale.release, lines=lines, **about)
        self.shelves.yard.run()

    def _say_shipped(self, skus: Sequence[str], quantity: int, number: str) -> None:
        """Past the warehouse's books."""
        lines = [{"sku": f"P-{sku}", "quantity": str(amount(sku, quantity)), "unit": "EA"} for sku in skus]
        about = {"shipment": number, "release": f"WH/OUT/{number}", "shipped_at": now(), "final": False}
        self.shelves.yard.wms.send("shipment.confirmed", {**about, "lines": lines})
        self.shelves.yard.run()

    def _say_adjusted(self, skus: Sequence[str], quantity: int, reason: str) -> None:
        lines = [{**self._line(sku, quantity, reason), "unit": "EA"} for sku in skus]
        about = {"adjustment": self._number("ADJ-ALONE"), "site": SITE, "adjusted_at": now()}
        self.shelves.yard.wms.send("inventory.adjusted", {**about, "lines": lines})
        self.shelves.yard.run()

    def _adjusted(
        self, goods: dict[str, list[str]], sorts: Sequence[tuple[str, str]], reason: str, quantity: int
    ) -> None:
        for sort, cause in sorts:
            for some in parts(goods.get(sort, []), 40):
                self.shelves.adjust(*(self._line(sku, quantity, reason) for sku in some))
                self._truths(some, cause, quantity)
        self.shelves.yard.run()

    @staticmethod
    def _line(sku: str, quantity: int, reason: str) -> dict[str, object]:
        return {"sku": f"P-{sku}", "quantity": str(amount(sku, quantity)), "reason": reason}

    @staticmethod
    def _silently(sku: str, quantity: int, lot: str = "") -> dict[str, Any]:
        return {"sku": f"P-{sku}", "lot": lot, "quantity": str(amount(sku, quantity))}

    def _fill(self, lines: Sequence[dict[str, Any]], *, both: bool = False) -> None:
        """``both``: Odoo hears of it in the same moment."""
        for some in parts(lines, 500):
            if both:
                done = [{"sku": line["sku"], "quantity": line["quantity"], "reason": "FOUND"} for line in some]
                self.shelves.adjust(*done)
                self.shelves.yard.run()
            else:
                self.shelves.yard.wms.control("stock", site=SITE, lines=some)

    def _number(self, kind: str) -> str:
        return f"{kind}-{next(self.numbers):05d}"

    def _ignore(self, code: str, reason: str) -> None:
        """One job may wait for several of them: they close together."""
        while case := self._open(code):
            acts.ignore_case(case.pk, SOMEBODY, reason)

    @staticmethod
    def _open(code: str) -> ExceptionCase | None:
        return ExceptionCase.objects.filter(code=code, state="open").order_by("pk").first()

    def _truths(self, skus: Sequence[str], cause: str, quantity: int) -> None:
        for sku in skus:
            self._truth(sku, cause, amount(sku, quantity))

    def _truth(self, sku: str, cause: str, quantity: int) -> None:
        known = next((truth for truth in self.truths if truth.sku == sku), None)
        if known is None:
            known = Truth(sku)
            self.truths.append(known)
        if quantity:
            known.causes[cause] = known.causes.get(cause, Decimal(0)) + quantity


def amount(sku: str, quantity: int) -> int:
    """A little more of some products than of others."""
    more = int(sku.rpartition("-")[2]) % 4
    return quantity + (more if quantity > 0 else -more)


def stocked(sku: str) -> int:
    return FEW if sku.startswith(("UNMAPPED-", "WRONG_UNIT-")) else FIRST


def whole_cases(held: Decimal) -> tuple[Decimal, str]:
    return held // CASE, "CS"


def parts(rows: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def now() -> str:
    return datetime.now(UTC).isoformat()
