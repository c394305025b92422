"""What each flow is for, as data: how fast it must be, and what hangs on it. Lanes and severities come from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from integration.errors.problem import Severity


class Latency(StrEnum):
    """How long a job may take from its cause to its end."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    SCHEDULED = "scheduled"


class Impact(StrEnum):
    """Who notices first when it does not run."""

    CUSTOMER = "the customer waits"
    STOCK = "stock is wrong"
    BOOKS = "the books are wrong"
    SIGHT = "people see less"


class Money(StrEnum):
    """DIRECT: an amount is booked or billed by it. INDIRECT: an amount is decided by what it brings."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    NONE = "none"


PROMISES: Mapping[Latency, timedelta] = {
    Latency.SECONDS: timedelta(seconds=60),
    Latency.MINUTES: timedelta(minutes=15),
    Latency.SCHEDULED: timedelta(hours=4),
}


# What people ask for by one name: what is to be released, shipped, received ...
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "release": ("order_release", "wave_release", "release_send", "change_send"),
    "ship": ("shipment_confirmation", "surplus"),
    "receive": ("receipt_confirmation", "receipt_advice", "advice_send", "transit_loss"),
    "return": ("return_receipt",),
    "stock": ("inventory_adjustment", "inventory_count", "inventory_recount", "inventory_undo"),
    "book": ("posting", "parcel_posting"),
}


@dataclass(frozen=True, slots=True)
class Flow:
    """``says``: in a person's words."""

    says: str
    latency: Latency
    impact: Impact
    money: Money

    @property
    def promise(self) -> timedelta:
        """95 of 100 jobs are through by then."""
        return PROMISES[self.latency]

    @property
    def lane(self) -> int:
        """Its place in ``Lane``: goods that have moved go first, then what a customer waits for."""
        if self.latency == Latency.SCHEDULED:
            return 4
        if self.latency == Latency.MINUTES:
            return 3
        return 1 if self.impact == Impact.STOCK else 2

    @property
    def severity(self) -> Severity:
        """The least that a case is which stops it."""
        if self.latency == Latency.SECONDS:
            return Severity.MEDIUM if self.money == Money.NONE else Severity.HIGH
        return Severity.LOW if self.money == Money.NONE else Severity.MEDIUM


