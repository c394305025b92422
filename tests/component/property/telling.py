"""What the warehouse and the carrier may tell beside: how far an order is, substitutes, where a parcel is, proofs."""

from collections.abc import Iterator
from contextlib import suppress

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import rule

from integration.canonical.orders import OrderRelease, ReleaseLine
from tests.component.property.coming_back import ComingBack
from tests.component.property.machine import DEATHS, STOPS, WHICH, pick

STAGES = st.sampled_from(["picking", "picked", "packed"])
STATUSES = st.sampled_from(["in_transit", "out_for_delivery", "delivered", "delivered", "exception"])
COSTS = st.sampled_from([None, "4.50", "6.25"])
INSTEAD = ("CD-5020", "CD-5021", "CD-5015", "CD-5002", "CD-4012", "CD-4013", "CD-5004", "CD-4004")
NEWS = ("CD-5022", "CD-5023", "CD-5024", "CD-5026", "CD-5027")


class Telling(ComingBack):
    @rule(which=WHICH, stage=STAGES, short=st.booleans(), arrives=st.booleans(), dies=DEATHS)
    def progress(self, which: int, stage: str, short: bool, arrives: bool, dies: int | None) -> None:
        wanted = self._orders(["received", "accepted"])
        if wanted:
            release = pick(wanted, which).release
            self.depot.excuse(release.order, *NEWS, "CD-4012", "CD-4013")
            line = release.lines[0]
            missing = {line.line: "1"} if short and line.quantity > 1 else {}
            self.depot.wms.progress(release.release, stage, short=missing)
        if arrives:
            self.depot.all_arrive()
            self._work("", dies, 0)

    @rule(which=WHICH, final=st.booleans(), dies=DEATHS, stops=STOPS)
    def ship_instead(self, which: int, final: bool, dies: int | None, stops: int) -> None:
        """Gloves leave in the place of rope, as a rule permits; in the place of anything else a person decides."""
        open_ones = [(held.release, self._open_line(held.release)) for held in self._orders(["received", "accepted"])]
        wanted = [(release, line) for release, line in open_ones if line]
        if not wanted:
            return
        release, line = pick(wanted, which)
        self.depot.excuse(
            release.order, "CD-5020", "CD-5021", "CD-5015", "CD-5002", "CD-4012", "CD-4013", "CD-5004", "CD-4004"
        )
        instead = {"line": line.line, "sku": "P-GLOVE-M", "unit": line.unit, "quantity": "1", "substitute": True}
        self.depot.wms.ship(release.release, lines=[instead], final=final)
        self.depot.all_arrive()
        self._work("", dies, stops)

    def _open_line(self, release: OrderRelease) -> ReleaseLine | None:
        orders = self.depot.wms.server.world.orders
        open_ones = [line for line in release.lines if orders.open_quantity(release.release, line) >= 1]
        return next((line for line in open_ones if line.unit == "EA" and line.tracking == "none"), None)

    @rule(which=WHICH, status=STATUSES, cost=COSTS, proof=st.booleans(), dies=DEATHS, stops=STOPS)
    def track(self, which: int, status: str, cost: str | None, proof: bool, dies: int | None, stops: int) -> None:
        shipments = self._left_or_sold()
        if shipments:
            shipment = pick(shipments, which)
            order = self.depot.wms.server.world.orders.held[shipment.release].release.order
            self.depot.excuse(order, *NEWS)
            freight = {"freight": {"amount": cost, "currency": "USD"}} if cost and status != "delivered" else {}
            with suppress(httpx.HTTPStatusError):  # it has no parcel
                self.depot.wms.track(shipment.shipment, status, proof=proof, **freight)
                self.depot.freight |= {shipment.shipment: cost} if freight else {}
        self.depot.all_arrive()
        self._work("", dies, stops)

    def _wrong_news(self) -> Iterator[str]:
        """Nothing that we told Odoo beside is there twice."""
        for sale in self.depot.sales:
            for what in (self.depot.odoo.notes(sale.id), [name for name, _ in self.depot.odoo.files(sale.id)]):
                yield from (f"{sale.name}: twice in Odoo: {one}" for one in set(what) if what.count(one) > 1)
        stopped = self._stopped()
        for shipment in self._left_to_customers():
            order = self.depot.wms.server.world.orders.held[shipment.release].release.order
            cost = self.depot.freight.get(shipment.shipment)
            if cost and order not in stopped:
                yield from self._wrong_freight(shipment.shipment, order, float(cost))

    def _wrong_freight(self, number: str, order: str, cost: float) -> Iterator[str]:
        rows = self.depot.odoo.rows(
            "stock.picking", [["sale_id.name", "=", order], ["state", "=", "done"]], "note", "carrier_price"
        )
        found = [row["carrier_price"] for row in rows if f"/{number} on transfer {row['id']}," in (row["note"] or "")]
        if found != [cost]:
            yield f"{number}: the parcel cost {cost}, and Odoo says {found}"
