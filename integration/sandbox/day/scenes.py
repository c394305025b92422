"""The day as a table: what customers order, what the warehouse does with it, and what should come of it."""

from dataclasses import dataclass

from integration.sandbox.day.acts import (
    Accept,
    Act,
    CancelFirstLine,
    CancelOrder,
    HearOfChange,
    OrderMore,
    Pack,
    Reject,
    Ship,
    ShipAgainUnderTheSameNumber,
    ValidateByHand,
)
from integration.sandbox.day.goods import (
    CUSTOMERS,
    DESK,
    DRILL,
    DRONE,
    GLOVES,
    GROUND,
    HOMELESS,
    KETTLE,
    MANY_DESKS,
    PAINT,
    ROPE,
    SHELF,
)

Basket = tuple[tuple[str, str], ...]  # SKU and quantity; empty: some plain goods
AGREE: frozenset[str] = frozenset()
NOT_BOOKED = frozenset({"shipped"})
REGULAR, PATIENT = CUSTOMERS[0][0], CUSTOMERS[2][0]  # invoiced with each shipment, invoiced by hand
NOT_RELEASED = "not at the warehouse"
ONE = 0.0  # a share: one order, however long the day is


@dataclass(frozen=True)
class Scene:
    """``share``: of all orders, or ONE; at least ``least``. What neither takes goes to the first scene.

    ``codes``: the exception cases that stay for a person. ``differs``: how the two systems then differ, line by line;
    Odoo holds nothing of what it is about.
    """

    name: str
    share: float
    acts: tuple[Act, ...]
    expected: str
    basket: Basket = ()
    carrier: str = GROUND
    customer: str = ""
    codes: tuple[str, ...] = ()
    differs: frozenset[str] = AGREE
    least: int = 1

    @property
    def is_released(self) -> bool:
        return NOT_RELEASED not in self.differs

    @property
    def bookings(self) -> int:
        """How many deliveries are done in Odoo in the end."""
        if self.differs >= NOT_BOOKED:
            return 0
        by_hand = any(isinstance(act, ValidateByHand) for act in self.acts)
        return 1 if by_hand else sum(isinstance(act, Ship) and act.mode != "zero" for act in self.acts)


