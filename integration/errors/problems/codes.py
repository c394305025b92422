"""CD-3xxx: Codes without a counterpart."""

from integration.errors.problem import Owner, Problem, Severity

PROBLEMS: dict[str, Problem] = {
    "CD-3001": Problem(
        "Product not mapped",
        "Odoo product {code} has no SKU at {partner}.",
        "Add a product mapping for {code}. Every order that waits for it then goes out by itself.",
        ("scope", "code"),
        Owner.MASTER_DATA,
        Severity.HIGH,
    ),
    "CD-3002": Problem(
        "Unknown SKU from the warehouse",
        "{partner} shipped SKU {code}, which is mapped to no Odoo product.",
        "Add a product mapping from {code} to the Odoo product; tick Alias if the warehouse has another code for it too. The shipment then posts by itself.",
        ("scope", "code"),
        Owner.MASTER_DATA,
        Severity.HIGH,
    ),
    "CD-3003": Problem(
        "Unit not mapped",
        "Odoo unit {code} has no unit code at {partner}.",
        "Add a unit mapping for {code} with its factor.",
        ("scope", "code"),
        Owner.MASTER_DATA,
        Severity.HIGH,
    ),
    "CD-3004": Problem(
        "Unknown unit from the warehouse",
        "{partner} reported quantities in {code}, which is mapped to no Odoo unit.",
        "Add a unit mapping for {code} with its factor; tick Alias if the warehouse has another code for the Odoo unit too.",
        ("scope", "code"),
        Owner.MASTER_DATA,
        Severity.HIGH,
    ),
    "CD-3005": Problem(
        "Carrier not mapped",
        "Odoo delivery method {code} has no carrier code at {partner}.",
        "Add a carrier mapping for {code}.",
        ("scope", "code"),
        Owner.MASTER_DATA,
        Severity.HIGH,
    ),
    "CD-3006": Problem(
        "Unknown carrier from the warehouse",
        "{partner} shipped with carrier {code}, which is mapped to no Odoo delivery method.",
        "Add a carrier mapping from {code} to the Odoo delivery method; tick Alias if the warehouse has another code for it too. The shipment then posts by itself.",
        ("scope", "code"),
        Owner.MASTER_DATA,
        Severity.HIGH,
    ),
    "CD-3007": Problem(
        "Product without a code",
        "Product {product} on order {order} has no internal reference in Odoo.",
        "Give the product an internal reference in Odoo; the order is looked at again by itself.",
        ("connection", "product_id"),
        Owner.MASTER_DATA,
        Severity.HIGH,
        heals=True,
    ),
}
