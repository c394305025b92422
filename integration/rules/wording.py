"""How a cause of a difference is said, and what is done about it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from integration.rules.claims import Why
from integration.rules.units import plain

MOST = 12  # causes that a sentence names
NOTHING_FOUND = "no cause found"
# Filled in: how many units, which document, and the problem that it waits for.
SAID: Mapping[Why, str] = {
    Why.NOT_YET: "{n} in {number} not posted yet",
    Why.FAILED: "{n} in {number} waits for a person ({code})",
    Why.UNKEYED: "{n} of {number} waits for people to key it in Odoo",
    Why.REFUSED: "{n} in {number} refused",
    Why.MISSING: "{n} of {number} left without a message",
    Why.BY_HAND: "{n} by hand in Odoo ({number})",
    Why.MAPPING: "{n} by a code that is not mapped ({number})",
    Why.UNIT: "{n} counted in another unit",
    Why.ROUNDING: "{n} rounded to whole packs",
    Why.LOT: "{n} as another lot or in another place",
    Why.DUPLICATE: "{n} posted twice ({number})",
    Why.ONE_SIDED: "{n} adjusted on one side only ({number})",
}
PROPOSED: Mapping[Why, str] = {
    Why.NOT_YET: "What is not posted yet posts by itself; if it is late, press Work on it again.",
    Why.FAILED: "Clear the case of what waits, then press Work on it again.",
    Why.UNKEYED: "Its flow is in shadow: key in Odoo what the warehouse has told.",
    Why.REFUSED: "Of what was refused the warehouse has to correct its own stock; if it was right after all, press Work"
    " on it again.",
    Why.MISSING: "Press Fetch the message where that is offered; else have the warehouse send the missing confirmation"
    " once more.",
    Why.BY_HAND: "Of what was done by hand in Odoo, tell the warehouse, or have it undone there.",
    Why.MAPPING: "Add the mapping of the code that is missing.",
    Why.UNIT: "Correct the unit, in the mapping or at the warehouse.",
    Why.ROUNDING: "What is rounded to whole packs needs nothing.",
    Why.LOT: "Have the lots and places looked at, then press Post the rest for approval.",
    Why.DUPLICATE: "What was posted twice is taken back by Post the rest for approval.",
    Why.ONE_SIDED: "Ask the warehouse whether its adjustment stands, then press Post the rest for approval.",
}
REST = "Have the shelf counted, or press Post the rest for approval."
Part = tuple[str, str, str, Decimal]  # cause, number, code, units


def lines(parts: Iterable[Part]) -> str:
    """All causes of a product: "6 in S-88 not posted yet; 2 rounded to whole packs"."""
    units: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for cause, number, code, quantity in parts:
        # A lot that took another one's place is one thing.
        named = ("", "") if cause in (Why.LOT, Why.UNIT, Why.ROUNDING) else (number, code)
        units[cause, *named] += abs(quantity)
    said = [
        SAID[Why(cause)].format(n=plain(quantity), number=number or "no number at all", code=code or "no reason given")
        for (cause, number, code), quantity in units.items()
    ]
    more = [f"and {len(said) - MOST} more"] if len(said) > MOST else []
    return "; ".join([*said[:MOST], *more]) or NOTHING_FOUND


def proposals(causes: Iterable[str], *, rest: bool) -> str:
    """``rest``: something is unexplained."""
    told = dict.fromkeys(PROPOSED[Why(cause)] for cause in causes)
    return " ".join([*told, *([REST] if rest else [])])
