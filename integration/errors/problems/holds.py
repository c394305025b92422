"""CD-4020 to CD-4029: Orders that a rule of ours holds, by what the rule is about."""

from integration.errors.problem import Problem, Severity

HELD = "Order {order} is held by the rule {name}, version {rule_version}. {facts}."
FIX = (
    "{ask}Let it go as it is now, or mend it in Odoo: the case closes by itself once the rule does not match any more."
)
SUBJECT = ("connection", "company", "order", "rule")
TITLES = {
    "CD-4020": "Held for credit",
    "CD-4021": "Held for a fraud check",
    "CD-4022": "Held for its address",
    "CD-4023": "Held for its value",
    "CD-4024": "Held for its customer",
    "CD-4025": "Held for a product",
    "CD-4026": "Held for its date",
    "CD-4027": "Held by a rule",
}
PROBLEMS: dict[str, Problem] = {
    **{code: Problem(title, HELD, FIX, SUBJECT, heals=True) for code, title in TITLES.items()},
    "CD-4028": Problem(
        "Rule cannot be asked",
        "The rule {name} cannot be asked about order {order}: {detail}",
        "Correct its condition under Rules for orders, or switch it off: all orders that wait for it are looked at again by themselves.",
        ("connection", "rule"),
        severity=Severity.HIGH,
        heals=True,
    ),
    "CD-4029": Problem(
        "Service without a carrier",
        "The rule {name} wants a service or an account for {release} of order {order}, which has no delivery method.",
        "Choose a delivery method in Odoo, or name a carrier in the rule: the order is looked at again by itself.",
        ("connection", "company", "order"),
        heals=True,
    ),
}
