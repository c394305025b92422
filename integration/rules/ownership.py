"""Who says what: the table of every field that both sides know, and what a write from the other side comes to.

A warehouse writes by its messages. What it says there of a field that is Odoo's is in no document of the contract, so
it is met as a field that the contract does not know: it is left out, the rest of the message is taken, and a case says
so. People write in Odoo itself, what they write there of a field of the warehouse's is met when the two sides are
compared, under the code that the row names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    ODOO = "Odoo"
    WAREHOUSE = "the warehouse"


class Entity(StrEnum):
    PRODUCT = "product"
    PARTNER = "customer or supplier"
    ORDER = "order"
    PURCHASE = "purchase"
    DELIVERY = "delivery"
    RECEIPT = "receipt"
    RETURN = "return"
    STOCK = "stock"
    BOOKS = "invoice or bill"


@dataclass(frozen=True, slots=True)
class Field:
    """``words``: how a message may call it. ``code``: the case that a write from the other side becomes."""

    entity: Entity
    name: str
    owner: Owner
    code: str
    words: tuple[str, ...] = ()


FOREIGN = "CD-6006"


def _odoo(entity: Entity, name: str, *words: str) -> Field:
    return Field(entity, name, Owner.ODOO, FOREIGN, words)


def _warehouse(entity: Entity, name: str, code: str) -> Field:
    return Field(entity, name, Owner.WAREHOUSE, code)


OWNERSHIP: tuple[Field, ...] = (
    _odoo(Entity.PRODUCT, "name", "description", "item_name", "product_name"),
    _odoo(Entity.PRODUCT, "barcode", "barcode", "barcodes", "ean", "gtin", "upc"),
    _odoo(Entity.PRODUCT, "weight and size", "weight", "volume", "length", "width", "height", "dimensions"),
    _odoo(Entity.PRODUCT, "kind of numbers", "tracking", "tracking_type"),
    _odoo(Entity.PRODUCT, "cost", "cost", "unit_cost", "standard_price"),
    _odoo(Entity.PARTNER, "name and address", "address", "ship_to", "bill_to", "customer", "customer_name", "supplier"),
    _odoo(Entity.PARTNER, "phone and e-mail", "phone", "email"),
    _odoo(Entity.ORDER, "ordered quantity", "ordered", "ordered_quantity", "quantity_ordered"),
    _odoo(Entity.ORDER, "date", "ship_by", "requested_date", "due_date"),
    _odoo(Entity.ORDER, "customer's number", "customer_reference", "po_number"),
    _odoo(Entity.ORDER, "priority and notes", "priority", "ship_complete"),
    _odoo(Entity.PURCHASE, "expected date", "expected_at", "expected_date"),
    _odoo(Entity.BOOKS, "price and discount", "price", "unit_price", "price_unit", "discount", "total", "amount"),
    _odoo(Entity.BOOKS, "tax and currency", "tax", "taxes", "currency"),
    _warehouse(Entity.DELIVERY, "what left", "CD-5007"),
    _warehouse(Entity.DELIVERY, "tracking number", "CD-5029"),
    _warehouse(Entity.RECEIPT, "what came in", "CD-7011"),
    _warehouse(Entity.RETURN, "what came back", "CD-7011"),
    _warehouse(Entity.STOCK, "quantity, place and condition", "CD-8020"),
)
_BY_WORD: Mapping[str, Field] = {word: field for field in OWNERSHIP for word in field.words}
_CODES: Mapping[tuple[Entity, str], str] = {(field.entity, field.name): field.code for field in OWNERSHIP}


@dataclass(frozen=True, slots=True)
class Foreign:
    """``path``: where the message says it, without the places in lists."""

    path: str
    field: Field


def foreign(drift: Iterable[str]) -> list[Foreign]:
    """Of the fields that the contract does not know, those that are Odoo's to say; each once."""
    found: dict[str, Field] = {}
    for path in drift:
        steps = [step for step in path.split(".") if not step.isdigit()]
        if field := _BY_WORD.get(steps[-1].lower()) if steps else None:
            found[".".join(steps)] = field
    return [Foreign(path, field) for path, field in sorted(found.items())]


def code_of(entity: Entity, name: str) -> str:
    """The case that a person's write in Odoo becomes."""
    return _CODES[entity, name]
