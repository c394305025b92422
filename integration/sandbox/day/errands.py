"""What happens beside the sales, as tables: what comes in, what is done with it, and what should come of it."""

from integration.sandbox.day.desk import Hear, Rename
from integration.sandbox.day.doing import Errand, Off
from integration.sandbox.day.gate import Booked, Buy, Expect, PutAway, Receive
from integration.sandbox.day.goods import (
    CABLE,
    CHAIR,
    CRATE,
    DESK,
    GLUE,
    LAMP,
    ROPE,
    SAW,
    SHELF,
    STOOL,
    TRAY,
)
from integration.sandbox.day.road import Leave, Move
from integration.sandbox.day.stocktaking import Adjust, Count, CountInOdoo, Lose
from integration.sandbox.day.trade import BIN, ON_THE_WAY

ORDERED = (Buy(), Expect())
CHAIRS = ((CHAIR.sku, "10"),)
RECEIPTS = (
    Errand(
        "bought, received in full", (*ORDERED, Receive()), "booked and billed", ((CHAIR.sku, "10"), (LAMP.sku, "4"))
    ),
    Errand("received in two parts", (*ORDERED, Receive("partial"), Receive()), "two receipts, two bills", CHAIRS),
    Errand(
        "received short, the rest later",
        (*ORDERED, Receive("short"), Expect(), Receive()),
        "the rest is announced again, and booked",
        ((DESK.sku, "6"),),
    ),
    Errand(
        "one more than bought, allowed", (*ORDERED, Receive("over")), "booked and billed as it came", ((ROPE.sku, "8"),)
    ),
    Errand(
        "more than bought, not allowed",
        (*ORDERED, Receive("over")),
        "for a person",
        ((LAMP.sku, "5"),),
        codes=("CD-7005",),
        off=(Off(LAMP.sku, "6"),),
    ),
    Errand(
        "goods that nobody bought",
        (*ORDERED, Receive(instead={"line": None, "sku": CABLE.partner_sku, "quantity": "7"})),
        "for a person",
        ((SHELF.sku, "3"),),
        codes=("CD-7006",),
        off=(Off(CABLE.sku, "7"),),
    ),
    Errand("some of it broken", (*ORDERED, Receive(damaged="2")), "the broken ones lie apart", CHAIRS),
    Errand("a new lot with its date", (*ORDERED, Receive()), "the lot is made", ((GLUE.sku, "12"),)),
    Errand(
        "serial numbers, in two parts",
        (*ORDERED, Receive("partial"), Receive()),
        "each number once",
        ((SAW.sku, "4"),),
    ),
    Errand(
        "put away in a bin that Odoo knows",
        (*ORDERED, Receive(), Booked(), PutAway(BIN, "4")),
        "moved there in Odoo too",
        ((DESK.sku, "5"),),
    ),
    Errand(
        "put away in a bin that it does not know",
        (*ORDERED, Receive(), Booked(), PutAway("A-01-3", "2")),
        "kept, and Odoo is left alone",
        ((SHELF.sku, "4"),),
    ),
    Errand("the same receipt twice", (*ORDERED, Receive(faults=("duplicate",))), "booked once", ((CABLE.sku, "20"),)),
    Errand(
        "the same receipt in two messages",
        (*ORDERED, Receive(faults=("renumbered",))),
        "booked once",
        ((CABLE.sku, "9"),),
    ),
)
TRANSFERS = (
    Errand(
        "moved to the other warehouse",
        (Move(), Leave(), Expect(), Receive()),
        "out of one, into the other, by lot",
        ((GLUE.sku, "20"), (CHAIR.sku, "6")),
    ),
    Errand(
        "moved, and half of it did not arrive",
        (Move(), Leave(), Expect(), Receive("short")),
        "stays on the way, for a person",
        ((DESK.sku, "8"),),
        codes=("CD-7020",),
        off=(Off(DESK.sku, "-4", ON_THE_WAY),),
    ),
)
STOOLS = ((STOOL.sku, "0"),)
STOCK = (
    Errand("two are broken", (Adjust("-2", "BROKEN"),), "booked, a rule lets it through", STOOLS),
    Errand("three were found, told twice", (Adjust("3", "FOUND", faults=("renumbered",)),), "booked once", STOOLS),
    Errand(
        "put into quarantine",
        (Adjust("5", "QA", {"to_condition": "quarantine"}),),
        "moved in Odoo",
        STOOLS,
    ),
    Errand("damaged", (Adjust("4", "WET", {"to_condition": "damaged"}),), "moved in Odoo", STOOLS),
    Errand(
        "more lost than the rule lets through",
        (Adjust("-50", "LOST"),),
        "for a person",
        STOOLS,
        codes=("CD-8001",),
        off=(Off(STOOL.sku, "-50"),),
    ),
    Errand("counted, all is there", (Count(),), "nothing to book", ((CRATE.sku, "0"),)),
    Errand("counted, two are missing", (Lose("2"), Count(("renumbered",))), "booked once", ((CRATE.sku, "0"),)),
    Errand(
        "counted, more missing than the rule lets through",
        (Lose("30"), Count()),
        "for a person",
        ((TRAY.sku, "0"),),
        codes=("CD-8002",),
        off=(Off(TRAY.sku, "-30"),),
    ),
    Errand(
        "changed in Odoo, and the warehouse was not told",
        (CountInOdoo(4),),
        "found, for a person",
        STOOLS,
        codes=("CD-8020",),
        off=(Off(STOOL.sku, "-4"),),
    ),
)
NAME = "Stool, three legs, beech"
MASTER = (Errand("a product is called otherwise", (Rename(NAME), Hear(NAME)), "the warehouse is told", STOOLS),)
ERRANDS = (*RECEIPTS, *TRANSFERS, *STOCK, *MASTER)
