"""CD-4030 to CD-4032: Which warehouse an order leaves from, and what becomes of its rest."""

from integration.errors.problem import Problem
from integration.errors.problems.holds import FIX, HELD, SUBJECT

PROBLEMS: dict[str, Problem] = {
    "CD-4030": Problem(
        "No valid location",
        "The rule {name}, version {rule_version}, finds no warehouse for {release} of order {order}. {why}.",
        "Have goods put there, change the rule, or say where it goes: it is looked at again by itself.",
        ("connection", "company", "order", "release"),
        heals=True,
    ),
    "CD-4031": Problem(
        "Odoo refused to move a delivery",
        "{release} is to leave from another warehouse, and {connection} refused that: {detail}",
        "Mend it in Odoo, or switch the rule off: it is looked at again by itself. What was not moved is not released meanwhile.",
        ("connection", "release"),
        heals=True,
    ),
    "CD-4032": Problem("Rest held by a rule", HELD, FIX, SUBJECT, heals=True),
}
