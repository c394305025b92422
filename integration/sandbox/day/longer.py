"""Orders whose story does not end with the shipment, or is told on the way: one of each, whatever the day's length."""

from integration.sandbox.day.acts import (
    Accept,
    AcceptEach,
    AnnounceReturn,
    Back,
    ComeBack,
    CountFirst,
    ExpectReturn,
    SeeBooked,
    SeeNote,
    Ship,
    Tell,
    Track,
)
from integration.sandbox.day.goods import BENCH, CHAIR, DESK, DRILL, LAMP, MIRROR, SHELF
from integration.sandbox.day.scenes import NOT_BOOKED, ONE, REGULAR, Scene

NOT_RETURNED = frozenset({"returned"})
CHAIRS = ((CHAIR.sku, "5"),)
LEFT = (Accept(), Ship(), SeeBooked())
BACK = (
    Scene(
        "came back, to be sold again",
        ONE,
        (*LEFT, ComeBack((Back("2", "resell"),))),
        "in stock again, and credited",
        CHAIRS,
        customer=REGULAR,
    ),
    Scene(
        "came back, in three conditions",
        ONE,
        (*LEFT, ComeBack((Back("1", "resell", "damaged"), Back("2", "quarantine"), Back("1", "scrap", "damaged")))),
        "each lies apart, scrap is gone, all is credited",
        CHAIRS,
        customer=REGULAR,
    ),
    Scene(
        "came back, and looked at later",
        ONE,
        (*LEFT, ComeBack((Back("3"),)), ComeBack((Back("2", "resell"), Back("1", "scrap", "damaged")))),
        "out of quarantine, and credited then",
        CHAIRS,
        customer=REGULAR,
    ),
    Scene(
        "a return that was announced",
        ONE,
        (*LEFT, AnnounceReturn(2), ExpectReturn(), ComeBack((Back("2", "resell"),))),
        "booked on the announced return",
        CHAIRS,
        customer=REGULAR,
    ),
    Scene(
        "came back by its serial number",
        ONE,
        (*LEFT, ComeBack((Back("1", "resell"),))),
        "the number is in stock again",
        ((DRILL.sku, "2"),),
        customer=REGULAR,
    ),
    Scene(
        "more came back than had left",
        ONE,
        (*LEFT, ComeBack((Back("7", "resell"),))),
        "for a person",
        CHAIRS,
        customer=REGULAR,
        codes=("CD-7031",),
        differs=NOT_RETURNED,
    ),
)
WAYS = (
    Scene(
        "picked, packed, delivered and signed for",
        ONE,
        (
            *(Accept(), Tell("picking"), SeeNote("is picking"), Tell("picked"), Tell("packed"), SeeNote("has packed")),
            *(Ship(packages=2, freight="4.50", proof=True), SeeBooked(), Track("in_transit")),
            *(Track("delivered", signed_by="J. Roe", proof=True), SeeNote("was delivered")),
        ),
        "notes, freight once, both proofs",
        ((CHAIR.sku, "2"), (LAMP.sku, "2")),
        customer=REGULAR,
    ),
    Scene(
        "picked short, the rest later",
        ONE,
        (Accept(), Tell("picked", short="1"), SeeNote("has picked"), Ship("short"), Accept(), Ship()),
        "a case until it ships, then none",
        ((SHELF.sku, "4"),),
    ),
    Scene(
        "another product in its place, allowed",
        ONE,
        (Accept(), Ship(instead={"sku": SHELF.partner_sku, "substitute": True})),
        "a line of the order, at the price of what was ordered",
        ((LAMP.sku, "3"),),
        customer=REGULAR,
    ),
    Scene(
        "another product in its place, not allowed",
        ONE,
        (Accept(), Ship(instead={"sku": CHAIR.partner_sku, "substitute": True})),
        "for a person",
        ((DESK.sku, "2"),),
        codes=("CD-5020",),
        differs=NOT_BOOKED,
    ),
    Scene(
        "counted while it is shipped, and told late",
        ONE,
        (Accept(), CountFirst(), Ship("partial", delay=3.0), CountFirst(), Ship(), CountFirst()),
        "nothing is corrected twice",
        ((BENCH.sku, "6"),),
    ),
)
ROUTED = (
    Scene(
        "split between two warehouses",
        ONE,
        (AcceptEach(2), Ship(), Ship(), SeeBooked()),
        "moved in Odoo, released to each, booked twice",
        ((SHELF.sku, "2"), (MIRROR.sku, "3")),  # no shelf is ever moved to the depot
        customer=REGULAR,
    ),
)
LONGER = (*BACK, *WAYS, *ROUTED)
