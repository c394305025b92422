"""A count is compared with what Odoo should have held when it was scanned, whatever comes late, twice or never."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from integration.handlers import HANDLERS
from integration.jobs import acts, engine, recount
from integration.models import Lane, StockDifference, SyncJob
from tests.component.engine.yard import together, until
from tests.component.flows.shelves import Shelves, now
from tests.component.flows.yard import SOMEBODY, Sale

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
NAIL = ("NAIL", "", "good")


def line(code: str, **more: object) -> dict[str, Any]:
    return {"sku": f"P-{code}", **more}


def ago(minutes: float) -> str:
    return (now() - timedelta(minutes=minutes)).isoformat()


@pytest.fixture
def nails(shelves: Shelves) -> Shelves:
    shelves.allow()
    shelves.stock("NAIL", 20)
    return shelves


def released(shelves: Shelves, quantity: float = 5) -> Sale:
    return shelves.yard.released(("NAIL", quantity))


def exact(shelves: Shelves, quantity: int) -> None:
    """Both sides hold this, and nothing is left to do or to mend."""
    assert shelves.odoo() == shelves.wms() == {NAIL: D(quantity)}
    assert (shelves.yard.cases(), shelves.yard.unfinished()) == ([], [])


def counted(shelves: Shelves) -> list[Decimal]:
    """What counts have posted, in their order."""
    return [quantity for kind, *_, quantity in shelves.events() if kind == "counted"]


def lose(shelves: Shelves, quantity: int) -> None:
    """Goods vanish from the shelf, and nobody notices until they are counted."""
    shelves.yard.wms.control("stock", site="NORTH", lines=[{"sku": "P-NAIL", "quantity": str(-quantity)}])


def test_a_count_that_is_as_expected_writes_nothing_and_is_kept(nails: Shelves) -> None:
    nails.yard.odoo.forget_calls()
    nails.count(line("NAIL"))
    nails.yard.run()
    assert (nails.states(), nails.yard.odoo.writes(), nails.events()) == ([("counted", "equal")], [], [])
    exact(nails, 20)


def test_a_difference_is_posted_once(nails: Shelves) -> None:
    lose(nails, 3)
    nails.count(line("NAIL"), faults=["duplicate", "renumbered"], reason="CYCLE")
    nails.yard.run()
    assert (counted(nails), nails.states()) == ([D(-3)], [("counted", "posted")])
    exact(nails, 17)
    row = StockDifference.objects.get()
    assert (row.quantity, row.expected, row.posted) == (17, 20, -3)  # whoever reads it later sees why


def test_a_count_waits_for_approval_like_an_adjustment(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    lose(shelves, 3)
    shelves.count(line("NAIL"), count="C-1")
    shelves.yard.run()
    line_ = "17 of NAIL counted, 20 expected. No rule lets this difference through (0.00 USD)."
    assert shelves.yard.cases() == [("CD-8002", f"Northgate 3PL counted by C-1: {line_}")]
    shelves.approve("CD-8002")
    exact(shelves, 17)


def test_a_refused_count_posts_nothing_ever(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    lose(shelves, 3)
    document = shelves.count(line("NAIL"))
    shelves.yard.run()
    shelves.refuse("CD-8002")
    shelves.yard.wms.send("inventory.counted", document)
    shelves.yard.run()
    assert (shelves.odoo(), shelves.events(), shelves.yard.cases()) == ({NAIL: D(20)}, [], [])


def test_what_left_after_the_scan_and_is_posted_before_the_count_comes(nails: Shelves) -> None:
    sale = released(nails)
    at = now().isoformat()
    nails.yard.shipped(sale)
    nails.yard.wms.control("count", site="NORTH", lines=[line("NAIL", counted_at=at)])
    nails.yard.run()
    assert nails.states() == [("counted", "equal")]
    exact(nails, 15)


def test_what_left_before_the_scan_and_waits_for_its_posting(nails: Shelves) -> None:
    """The shipment's carrier is unknown: it waits for a mapping while the count is judged."""
    sale = released(nails)
    nails.yard.shipped(sale, carrier="NEW")
    nails.count(line("NAIL"))
    nails.yard.run()
    assert nails.states() == [("counted", "equal")]
    assert nails.odoo() == {NAIL: D(20)}
    nails.yard.map("carrier", "Express", "NEW")
    nails.yard.run()
    exact(nails, 15)
    assert counted(nails) == []


