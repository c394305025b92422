"""Operation types and warehouses, and what is to know of places."""

from __future__ import annotations

from typing import Any

from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import serves

# Operation types of a warehouse: column, name, code, sequence code.
TYPES = (
    ("in_type_id", "Receipts", "incoming", "IN"),
    ("out_type_id", "Delivery Orders", "outgoing", "OUT"),
    ("pick_type_id", "Pick", "internal", "PICK"),
    ("pack_type_id", "Pack", "internal", "PACK"),
    ("int_type_id", "Internal Transfers", "internal", "INT"),
)
RETURNS = ("return_type_id", "Returns", "incoming", "IN")
# Its places: column, name, shown without further steps.
PLACES = (
    ("lot_stock_id", "Stock", True),
    ("wh_input_stock_loc_id", "Input", False),
    ("wh_qc_stock_loc_id", "Quality Control", False),
    ("wh_output_stock_loc_id", "Output", False),
    ("wh_pack_stock_loc_id", "Packing Zone", False),
)
# Name, usage, below.
OF_COMPANY = (
    ("Inter-warehouse transit", "transit", "Physical Locations"),
    ("Inventory adjustment", "inventory", "Virtual Locations"),
    ("Scrap", "inventory", "Virtual Locations"),
)
BYPASSING = ("supplier", "customer", "inventory", "production")


def bypasses_reservation(location: Record) -> bool:
    """Goods are taken from there without being reserved."""
    shared = location.usage == "transit" and not location.company_id
    return location.usage in BYPASSING or bool(location.scrap_location) or shared


def ends_of(kind: Record) -> tuple[Record, Record]:
    """From where to where an operation type moves; before 18 vendors and customers are implied."""
    source = kind.default_location_src_id or special_place(kind.env, "supplier")
    target = kind.default_location_dest_id or special_place(kind.env, "customer")
    return source, target


def prefix_of(kind: Record) -> str:
    """What the numbers of a type's transfers begin with. 16 counts its returns apart."""
    warehouse = kind.warehouse_id
    returns = not kind.env.traits.picked and kind == warehouse.return_type_id
    return f"{warehouse.code}/{'RET' if returns else kind.sequence_code}"


def is_inside(location: Record, above: Record) -> bool:
    while location:
        if location == above:
            return True
        location = location.location_id
    return False


def special_place(env: Any, usage: str) -> Record:
    """The vendors' or the customers' place."""
    return env.first("stock.location", ["usage", "=", usage])  # type: ignore[no-any-return]


def loss_place(company: Record) -> Record:
    """Where a company's inventory differences go."""
    own: Record = company.env.first(
        "stock.location", ["usage", "=", "inventory"], ["company_id", "in", [company.id, False]]
    )
    return own


def plant_places(company: Record) -> None:
    """What a company has of its own: made with it; those of the first are made with the database."""
    env = company.env
    for name, usage, parent in OF_COMPANY:
        above = env.first("stock.location", ["name", "=", parent])
        values = {"name": name, "usage": usage, "location_id": above.id, "company_id": company.id}
        if name != "Scrap" or env.traits.number <= 18:
            made = env.browse("stock.location", env.model("stock.location").create_all([values])[0])
            made.put(active=usage != "transit", **({"scrap_location": True} if name == "Scrap" else {}))


@serves("stock.picking.type")
class OperationType(Model):
    """A kind of transfer."""

    def label(self, record: Record) -> str:
        return f"{record.warehouse_id.name}: {record.name}" if record.warehouse_id else str(record.name)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        incoming = values.get("code") == "incoming"
        return {
            "active": True,
            "company_id": self.env.company.id,
            "create_backorder": "ask",
            "reservation_method": "at_confirm",
            "move_type": "direct",
            "use_create_lots": incoming,
            "use_existing_lots": not incoming,
            "sequence": 1,
        }


@serves("stock.warehouse")
class Warehouse(Model):
    """A warehouse with its places and operation types."""

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            "active": True,
            "company_id": self.env.company.id,
            "partner_id": self.env.company.partner_id.id,
            "delivery_steps": "ship_only",
            "reception_steps": "one_step",
            "sequence": 10,
        }

    def created(self, record: Record, values: dict[str, Any]) -> None:
        top = self.env.first("stock.location", ["name", "=", "Physical Locations"])
        view = self._place(record.code, "view", top, record.company_id)
        record.put(view_location_id=view)
        for column, name, always in PLACES:
            place = self._place(name, "internal", self.env.browse("stock.location", view), record.company_id)
            record.put(**{column: place})
            self.env.put("stock.location", place, {"active": always})
        dash = "" if self.env.traits.next_step_only else "-"
        record.lot_stock_id.put(barcode=f"{record.code}{dash}STOCK", replenish_location=True)
        for column, name, code, short in TYPES if self.env.traits.picked else (*TYPES, RETURNS):
            record.put(**{column: self._type(record, name, code, short)})
        self._arrange(record)

    def written(self, records: list[Record], values: dict[str, Any]) -> None:
        for record in records:
            self._arrange(record)

    def _place(self, name: str, usage: str, parent: Record, company: Record) -> int:
        values = {"name": name, "usage": usage, "location_id": parent.id, "company_id": company.id}
        return self.env.model("stock.location").create_all([values])[0]

    def _type(self, warehouse: Record, name: str, code: str, short: str) -> int:
        values = {"name": name, "code": code, "sequence_code": short, "warehouse_id": warehouse.id}
        values["company_id"] = warehouse.company_id.id
        return self.env.model("stock.picking.type").create_all([values])[0]

    def _arrange(self, warehouse: Record) -> None:
        """Set places and activity as the delivery steps need them."""
        steps = warehouse.delivery_steps
        stock, output, packing = (
            warehouse.lot_stock_id,
            warehouse.wh_output_stock_loc_id,
            warehouse.wh_pack_stock_loc_id,
        )
        named = self.env.traits.next_step_only
        vendors = special_place(self.env, "supplier") if named else self.env.browse("stock.location", 0)
        customers = special_place(self.env, "customer") if named else vendors
        ways = {
            "in_type_id": (vendors, stock),
            "out_type_id": (stock if steps == "ship_only" else output, customers),
            "pick_type_id": (stock, packing if steps == "pick_pack_ship" else output),
            "pack_type_id": (packing, output),
            "int_type_id": (stock, stock),
        }
        for column, (source, target) in ways.items():
            getattr(warehouse, column).put(default_location_src_id=source, default_location_dest_id=target)
        output.put(active=steps != "ship_only")
        packing.put(active=steps == "pick_pack_ship")
        warehouse.pick_type_id.put(active=steps != "ship_only")
        warehouse.pack_type_id.put(active=steps == "pick_pack_ship")
        warehouse.in_type_id.put(return_picking_type_id=warehouse.out_type_id)
        back = warehouse.in_type_id if self.env.traits.picked else warehouse.return_type_id
        warehouse.out_type_id.put(return_picking_type_id=back)
        if not self.env.traits.picked:
            back.put(default_location_dest_id=stock, use_create_lots=False, use_existing_lots=True)