FLOWS: Mapping[str, Flow] = {
    "shipment_confirmation": Flow(
        "What left the warehouse is posted in Odoo", Latency.SECONDS, Impact.STOCK, Money.DIRECT
    ),
    "receipt_confirmation": Flow("What came in is posted in Odoo", Latency.SECONDS, Impact.STOCK, Money.DIRECT),
    "transit_loss": Flow("What got lost on the way is written off", Latency.SECONDS, Impact.STOCK, Money.DIRECT),
    "order_release": Flow(
        "What Odoo wants shipped is decided and kept", Latency.SECONDS, Impact.CUSTOMER, Money.INDIRECT
    ),
    "wave_release": Flow("A wave of orders is let go", Latency.SECONDS, Impact.CUSTOMER, Money.INDIRECT),
    "release_send": Flow("A release goes to the warehouse", Latency.SECONDS, Impact.CUSTOMER, Money.INDIRECT),
    "change_send": Flow(
        "A change or cancel is asked of the warehouse", Latency.SECONDS, Impact.CUSTOMER, Money.INDIRECT
    ),
    "change_answer": Flow(
        "The warehouse's answer to a change is kept", Latency.SECONDS, Impact.CUSTOMER, Money.INDIRECT
    ),
    "receipt_advice": Flow("What will come in is decided and kept", Latency.MINUTES, Impact.STOCK, Money.INDIRECT),
    "advice_send": Flow("An advice goes to the warehouse", Latency.MINUTES, Impact.STOCK, Money.INDIRECT),
    "put_away": Flow("Where received goods lie is kept", Latency.MINUTES, Impact.SIGHT, Money.NONE),
    "acknowledgement": Flow("The warehouse's yes or no is kept", Latency.SECONDS, Impact.CUSTOMER, Money.NONE),
    "order_progress": Flow("How far the warehouse has got is shown", Latency.MINUTES, Impact.SIGHT, Money.NONE),
    "progress_note": Flow("Odoo shows how far the warehouse is", Latency.MINUTES, Impact.SIGHT, Money.NONE),
    "shipment_tracking": Flow("The way of a parcel is shown", Latency.MINUTES, Impact.SIGHT, Money.NONE),
    "parcel_posting": Flow(
        "A parcel's freight, delivery and proofs get to Odoo", Latency.MINUTES, Impact.BOOKS, Money.INDIRECT
    ),
    "inventory_adjustment": Flow(
        "What the warehouse did to its stock is posted in Odoo", Latency.MINUTES, Impact.STOCK, Money.INDIRECT
    ),
    "inventory_count": Flow("What was counted is compared with Odoo", Latency.MINUTES, Impact.STOCK, Money.INDIRECT),
    "inventory_recount": Flow(
        "A count is judged again after a late movement", Latency.MINUTES, Impact.STOCK, Money.INDIRECT
    ),
    "inventory_undo": Flow("A change made in Odoo is taken back there", Latency.MINUTES, Impact.STOCK, Money.INDIRECT),
    "inventory_snapshot": Flow("What the warehouse says it has is kept", Latency.MINUTES, Impact.SIGHT, Money.NONE),
    "inventory_fetch": Flow("The warehouse is asked what it has", Latency.SCHEDULED, Impact.SIGHT, Money.NONE),
    "inventory_read": Flow("What Odoo has is read and compared", Latency.MINUTES, Impact.SIGHT, Money.NONE),
    "inventory_watch": Flow(
        "Stock that people changed in Odoo is looked for", Latency.MINUTES, Impact.STOCK, Money.NONE
    ),
    "surplus": Flow("What left too much is expected back, or ordered", Latency.MINUTES, Impact.STOCK, Money.INDIRECT),
    "connection_test": Flow("A person has a connection tested", Latency.SECONDS, Impact.SIGHT, Money.NONE),
    "conformance_news": Flow(
        "What a warehouse says of a test order is kept", Latency.SCHEDULED, Impact.SIGHT, Money.NONE
    ),
    "flow_begins": Flow("A flow's start date has come", Latency.MINUTES, Impact.CUSTOMER, Money.INDIRECT),
    "rollout_look": Flow("What is open is looked at before a taking over", Latency.MINUTES, Impact.SIGHT, Money.NONE),
    "rollout_take": Flow("What is open is taken over", Latency.MINUTES, Impact.CUSTOMER, Money.INDIRECT),
    "shape_look": Flow("What Odoo has is compared with the day before", Latency.SCHEDULED, Impact.SIGHT, Money.NONE),
    "key_rotation": Flow("The key of an Odoo is exchanged for a new one", Latency.MINUTES, Impact.SIGHT, Money.NONE),
    "system_look": Flow("Odoo is asked which database it is", Latency.SCHEDULED, Impact.SIGHT, Money.NONE),
    "replay_preview": Flow("A replay is tried first", Latency.MINUTES, Impact.SIGHT, Money.NONE),
    "replay_run": Flow("Messages are worked on again", Latency.MINUTES, Impact.SIGHT, Money.NONE),
    "change_try": Flow("A change of rules or mappings is tried first", Latency.MINUTES, Impact.SIGHT, Money.NONE),
    "odoo_poll": Flow("Odoo is asked what was written", Latency.SECONDS, Impact.CUSTOMER, Money.NONE),
    "odoo_read": Flow("What was written in Odoo is read", Latency.SECONDS, Impact.CUSTOMER, Money.NONE),
    "master_poll": Flow("What changed of master data is read", Latency.SCHEDULED, Impact.SIGHT, Money.NONE),
    "master_sweep": Flow("All master data is looked at", Latency.SCHEDULED, Impact.SIGHT, Money.NONE),
    "master_tell": Flow("What a warehouse has to know is put together", Latency.SCHEDULED, Impact.CUSTOMER, Money.NONE),
    "master_send": Flow("Master data goes to the warehouse", Latency.SCHEDULED, Impact.CUSTOMER, Money.NONE),
    "items_fetch": Flow("A warehouse's own items are read", Latency.SCHEDULED, Impact.SIGHT, Money.NONE),
    "messages_fetch": Flow("Messages that did not come are fetched", Latency.MINUTES, Impact.STOCK, Money.INDIRECT),
    "documents_compare": Flow(
        "What a warehouse says of its documents is compared", Latency.SCHEDULED, Impact.STOCK, Money.INDIRECT
    ),
    "acknowledgement_ask": Flow(
        "A warehouse that is silent is asked for its yes or no", Latency.SECONDS, Impact.CUSTOMER, Money.NONE
    ),
    "odoo_sweep": Flow("Everything open in Odoo is looked at", Latency.SCHEDULED, Impact.SIGHT, Money.NONE),
    "orders_watch": Flow(
        "Orders that have just moved are compared with Odoo", Latency.MINUTES, Impact.BOOKS, Money.NONE
    ),
    "orders_walk": Flow("All orders are compared with Odoo", Latency.SCHEDULED, Impact.BOOKS, Money.NONE),
    "report_mail": Flow("A report is mailed", Latency.SCHEDULED, Impact.SIGHT, Money.NONE),
    "posting": Flow("What moved is invoiced, billed or credited", Latency.MINUTES, Impact.BOOKS, Money.DIRECT),
    "return_receipt": Flow("What a customer sent back is taken in", Latency.SECONDS, Impact.STOCK, Money.INDIRECT),
}