def test_what_left_before_the_scan_and_comes_after_the_count_was_posted(nails: Shelves) -> None:
    shipment = nails.yard.wms.ship(released(nails).release, faults=["lost"])
    nails.count(line("NAIL"))
    nails.yard.run()
    assert (counted(nails), nails.odoo()) == ([D(-5)], {NAIL: D(15)})
    nails.yard.wms.send("shipment.confirmed", shipment)
    nails.yard.run()
    exact(nails, 15)
    assert counted(nails) == [D(-5), D(5)]


def test_an_adjustment_from_before_the_scan_comes_after_it(nails: Shelves) -> None:
    adjustment = nails.adjust(line("NAIL", quantity="-4"), faults=["lost"])
    nails.count(line("NAIL"))
    nails.yard.run()
    assert counted(nails) == [D(-4)]
    nails.yard.wms.send("inventory.adjusted", adjustment)
    nails.yard.run()
    exact(nails, 16)
    assert counted(nails) == [D(-4), D(4)]


def test_a_shipment_that_a_person_ends_is_not_reckoned_with_any_more(nails: Shelves) -> None:
    sale = released(nails)
    nails.yard.shipped(sale, carrier="NEW")
    nails.count(line("NAIL"))
    nails.yard.run()
    acts.ignore_case(nails.yard.case("CD-3006").pk, SOMEBODY, "never again")
    nails.yard.run()
    assert (counted(nails), nails.odoo()) == ([D(-5)], {NAIL: D(15)})


