"""CD-81xx: The books."""

from integration.errors.problem import Owner, Problem, Severity

PROBLEMS: dict[str, Problem] = {
    "CD-8101": Problem(
        "Odoo refused the invoice",
        "Odoo would not make or post the invoice, bill or credit note of {order}: {detail}",
        "Mend what Odoo names, then press Retry now. Or make it in Odoo yourself: it is found, and nothing is made twice.",
        ("connection", "company", "order"),
        severity=Severity.HIGH,
    ),
    "CD-8102": Problem(
        "Journal missing",
        "{order} cannot be invoiced: its company has no {kind} journal in {connection}.",
        "Add the journal under Accounting / Configuration / Journals in the order's company. The invoice is then made by itself.",
        ("connection", "company", "kind"),
        Owner.ADMINISTRATOR,
        Severity.HIGH,
        heals=True,
    ),
    "CD-8103": Problem(
        "Period closed",
        "{entry} of {order} cannot be posted: its date is in a period that is closed until {closed}.",
        "Give the draft a date after {closed} in Odoo, or ask accounting to open the period. It is then posted by itself.",
        ("connection", "company", "order"),
        severity=Severity.HIGH,
        heals=True,
    ),
    "CD-8104": Problem(
        "Invoice differs from what moved",
        "{entry} was made of {order} for {event}, and holds {difference}. It was left as a draft.",
        "Open the draft in Odoo. It is right all the same: post it there. Else correct it and press Retry now, or delete it and press Retry now: a new one is made.",
        ("connection", "company", "order", "event"),
        severity=Severity.CRITICAL,
    ),
    "CD-8105": Problem(
        "A draft stands in the way",
        "{event}: everything of {order} is on {entry}, a draft that somebody else made, so no {what} could be posted.",
        "Post the draft in Odoo, or delete it: then a new one is made and posted. Either is noticed by itself.",
        ("connection", "company", "order"),
        heals=True,
    ),
    "CD-8106": Problem(
        "To bill and to credit at once",
        "{event}: of {order}, {lines} are open for the {what}; Odoo would put {others} on the same document, the other way round.",
        "Make the documents in Odoo as they should be: a net one by Create Invoice, or two by removing lines from the draft. This is then noticed by itself. Or let the rules make both kinds.",
        ("connection", "company", "order"),
        heals=True,
    ),
    "CD-8107": Problem(
        "Cancelled order with goods to bill",
        "{event}: {order} is cancelled in Odoo, so no {what} can be made of what moved.",
        "Goods that are expected back end this by themselves once they are booked. If they are to be billed, set the order to a quotation and confirm it again: this is noticed, too. Else press Done by hand.",
        ("connection", "company", "order"),
        severity=Severity.HIGH,
        heals=True,
    ),
    "CD-8108": Problem(
        "Credit note to be made by hand",
        "{event}: {lines} of {order} came back. These are billed by the ordered quantity, so Odoo makes no credit note of a return.",
        "Make a credit note of the invoice in Odoo, with the lines and quantities that came back. Then press Done by hand.",
        ("connection", "company", "order", "event"),
        severity=Severity.HIGH,
    ),
    "CD-8109": Problem(
        "Order gone from the books",
        "{event}: Odoo has no order {order} any more, so no {what} can be made of what moved.",
        "Find out who deleted it, and bill the goods by hand. Then press Done by hand.",
        ("connection", "company", "order"),
        severity=Severity.HIGH,
    ),
}
