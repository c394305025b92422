"""Two companies and three warehouses through every flow at once: nothing of one is in the other's books."""

from collections import Counter

import pytest

from integration.models import StockEvent
from tests.component.several import day, proof
from tests.component.several.house import LOT, OTHER, Held, House
from tests.component.several.town import Town

pytestmark = pytest.mark.django_db(transaction=True)
# What each does in its day: two sales to the end and one that is cancelled, a purchase in two parts, both kinds of
# returns. Prices are the company's own; the first one has two warehouses.
FIRST = {"out_invoice": ("posted", 6, 146.0), "in_invoice": ("posted", 4, 144.0), "out_refund": ("posted", 4, 41.0)}
SECOND = {"out_invoice": ("draft", 3, 59.39), "in_invoice": ("draft", 2, 72.0), "out_refund": ("draft", 2, 16.93)}
EACH = {
    "ship": 3, "receive": 2, "invoice": 3, "vendor_bill": 2, "credit_note": 2, "take_in": 2, "take_back": 1,
    "attach": 2, "note": 2, "put away": 1, "adjust stock": 2, "move stock": 1,
}  # fmt: skip


def test_every_flow_at_once_leaves_each_company_and_warehouse_with_its_own(town: Town) -> None:
    day.play(town)
    assert (town.harbor.cases(), town.harbor.unfinished()) == ([], [])
    for house in town.houses:
        assert house.left(house.papers["full"]) == {"ALPHA": (3, 4, 4), "SHARED": (1, 2, 2)}, "one of each came back"
        assert house.left(house.papers["changed"]) == {"BETA": (5, 7, 7)}
        assert house.shelves() == house.shelves_in_odoo() == shelf(house, town), house.site
        assert proof.expiries(house) == set()
    assert [proof.money(house) for house in (town.harbor, town.kobe)] == [FIRST, SECOND]
    assert proof.strangers(town.odoo) == []
    assert proof.misplaced(town) == []


def test_nobody_is_told_or_written_anything_of_another_company(town: Town) -> None:
    day.play(town)
    for house, who in ((town.harbor, "Alder"), (town.kobe, "山田商店")):
        told = proof.told(house)
        assert (told["customer"], told["supplier"]) == ({f"{who} customer"}, {f"{who} supplier"})
        streets = {order["document"]["ship_to"]["street"] for order in house.wms.books()}
        assert house.company.street in streets
        assert not any(other in street for street in streets for other in ("Alder", "山田") if other not in who)
    assert set(proof.whole_writes(town)) == {(1,), (town.kobe.company.id,)}, "each write is about one company"
    legs = {"ship": 1, "receive": 1}  # of what went from the one warehouse to the other
    assert proof.acts() == Counter({verb: 3 * times + legs.get(verb, 0) for verb, times in EACH.items()})
    assert {house.site: proof.notes(house) for house in (town.harbor, town.south)} == {
        "NORTH": ["WH/OUT/00001 Northgate has pick", "WH/OUT/00001 Parcel T-NORTH was"],
        "SOUTH": ["SW/OUT/00001 Northgate has pick", "SW/OUT/00001 Parcel T-SOUTH was"],
    }
    assert proof.notes(town.kobe) == ["WH/OUT/00001 Eastgate has picke", "WH/OUT/00001 Parcel T-NORTH was"]


def shelf(house: House, town: Town) -> Held:
    """What should lie there after the day, in any order of its steps."""
    sent = {town.harbor.site: -6, town.south.site: 6} if house is not town.kobe else {}
    received = StockEvent.objects.filter(warehouse=house.warehouse, kind="received", sku="SHARED")
    return {
        ("ALPHA", "", "good"): 100 - 4 + 9 - 2 + sent.get(house.site, 0),  # one was damaged, what came back was scrap
        ("ALPHA", "", "damaged"): 1,
        ("BETA", "", "good"): 100 - 7 + 2 - 3,
        ("BETA", "", "damaged"): 3,
        ("SHARED", LOT, "good"): 100 - 1,
        ("SHARED", OTHER, "good"): 100 - 2,
        ("SHARED", OTHER, "quarantine"): 1,
        **{("SHARED", lot, "good"): 4 for lot in set(received.values_list("lot", flat=True))},
    }
