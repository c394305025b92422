"""What may happen to master data: products change in Odoo, are read, told, refused, and read again as a whole."""

from collections.abc import Iterator

from hypothesis import strategies as st
from hypothesis.stateful import rule

from integration.jobs import sweep
from integration.models import MasterTold
from tests.component.property.depot import mapping_of
from tests.component.property.machine import DEATHS, Machine

TOLD = ("CRATE-S", "CRATE-M", "DRILL")
READS = st.sampled_from(["master_poll", "master_poll", "master_sweep"])
GAPS = ("CD-3010", "CD-3011", "CD-3013")  # refused, and the demo's products that nobody has mapped


class Catalogue(Machine):
    @rule(code=st.sampled_from(TOLD), weight=st.integers(1, 9), read=READS, dies=DEATHS)
    def product_changes(self, code: str, weight: int, read: str, dies: int | None) -> None:
        self.depot.excuse("", *GAPS)
        product = self.depot.odoo.id_of("product.product", code, "default_code")
        self.depot.odoo.call("product.product", "write", [product], {"weight": weight})
        self.depot.weights[code] = weight
        with self.depot.death.after(dies):
            sweep.start_masters(read)
            self.depot.run()

    @rule(code=st.sampled_from(TOLD), refuses=st.booleans())
    def warehouse_refuses(self, code: str, refuses: bool) -> None:
        """A record, until it does so no more."""
        world = self.depot.wms.server.world.master
        world.refuses = {f"P-{code}": "too heavy"} if refuses else {}

    def _read_master(self) -> None:
        self.depot.wms.server.world.master.refuses = {}
        for code in self.depot.weights:  # a refused record goes out again when it changes
            self.product_changed_last(code)
        sweep.start_masters("master_poll")
        self.depot.run()

    def product_changed_last(self, code: str) -> None:
        product = self.depot.odoo.id_of("product.product", code, "default_code")
        self.depot.weights[code] += 1
        self.depot.odoo.call("product.product", "write", [product], {"weight": self.depot.weights[code]})

    def _wrong_master(self) -> Iterator[str]:
        """What Odoo says of a product is what the warehouse knows."""
        records = self.depot.wms.server.world.master.records.values()
        known = {record.code: record for record in records}
        for code, weight in self.depot.weights.items():
            mapping = mapping_of(code)
            if mapping is None:
                continue
            record = known.get(mapping.partner_code)
            if record is None or float(record.weight or 0) != weight:
                yield f"{code} weighs {weight} in Odoo, and the warehouse knows {record}"
        yield from (f"{row} is {row.state}" for row in MasterTold.objects.exclude(state__in=["taken", "gone"]))
