"""Master data, as Odoo has it and as a warehouse is told it: what the documents' codes stand for.

The gateway gives ``code`` and ``unit`` in Odoo's words, a batch in the warehouse's. ``id`` is Odoo's and names a
record for good, whatever happens to its code.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from integration.canonical.base import Address, Amount, Moment, Part, Reference, Text, Tracking

MasterKind = Literal["item", "customer", "supplier", "place", "lot", "unit", "carrier", "site"]


class Owned(Part):
    """``company``: Odoo's id of the one that the record belongs to; None: it is everyone's. No warehouse is told it."""

    company: Annotated[SkipJsonSchema[int | None], Field(exclude=True)] = None


class Packaging(Part):
    """So many of the item's unit in one box."""

    name: Text = ""
    barcode: Text = ""
    quantity: Amount


class Component(Part):
    """So much of another item in one kit."""

    code: Text
    quantity: Amount
    unit: Text = ""


class Item(Owned):
    """A product. ``components``: it is a kit, which ships as these. ``expires``: its lots have an expiry date."""

    id: int
    code: Text
    name: Text = ""
    active: bool = True
    barcode: Text = ""
    unit: Text = ""
    weight: Amount = Decimal(0)
    weight_unit: Text = ""
    volume: Amount = Decimal(0)
    volume_unit: Text = ""
    tracking: Tracking = "none"
    expires: bool = False
    packagings: tuple[Packaging, ...] = ()
    components: tuple[Component, ...] = ()


class Party(Owned):
    """A customer or supplier, or one of its addresses. ``parent``: the id of whose address it is."""

    id: int
    code: Text
    active: bool = True
    parent: int | None = None
    address: Address = Address()


class Place(Owned):
    """A bin, or a part of a warehouse. ``site``: the warehouse."""

    id: int
    code: Text
    active: bool = True
    barcode: Text = ""
    site: Text = ""
    usage: Text = ""


class Lot(Owned):
    """A lot or serial number of an item."""

    id: int
    code: Text
    active: bool = True
    item: Text = ""
    expires_on: date | None = None


class Unit(Owned):
    """``factor``: so many of its ``base`` unit."""

    id: int
    code: Text
    active: bool = True
    factor: Amount = Decimal(1)
    base: Text = ""


class Method(Owned):
    """A carrier: Odoo's delivery method."""

    id: int
    code: Text
    active: bool = True


class Site(Owned):
    """A warehouse."""

    id: int
    code: Text
    name: Text = ""
    active: bool = True


Record = Item | Party | Place | Lot | Unit | Method | Site
RECORDS: Mapping[str, type[Record]] = {
    "item": Item,
    "customer": Party,
    "supplier": Party,
    "place": Place,
    "lot": Lot,
    "unit": Unit,
    "carrier": Method,
    "site": Site,
}
KINDS = tuple(RECORDS)


class Written(Part):
    """One row that was written in Odoo, and the records that say something else because of it."""

    id: int
    written_at: Moment
    records: tuple[int, ...] = ()


class MasterBatch(Part):
    """What changed of one kind since the last batch. ``batch`` counts a kind's batches, ``system`` has the ids."""

    kind: MasterKind
    batch: Annotated[int, Field(ge=1)]
    system: Reference
    items: tuple[Item, ...] = ()
    parties: tuple[Party, ...] = ()
    places: tuple[Place, ...] = ()
    lots: tuple[Lot, ...] = ()
    units: tuple[Unit, ...] = ()
    carriers: tuple[Method, ...] = ()
    sites: tuple[Site, ...] = ()


FIELDS: Mapping[type[Record], str] = {
    Item: "items",
    Party: "parties",
    Place: "places",
    Lot: "lots",
    Unit: "units",
    Method: "carriers",
    Site: "sites",
}


class WarehouseItem(Part):
    """What the warehouse itself says of a SKU, to find out which product of Odoo's it is."""

    sku: Reference
    name: Text = ""
    barcodes: tuple[Reference, ...] = ()
    active: bool = True
