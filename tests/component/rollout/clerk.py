"""A person at two screens: keys Odoo's deliveries into the warehouse, and what the warehouse did into Odoo.

Knows both systems by their own doors alone, and nothing of Crossdock.
"""

from dataclasses import dataclass, field
from typing import Any

import httpx

from integration.canonical.orders import OrderRelease
from integration.canonical.receipts import ReceiptAdvice
from tests.component.flows.odoo import UNASKED, Odoo
from tests.component.flows.wms import Wms

Said = dict[str, float]  # by Odoo's code


@dataclass
class Clerk:
    odoo: Odoo
    wms: Wms
    codes: dict[str, str] = field(default_factory=dict)  # the warehouse's, where they are not P- and ours
    keyed: int = 0

    def tells(self, release: str, site: str = "NORTH", **instead: float) -> None:
        """Keys a delivery into the warehouse. ``instead``: quantities that are keyed wrongly, by code with _ for -."""
        [order] = self.odoo.rows("stock.picking", [["name", "=", release]], "origin")
        about = {"release": release, "version": 1, "order": order["origin"] or release, "site": site, "ship_to": {}}
        wanted = OrderRelease.model_validate({**about, "lines": self._lines(release, instead)})
        self._taken(self.wms.server.world.orders.take(wanted, self._key(release)))

    def expects(self, advice: str, site: str, kind: str = "transfer", **instead: float) -> None:
        """Keys into the warehouse what is to come in."""
        about = {"advice": advice, "version": 1, "kind": kind, "order": advice, "site": site}
        wanted = ReceiptAdvice.model_validate({**about, "lines": self._lines(advice, instead)})
        self._taken(self.wms.server.world.orders.advices.take(wanted, self._key(advice)))

    def ships(self, release: str, *, tracking: str = "", lots: dict[str, str] | None = None, **instead: float) -> None:
        """Books a delivery as done in Odoo. A code with 0 is left out."""
        [picking] = self.odoo.rows("stock.picking", [["name", "=", release]], "name")
        for move, code, asked in self._asked(release):
            self._done(move, _slip(instead, code, asked), (lots or {}).get(code))
        if tracking:
            self.odoo.call("stock.picking", "write", [picking["id"]], {"carrier_tracking_ref": tracking})
        self.odoo.call("stock.picking", "button_validate", [picking["id"]], context=UNASKED)

    takes_in = ships

    def changes(self, code: str, quantity: float, lot: str = "") -> None:
        """Corrects the stock of a product in Odoo to this quantity."""
        product = self.odoo.id_of("product.product", code, "default_code")
        domain: list[Any] = [["product_id", "=", product], ["location_id.usage", "=", "internal"]]
        domain += [["lot_id.name", "=", lot]] if lot else []
        [quant] = self.odoo.rows("stock.quant", domain, "quantity")
        count = {"inventory_quantity": quantity}
        self.odoo.call("stock.quant", "write", [quant["id"]], count, context={"inventory_mode": True})
        self.odoo.call("stock.quant", "action_apply_inventory", [quant["id"]])

    def _sku(self, code: str) -> str:
        return self.codes.get(code, f"P-{code}")

    def _asked(self, release: str) -> list[tuple[int, str, float]]:
        [picking] = self.odoo.rows("stock.picking", [["name", "=", release]], "name")
        moves = self.odoo.rows("stock.move", [["picking_id", "=", picking["id"]]], "product_id", "product_uom_qty")
        return [(row["id"], self.odoo.code_of(row["product_id"]), row["product_uom_qty"]) for row in moves]

    def _done(self, move: int, quantity: float, lot: str | None) -> None:
        lines = self.odoo.rows("stock.move.line", [["move_id", "=", move]], "lot_id", "product_id")
        if lot is not None and lines:
            found = self.odoo.rows("stock.lot", [["name", "=", lot]], "name")
            self.odoo.call(
                "stock.move.line", "write", [lines[0]["id"]], {"lot_id": found[0]["id"], "quantity": quantity}
            )
            self.odoo.call("stock.move", "write", [move], {"picked": True})
        else:
            self.odoo.call("stock.move", "write", [move], {"quantity": quantity, "picked": True})

    def _lines(self, reference: str, instead: Said) -> list[dict[str, str]]:
        return [
            {"line": str(place), "sku": self._sku(code), "quantity": str(_slip(instead, code, asked)), "unit": "EA"}
            for place, (_, code, asked) in enumerate(self._asked(reference), 1)
        ]

    def _key(self, reference: str) -> str:
        self.keyed += 1
        return f"keyed by hand {reference} {self.keyed}"

    @staticmethod
    def _taken(answer: Any) -> None:
        assert answer[0][0] == httpx.codes.ACCEPTED, answer


def _slip(instead: Said, code: str, asked: float) -> float:
    return instead.get(code.replace("-", "_"), asked)
