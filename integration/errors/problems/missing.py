"""CD-821x: What a partner must have told and did not."""

from integration.errors.problem import Owner, Problem, Severity

PROBLEMS: dict[str, Problem] = {
    "CD-8211": Problem(
        "Messages are missing",
        "{partner} counts what it sends, and {count} of its messages did not come and cannot be had: {numbers}.",
        "Ask the warehouse what these messages were, and have them sent again: the case closes by itself when they have come. They were never sent, or are of no use any more: press Ignore.",
        ("connection",),
        Owner.WAREHOUSE,
        Severity.HIGH,
    ),
    "CD-8212": Problem(
        "Goods moved and no message",
        "{partner} says that goods of {release} of order {order} have moved, and no message about it can be had.",
        "Ask the warehouse to send its confirmation of {release}: the case closes by itself once it is here. It was booked in Odoo by hand: press Ignore.",
        ("connection", "release"),
        Owner.WAREHOUSE,
        Severity.HIGH,
    ),
}
