"""What a condition may ask about an order: each fact by its name, its type, and where it is read off the documents.

Quantities and money are exact: CEL has no decimals, so they are counted in millionths, as a type of their own that no
number can be compared with (see ``conditions``).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any

from integration.canonical.erp import Move, Order, Picking

CLOSED = ("done", "cancel")
MILLION = 10**6
MOST = 2**63 - 1  # millionths, that CEL can count


class Type(StrEnum):
    """CEL's name of it; ``decimal`` is ours."""

    TEXT = "string"
    YES_NO = "bool"
    WHOLE = "int"
    DECIMAL = "decimal"
    MOMENT = "timestamp"
    TEXTS = "list(string)"
    QUANTITIES = "map(string, decimal)"


@dataclass(frozen=True, slots=True)
class Clock:
    """The warehouse's times, at the moment of the decision. ``next_open``: that moment while it works; None: not within
    a year. ``next_cutoff``: of the delivery's carrier; None: nobody has said when it leaves."""

    open: bool = True
    next_open: datetime | None = None
    next_cutoff: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What is decided about. ``warehouse``: our name of it; ``now``: the moment that it is decided at."""

    order: Order
    picking: Picking
    warehouse: str
    now: datetime
    clock: Clock = Clock()


@dataclass(frozen=True, slots=True)
class Fact:
    """``read`` gives None for what nobody knows. ``private``: never kept with a decision, nor told in a case."""

    name: str
    type: Type
    says: str
    read: Callable[[Subject], Any]
    private: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """``values``: as CEL sees them, by name; what is not known is not there. ``told``: as people read them."""

    values: Mapping[str, Any]
    told: Mapping[str, str]


def _open(subject: Subject) -> list[Move]:
    return [move for move in subject.picking.moves if move.state not in CLOSED]


def _texts(subject: Subject, read: Callable[[Move], str | None]) -> list[str]:
    return sorted({text for move in _open(subject) if (text := read(move))})


def _quantities(subject: Subject) -> dict[str, Decimal]:
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for move in _open(subject):
        total[move.sku or move.product] += move.demand
    return dict(total)


def _promised(subject: Subject) -> datetime | None:
    return subject.order.commitment_at or subject.picking.scheduled_at


def carrier_of(picking: Picking) -> str:
    """Odoo's delivery method; empty where there is none."""
    return picking.carrier.name if picking.carrier else ""


def _next_open(subject: Subject) -> datetime | None:
    return subject.now if subject.clock.open else subject.clock.next_open


