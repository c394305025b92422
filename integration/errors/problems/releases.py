"""CD-4xxx: Releasing an order."""

from integration.errors.problem import Owner, Problem, Severity

PROBLEMS: dict[str, Problem] = {
    "CD-4001": Problem(
        "Address incomplete",
        "The delivery address of order {order} lacks {missing}.",
        "Complete the address in Odoo; the order is looked at again by itself.",
        ("connection", "order"),
        heals=True,
    ),
    "CD-4002": Problem(
        "Fraction of a piece",
        "Order {order}: {quantity} {unit} of {sku} is not a whole number of {partner_unit}.",
        "Correct the quantity in Odoo, or add a rule that allows fractions of this product.",
        ("connection", "order", "sku"),
        heals=True,
    ),
    "CD-4003": Problem(
        "Held by Odoo",
        "Order {order} is on hold in Odoo: {reason}.",
        "Clear the hold in Odoo; the order is then released by itself.",
        ("connection", "order"),
        heals=True,
    ),
    "CD-4004": Problem(
        "Changed after release",
        "Order {order} was changed in Odoo after {release} had been released to {partner}: {difference}.",
        "Tell the warehouse, or undo the change in Odoo. The case closes by itself when both sides agree again, or when the goods left as changed.",
        ("connection", "release"),
        severity=Severity.HIGH,
    ),
    "CD-4005": Problem(
        "Cancelled after release",
        "{release} of order {order} was cancelled in Odoo after it had been released to {partner}.",
        "Call the warehouse. When it has stopped it, press Resolve. Goods that have left come back as a return.",
        ("connection", "release"),
        severity=Severity.HIGH,
    ),
    "CD-4006": Problem(
        "Release refused by the warehouse",
        "{partner} refused {release} of order {order}: {reason}.",
        "Mend what it names, then press Retry now: the order is released again.",
        ("connection", "release"),
        Owner.WAREHOUSE,
        Severity.HIGH,
    ),
    "CD-4007": Problem(
        "No acknowledgement",
        "{partner} has not acknowledged {release}, sent {sent_at}; it was due {due_at}.",
        "Ask the warehouse whether it has the order. It has it: press Resolve. If not, press Retry now to send it again under the same number.",
        ("connection", "release"),
        Owner.WAREHOUSE,
        Severity.HIGH,
    ),
    "CD-4008": Problem(
        "Refused by the partner's system",
        "{connection} refused {document} ({status}): {detail}.",
        "Mend what it names on the side that is wrong, then press Retry now.",
        ("connection", "document"),
        severity=Severity.HIGH,
    ),
    "CD-4009": Problem(
        "Answer to an unknown release",
        "{partner} answered ({answer}) to {named}, which was never released to it.",
        "Ask the warehouse which order or version it means, then press Ignore: the answer stays readable under Received.",
        ("connection", "release"),
        Owner.WAREHOUSE,
    ),
    "CD-4010": Problem(
        "Order cannot be read",
        "Order {order_id} in {connection} holds something that we cannot make sense of: {detail}.",
        "Look at what it names in Odoo and mend it there; the case closes by itself. If Odoo is right, report it.",
        ("connection", "order_id"),
        severity=Severity.HIGH,
    ),
    "CD-4011": Problem(
        "Delivery number used twice",
        "{release} of order {order} is not released: {partner} has another delivery with this number.",
        "Give the operation types of the two companies or warehouses different prefixes in Odoo, and make this delivery anew.",
        ("connection", "release", "order"),
        Owner.ADMINISTRATOR,
        Severity.HIGH,
    ),
}
