"""CD-502x, CD-503x: Before and after a shipment: picking, substitutes, parcels, freight and proofs."""

from integration.errors.problem import Owner, Problem, Severity

PROBLEMS: dict[str, Problem] = {
    "CD-5020": Problem(
        "Another product was shipped",
        "Shipment {shipment} of {release} holds {quantity} of {sku}. No rule allows it.",
        "If the customer takes it, press Accept: Odoo's order gets a line for it at the price of what was ordered, and that is ordered so much less. Press Refuse if not: nothing is posted, and the warehouse has to bring it back and confirm anew. A business rule (another product may go in its place) lets it through by itself.",
        ("connection", "shipment", "sku"),
        severity=Severity.HIGH,
        heals=True,
    ),
    "CD-5021": Problem(
        "Substitute cannot be booked",
        "Shipment {shipment} holds {quantity} of {substitute} in place of {sku} on {order}: {detail}.",
        "Mend what is named in Odoo, then press Retry now. Or book it by hand: change the order, validate its delivery, and press Done by hand.",
        ("connection", "shipment", "sku", "substitute"),
        severity=Severity.HIGH,
    ),
    "CD-5022": Problem(
        "News of an unknown order",
        "{partner} sent {type} for {release}, which was never released to it.",
        "Ask the warehouse for the right number, then press Done by hand: it ends this message. If the order is released later, the message counts by itself.",
        ("connection", "type", "release"),
        Owner.WAREHOUSE,
        Severity.LOW,
        heals=True,
    ),
    "CD-5023": Problem(
        "Parcel held up",
        "Parcel {number} of shipment {shipment} ({release}): {detail}.",
        "Ask the carrier or the warehouse what happened, and tell the customer. The case closes when the parcel moves on; a parcel that comes back is booked as a return.",
        ("connection", "shipment", "number"),
        Owner.WAREHOUSE,
    ),
    "CD-5024": Problem(
        "Short pick",
        "{partner} will not find all of {release}: {detail}.",
        "Decide before it ships: find other stock, agree on a substitute, or tell the customer. The case closes when the shipment comes.",
        ("connection", "release"),
        Owner.OPERATIONS,
    ),
    "CD-5025": Problem(
        "Freight in another currency",
        "Freight of shipment {shipment} on {picking} is {amount}; Odoo keeps it in {company_currency}.",
        "It is kept here and converted by nobody. Enter it on {picking} in Odoo if it is wanted there, then press Resolve. To have a note in Odoo instead of this case, change the warehouse's setting for foreign freight.",
        ("connection", "shipment"),
        severity=Severity.LOW,
    ),
    "CD-5026": Problem(
        "Parcel of a shipment that is not here",
        "{partner} sent news of a parcel of shipment {shipment} ({release}), which is not booked in Odoo.",
        "The shipment may have a case of its own: clear that one; if it was booked by hand, press Done by hand here too. Else ask the warehouse to confirm the shipment; what is known of the parcel is then written to Odoo by itself.",
        ("connection", "release", "shipment"),
        Owner.WAREHOUSE,
        heals=True,
    ),
    "CD-5027": Problem(
        "Progress that cannot be counted",
        "{partner} reports progress of {release} in quantities that are no exact quantities in Odoo's unit: {detail}.",
        "Ask the warehouse to report in the unit that was released, or correct the unit mapping; then press Retry now. Press Ignore if nobody needs this message.",
        ("connection", "release"),
        Owner.MASTER_DATA,
        Severity.LOW,
    ),
    "CD-5028": Problem(
        "Odoo refused what belongs to a delivery",
        "Odoo refused {what} on {picking}: {detail}",
        "Mend what Odoo names (Odoo 16 to 18 want an e-mail address of the integration user for notes), then press Retry now. The shipment itself is not affected.",
        ("connection", "picking_id", "what"),
        Owner.ADMINISTRATOR,
        Severity.LOW,
    ),
    "CD-5029": Problem(
        "Tracking number changed in Odoo",
        "{picking} was shipped with {told}, as {partner} says, and Odoo shows {shown} now.",
        "Put the shipment's number back in Odoo: the case then closes itself. If the person who changed it is right, ask the warehouse why it told another one, and press Ignore: this transfer is not asked about again.",
        ("connection", "picking_id"),
        severity=Severity.LOW,
    ),
}