CHAIRS_AND_LAMPS = (("CHAIR-OAK", "3"), ("LAMP-LED", "2"))
TWO_PARTS = (Accept(), Ship("partial"), Ship())
SCENES = (
    Scene("shipped in full", 0, (Accept(), Ship()), "booked"),
    Scene(
        "with a field that nobody has seen before",
        ONE,
        (Accept(), Ship(instead={"robot": "R2"})),
        "booked; the field is for a person",
        codes=("CD-3020",),
    ),
    Scene("shipped in two parts", 0.12, TWO_PARTS, "two bookings, nothing left"),
    Scene(
        "shipped short, the rest later",
        0.06,
        (Accept(), Ship("short"), Accept(), Ship()),
        "booked, the backorder released and booked",
    ),
    Scene("one more than ordered, allowed", 0.03, (Accept(), Ship("over")), "booked as shipped", ((ROPE.sku, "8"),)),
    Scene("lots, as the warehouse picked them", 0.08, (Accept(), Ship()), "booked by lot", ((PAINT.sku, "4"),)),
    Scene("serial numbers", 0.06, (Accept(), Ship()), "booked by serial number", ((DRILL.sku, "2"),)),
    Scene("two parcels", 0.06, (Accept(), Ship(packages=2)), "packages and tracking numbers in Odoo"),
    Scene("ordered by the dozen", 0.04, (Accept(), Ship()), "converted exactly", ((GLOVES.sku, "3"),)),
    Scene("the same message twice", 0.04, (Accept(), Ship(faults=("duplicate",))), "booked once"),
    Scene("the same shipment in two messages", 0.04, (Accept(), Ship(faults=("renumbered",))), "booked once"),
    Scene("shipped before it was accepted", 0.04, (Ship(), Accept()), "booked"),
    Scene(
        "two shipments in the wrong order",
        0.03,
        (Accept(), Ship("partial", faults=("reorder",)), Ship(final=False)),
        "both booked",
    ),
    Scene(
        "a new product, mapped during the day",
        0.03,
        (Accept(), Ship()),
        "waits for its mapping, then booked",
        ((KETTLE.sku, "2"),),
        least=2,
    ),
    Scene(
        "more than ordered, not allowed",
        ONE,
        (Accept(), Ship("over")),
        "for a person",
        codes=("CD-5004",),
        differs=NOT_BOOKED,
    ),
    Scene(
        "a SKU that nobody knows",
        ONE,
        (Accept(), Ship(instead={"sku": "99999"})),
        "for a person",
        ((SHELF.sku, "2"),),
        codes=("CD-3002",),
        differs=NOT_BOOKED,
    ),
    Scene(
        "a carrier that nobody knows",
        ONE,
        (Accept(), Ship(carrier="BALLOON")),
        "for a person",
        codes=("CD-3006",),
        differs=NOT_BOOKED,
    ),
    Scene(
        "a lot that Odoo does not have",
        ONE,
        (Accept(), Ship(instead={"lots": [{"lot": "LOT-GHOST", "quantity": "2"}]})),
        "for a person",
        ((PAINT.sku, "2"),),
        codes=("CD-5005",),
        differs=NOT_BOOKED | {"lots"},
    ),
    Scene(
        "serial numbers forgotten",
        ONE,
        (Accept(), Ship(instead={"serials": []})),
        "for a person",
        ((DRILL.sku, "2"),),
        codes=("CD-5006",),
        differs=NOT_BOOKED,
    ),
    Scene("shipped without a quantity", ONE, (Accept(), Ship("zero", final=False)), "for a person", codes=("CD-5011",)),
    Scene(
        "one more ordered in time",
        0.02,
        (Accept(), OrderMore(), HearOfChange(), Ship()),
        "the warehouse agrees, booked as changed",
    ),
    Scene(
        "a line cancelled in time",
        0.02,
        (Accept(), CancelFirstLine(), HearOfChange(), Ship()),
        "the warehouse leaves it out",
        CHAIRS_AND_LAMPS,
    ),
    Scene(
        "an order cancelled in time",
        0.02,
        (Accept(), CancelOrder(), HearOfChange()),
        "the warehouse stops it, nothing leaves",
    ),
    Scene(
        "a line cancelled too late",
        ONE,
        (Accept(), Pack(), CancelFirstLine(), HearOfChange(), Ship()),
        "booked as it left, for a person",
        CHAIRS_AND_LAMPS,
        codes=("CD-4012",),
        differs=frozenset({"ordered"}),
    ),
    Scene(
        "an order cancelled too late",
        ONE,
        (Accept(), Pack(), CancelOrder(), HearOfChange(), Ship()),
        "booked as it left, for a person",
        customer=PATIENT,
        codes=("CD-4013",),
    ),
    Scene(
        "booked in Odoo by hand before it left",
        ONE,
        (Accept(), ValidateByHand(), Ship()),
        "for a person; invoiced all the same",
        customer=REGULAR,
        codes=("CD-5007",),
        differs=frozenset({"tracking"}),
    ),
    Scene(
        "a shipment number used twice",
        ONE,
        (Accept(), Ship(), ShipAgainUnderTheSameNumber()),
        "the first is booked, the second is for a person",
        codes=("CD-5012",),
    ),
    Scene("refused by the warehouse", ONE, (Reject("the gate is closed"),), "for a person", codes=("CD-4006",)),
    Scene("never answered by the warehouse", ONE, (), "for a person", codes=("CD-4007",)),
    Scene(
        "half a chair",
        ONE,
        (),
        "not released, for a person",
        (("CHAIR-OAK", "0.5"),),
        codes=("CD-4002",),
        differs=frozenset({NOT_RELEASED}),
    ),
    Scene(
        "an address without a street",
        ONE,
        (),
        "not released, for a person",
        customer=HOMELESS[0],
        codes=("CD-4001",),
        differs=frozenset({NOT_RELEASED}),
    ),
    Scene(
        "more desks than a rule lets go by itself",
        ONE,
        (),
        "held, for a person",
        ((DESK.sku, str(MANY_DESKS)),),
        codes=("CD-4025",),
        differs=frozenset({NOT_RELEASED}),
    ),
    Scene(
        "a delivery method without a code",
        ONE,
        (),
        "not released, for a person",
        carrier=DRONE,
        codes=("CD-3005",),
        differs=frozenset({NOT_RELEASED}),
    ),
)
STRAY_CODE = "CD-5001"  # and one shipment for an order that nobody has released
LEAST = sum(scene.least for scene in SCENES)


def shares(orders: int) -> list[tuple[Scene, int]]:
    """How many orders each scene gets. Raises ValueError for a day too short to play all scenes."""
    if orders < LEAST:
        raise ValueError(f"The day has {len(SCENES)} scenes and needs at least {LEAST} orders.")
    first, *others = SCENES
    counts = [max(scene.least, int(scene.share * orders)) for scene in others]
    while sum(counts) > orders - first.least:
        counts[counts.index(max(counts))] -= 1
    return list(zip(SCENES, [orders - sum(counts), *counts], strict=True))