def test_an_adjustment_that_waits_is_not_corrected_by_the_count(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    shelves.adjust(line("NAIL", quantity="-4"))
    shelves.yard.run()
    shelves.count(line("NAIL"))
    shelves.yard.run()
    assert shelves.states() == [("adjusted", "waiting"), ("counted", "equal")]
    shelves.approve()
    exact(shelves, 16)


def test_when_that_adjustment_is_refused_the_count_shows_what_is_missing(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    shelves.adjust(line("NAIL", quantity="-4"))
    shelves.count(line("NAIL"))
    shelves.yard.run()
    shelves.refuse()
    assert [code for code, _ in shelves.yard.cases()] == ["CD-8002"]
    shelves.approve("CD-8002")
    exact(shelves, 16)


def test_an_older_count_that_comes_late_changes_nothing(nails: Shelves) -> None:
    at = ago(5)
    lose(nails, 3)
    nails.count(line("NAIL"))
    nails.yard.run()
    nails.count(line("NAIL", quantity="20", counted_at=at))
    nails.yard.run()
    assert nails.states() == [("counted", "posted"), ("counted", "overtaken")]
    exact(nails, 17)


def test_a_count_that_could_not_be_posted_and_is_overtaken_is_not_reckoned_with(nails: Shelves) -> None:
    lose(nails, 3)
    nails.yard.odoo.fault("action_apply_inventory", "error503", model="stock.quant")
    nails.count(line("NAIL"))
    nails.yard.run()
    assert nails.yard.unfinished() == [("inventory_count", "retry")]
    lose(nails, 1)
    nails.count(line("NAIL"))
    nails.yard.run()
    nails.yard.later()
    assert (counted(nails), nails.states()) == ([D(-4)], [("counted", "overtaken"), ("counted", "posted")])
    exact(nails, 16)


def test_of_two_counts_of_one_moment_the_later_message_stands(nails: Shelves) -> None:
    at = ago(1)
    nails.count(line("NAIL", quantity="18", counted_at=at))
    nails.yard.run()
    nails.count(line("NAIL", quantity="17", counted_at=at))
    nails.yard.run()
    assert (counted(nails), nails.odoo()) == ([D(-2), D(-1)], {NAIL: D(17)})
    assert nails.yard.unfinished() == []


def test_lots_and_conditions_are_counted_apart(shelves: Shelves) -> None:
    shelves.allow()
    shelves.place("damaged")
    shelves.stock("GLUE", lots={"L1": 5, "L2": 7})
    shelves.yard.wms.control(
        "stock",
        site="NORTH",
        lines=[
            {"sku": "P-GLUE", "lot": "L1", "quantity": "-2"},
            {"sku": "P-GLUE", "lot": "L1", "condition": "damaged", "quantity": "1"},
            {"sku": "P-GLUE", "lot": "L3", "quantity": "4"},
        ],
    )
    shelves.count()
    shelves.yard.run()
    expected = {("GLUE", "L1", "good"): 3, ("GLUE", "L1", "damaged"): 1, ("GLUE", "L2", "good"): 7}
    assert shelves.odoo() == shelves.wms() == {**expected, ("GLUE", "L3", "good"): 4}
    assert (shelves.yard.cases(), shelves.yard.unfinished()) == ([], [])


def test_places_that_odoo_does_not_keep_apart_are_added_up(nails: Shelves) -> None:
    nails.count(line("NAIL", location="A1", quantity="12"), line("NAIL", location="A2", quantity="7"))
    nails.yard.run()
    assert (counted(nails), nails.odoo()) == ([D(-1)], {NAIL: D(19)})


def test_unless_they_were_counted_at_different_moments(nails: Shelves) -> None:
    first = line("NAIL", location="A1", quantity="12", counted_at=ago(2))
    nails.count(first, line("NAIL", location="A2", quantity="7", counted_at=ago(1)))
    nails.yard.run()
    assert ([code for code, _ in nails.yard.cases()], nails.odoo()) == (["CD-8010"], {NAIL: D(20)})


def test_a_place_that_odoo_keeps_apart_is_counted_by_itself(nails: Shelves) -> None:
    nails.place("good", "A1")
    nails.count(line("NAIL", location="A1", quantity="2"))
    nails.yard.run()
    assert nails.odoo() == {NAIL: D(20), ("NAIL", "", "good A1"): D(2)}


@pytest.mark.parametrize("fault", ["cut_after_commit", "cut_before"])
def test_a_lost_answer_corrects_once(nails: Shelves, fault: str) -> None:
    lose(nails, 3)
    nails.yard.odoo.fault("action_apply_inventory", fault, model="stock.quant")
    nails.count(line("NAIL"))
    nails.yard.run()
    nails.yard.later()
    assert counted(nails) == [D(-3)]
    exact(nails, 17)


def test_counts_and_shipments_of_two_workers_at_once_end_exact(nails: Shelves) -> None:
    sale = released(nails, 12)
    for number in range(4):
        shipped = nails.yard.line(sale, quantity="3")
        nails.yard.wms.ship(sale.release, lines=[shipped], final=number == 3)
        lose(nails, 1)
        nails.count(line("NAIL"))
    until(lambda: nails.yard.wms.pending() == 0)
    together(work, work)
    nails.yard.run()
    exact(nails, 4)


def work() -> None:
    """One worker of all lanes."""
    for _ in range(3):
        for lane in Lane:
            engine.run_lane(lane, HANDLERS, seconds=60)


def test_a_receipt_that_comes_after_its_goods_were_counted_is_not_corrected_twice(nails: Shelves) -> None:
    """The count saw the goods; their message is late: the count is judged again, and takes back what it had added."""
    yard = nails.yard
    yard.set(receipt_mode="live")
    bought = yard.expected(("NAIL", 6))
    yard.wms.control("receive", advice=bought.advice, mode="full", faults=["lost"])
    [kept] = [each for each in yard.wms.advices() if each["document"]["advice"] == bought.advice]
    nails.count(line("NAIL"))
    yard.run()
    assert counted(nails) == [D(6)]
    yard.wms.send("receipt.confirmed", kept["receipts"][0])
    yard.run()
    assert counted(nails) == [D(6), D(-6)]
    exact(nails, 26)


def test_counts_of_two_sites_with_one_number_are_both_judged_again(nails: Shelves) -> None:
    """Goods that moved before both of them are told late."""
    for site in ("EAST", "WEST"):
        StockDifference.objects.create(
            warehouse=nails.yard.warehouse, kind="counted", source=f"count/{nails.yard.partner.slug}/{site}/C-1",
            number="C-1", line="1", product_id=nails.products["NAIL"], sku="NAIL", quantity=20, place=1,
            happened_at=now(),
        )  # fmt: skip
    with transaction.atomic():
        assert recount.moved(nails.yard.warehouse.pk, [nails.products["NAIL"]], now() - timedelta(hours=1)) == 2
    jobs = SyncJob.objects.filter(flow="inventory_recount").order_by("stream__key")
    partner = nails.yard.partner.pk
    assert [(job.stream.key, job.payload["source"].split("/")[2]) for job in jobs] == [
        (f"inventory_count:{partner}:EAST/C-1", "EAST"),
        (f"inventory_count:{partner}:WEST/C-1", "WEST"),
    ]


def test_a_count_is_judged_again_where_it_was_judged(nails: Shelves) -> None:
    nails.count(line("NAIL"), count="C-1")
    nails.yard.run()
    with transaction.atomic():
        recount.judge([StockDifference.objects.get().source])
    again, first = SyncJob.objects.filter(flow__in=("inventory_count", "inventory_recount")).order_by("-pk")
    assert again.stream.key == first.stream.key == f"inventory_count:{nails.yard.partner.pk}:NORTH/C-1"