T = Type
FACTS: tuple[Fact, ...] = (
    Fact("order.number", T.TEXT, "Odoo's number, such as S00042", lambda of: of.order.name),
    Fact("order.reference", T.TEXT, "The customer's own number", lambda of: of.order.customer_reference, private=True),
    Fact("order.company", T.WHOLE, "Odoo's id of the company", lambda of: of.order.company_id),
    Fact(
        "order.value",
        T.DECIMAL,
        "The total with taxes, in the order's currency",
        lambda of: of.order.total.amount if of.order.total else None,
    ),
    Fact(
        "order.currency",
        T.TEXT,
        "Of the value, such as EUR",
        lambda of: of.order.total.currency if of.order.total else None,
    ),
    Fact("order.tags", T.TEXTS, "The tags of the order in Odoo", lambda of: list(of.order.tags)),
    Fact(
        "order.payment_terms", T.TEXT, "Their name in Odoo, if any", lambda of: of.order.payment_terms
    ),
    Fact("order.ordered_at", T.MOMENT, "When the order was confirmed", lambda of: of.order.ordered_at),
    Fact("order.promised_at", T.MOMENT, "The date promised to the customer, or else the delivery's", _promised),
    Fact("customer.id", T.WHOLE, "Odoo's id of the customer", lambda of: of.order.customer_id),
    Fact("customer.tags", T.TEXTS, "The tags of the customer in Odoo", lambda of: list(of.order.customer.tags)),
    Fact("customer.country", T.TEXT, "Two letters, such as DE", lambda of: of.order.customer.country),
    Fact("customer.is_company", T.YES_NO, "No person", lambda of: of.order.customer.is_company),
    Fact(
        "customer.credit_limit",
        T.DECIMAL,
        "In the company's currency; known where the company uses credit limits",
        lambda of: of.order.customer.credit_limit,
    ),
    Fact(
        "customer.owed",
        T.DECIMAL,
        "What is still to be paid; known where the company uses credit limits",
        lambda of: of.order.customer.owed,
    ),
    Fact("ship_to.country", T.TEXT, "Two letters, such as DE", lambda of: of.picking.ship_to.country),
    Fact("ship_to.state", T.TEXT, "The country's code of it", lambda of: of.picking.ship_to.state),
    Fact("ship_to.postcode", T.TEXT, "As it stands in Odoo", lambda of: of.picking.ship_to.postcode, private=True),
    Fact("ship_to.city", T.TEXT, "As it stands in Odoo", lambda of: of.picking.ship_to.city, private=True),
    Fact("ship_to.street", T.TEXT, "Its first line", lambda of: of.picking.ship_to.street, private=True),
    Fact("ship_to.email", T.TEXT, "Of who receives it", lambda of: of.picking.ship_to.email, private=True),
    Fact("delivery.number", T.TEXT, "Such as WH/OUT/00007", lambda of: of.picking.name),
    Fact("delivery.warehouse", T.TEXT, "The warehouse's name here", lambda of: of.warehouse),
    Fact(
        "delivery.carrier",
        T.TEXT,
        "Odoo's delivery method; empty where there is none",
        lambda of: carrier_of(of.picking),
    ),
    Fact("delivery.ship_by", T.MOMENT, "When Odoo plans it to leave", lambda of: of.picking.scheduled_at),
    Fact("delivery.ship_complete", T.YES_NO, "It may only leave as a whole", lambda of: of.picking.ship_complete),
    Fact("delivery.is_backorder", T.YES_NO, "The rest of another", lambda of: of.picking.backorder_of is not None),
    Fact("delivery.lines", T.WHOLE, "How many lines are open", lambda of: len(_open(of))),
    Fact("delivery.products", T.TEXTS, "Odoo's codes", lambda of: _texts(of, lambda move: move.sku)),
    Fact("delivery.categories", T.TEXTS, "Such as All / Tools", lambda of: _texts(of, lambda move: move.category)),
    Fact("delivery.quantities", T.QUANTITIES, "By Odoo's code, in the unit of the lines", _quantities),
    Fact(
        "delivery.has_cutoff",
        T.YES_NO,
        "Somebody has said when its carrier leaves",
        lambda of: of.clock.next_cutoff is not None,
    ),
    Fact(
        "delivery.next_cutoff",
        T.MOMENT,
        "When its carrier leaves next; ask delivery.has_cutoff first",
        lambda of: of.clock.next_cutoff,
    ),
    Fact("warehouse.open", T.YES_NO, "It works now, by its hours and days off", lambda of: of.clock.open),
    Fact("warehouse.next_open", T.MOMENT, "When it works next; now, while it works", _next_open),
    Fact("now", T.MOMENT, "The moment of the decision, in UTC", lambda of: of.now),
)  # fmt: skip
BY_NAME: Mapping[str, Fact] = {fact.name: fact for fact in FACTS}


def of(subject: Subject) -> Facts:
    known = {fact.name: value for fact in FACTS if (value := fact.read(subject)) is not None}
    values = {name: seen for name, value in known.items() if (seen := as_seen(value)) is not None}
    return Facts(values, {name: told(value) for name, value in known.items()})


def as_seen(value: Any) -> Any:
    """As CEL sees it; None: it is beyond what can be counted, and so not known."""
    if isinstance(value, Decimal):
        counted = int((value * MILLION).to_integral_value(ROUND_HALF_EVEN))
        return counted if abs(counted) <= MOST else None
    if isinstance(value, dict):
        return {name: seen for name, each in value.items() if (seen := as_seen(each)) is not None}
    return value


def told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, dict):
        return ", ".join(f"{told(each)} of {name}" for name, each in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)
