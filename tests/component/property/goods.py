"""What is sold beside whole pieces: cable by weight, and eggs: by the dozen in Odoo, by the piece in the warehouse."""

from decimal import Decimal

from integration.models import BusinessRule, CodeMapping, Connection
from tests.component.flows.odoo import Odoo

Item = tuple[str, float] | tuple[str, float, str]  # Odoo's code, quantity, and the unit of the order's line
CABLE, EGGS = "CABLE", "EGGS"
UNIT = {CABLE: "kg", EGGS: "Dozens"}  # the product's own; pieces are Units
SIZES = {"kg": Decimal(1), "g": Decimal("0.001"), "Units": Decimal(1), "Dozens": Decimal(12)}
HALF_A_STEP = Decimal("0.005")  # Odoo counts every unit by 0.01
PIECES = {EGGS: 12}  # the warehouse's units in one of Odoo's
HEAVIER = Decimal("0.5")  # so much more cable may leave than was ordered


def make(odoo: Odoo) -> None:
    for code, unit in UNIT.items():
        kind = odoo.id_of("uom.uom", unit)
        own = {"uom_id": kind} if odoo.version >= 18 else {"uom_id": kind, "uom_po_id": kind}
        odoo.product(code, stock=500, **own)


def permit(partner: Connection) -> None:
    """By the partner's codes and our rules."""
    for code in UNIT:
        CodeMapping.objects.create(partner=partner, kind="product", odoo_code=code, partner_code=f"P-{code}", factor=1)
    CodeMapping.objects.create(partner=partner, kind="unit", odoo_code="kg", partner_code="KGM", factor=1)
    BusinessRule.objects.create(kind="allow_fraction", sku=CABLE)
    BusinessRule.objects.create(kind="over_units", sku=CABLE, value=HEAVIER)


def line(odoo: Odoo, item: Item) -> dict[str, object]:
    """Of an order, as a person enters it."""
    code, quantity, *unit = item
    asked = {"product_id": odoo.id_of("product.product", code, "default_code"), "product_uom_qty": quantity}
    return {**asked, unit_field(odoo): odoo.id_of("uom.uom", unit[0])} if unit else asked


def unit_field(odoo: Odoo) -> str:
    return "product_uom_id" if odoo.version >= 19 else "product_uom"


def in_product_unit(quantity: Decimal, unit: str, code: str) -> Decimal:
    return quantity * SIZES[unit] / SIZES[UNIT.get(code, "Units")]


def in_odoo_unit(quantity: Decimal, code: str) -> Decimal:
    """What the warehouse counts."""
    return quantity / PIECES.get(code, 1)
