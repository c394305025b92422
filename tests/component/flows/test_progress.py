"""How far the warehouse is: in our tables, in Odoo's chatter, and in front of a person when a pick falls short."""

from decimal import Decimal

import pytest

from integration.models import CartonLine, Document, DocumentLine, StageEvent, Warehouse
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
every_odoo = pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)
Progress = Warehouse.Progress


def told(yard: Yard, sale: Sale, stage: str, **how: object) -> None:
    yard.wms.progress(sale.release, stage, **how)
    yard.run()


def line_of(sale: Sale, sku: str = "CRATE-S") -> DocumentLine:
    return DocumentLine.objects.select_related("document").get(document__reference=sale.release, sku=sku)


def test_each_line_shows_how_far_it_is(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 4), ("ROPE-10", 2))
    assert [line_of(sale).stage, line_of(sale, "ROPE-10").stage] == ["accepted", "accepted"]
    crate = line_of(sale).line
    told(yard, sale, "picking", lines=[{"line": crate, "picked": "3"}])
    assert [line_of(sale).stage, line_of(sale, "ROPE-10").stage] == ["picking", "accepted"]
    told(yard, sale, "packed")
    line = line_of(sale)
    assert (line.stage, line.picked, line.packed, line.short) == ("packed", 4, 4, 0)
    yard.shipped(sale)
    assert line_of(sale).stage == "shipped"
    assert (yard.cases(), yard.unfinished(), yard.odoo.notes(sale.id)) == ([], [], [])


def test_what_is_older_changes_nothing_and_a_repeat_is_no_second_event(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 4))
    told(yard, sale, "packed", at="2026-05-04T10:00:00Z", faults=["duplicate", "renumbered"])
    told(yard, sale, "picked", at="2026-05-04T09:00:00Z")
    document = Document.objects.get(kind="delivery", reference=sale.release)
    assert (document.stage, line_of(sale).packed) == ("packed", 4)
    events = StageEvent.objects.order_by("at").values_list("stage", "counts")
    assert list(events) == [("picked", False), ("packed", True)]
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_a_quantity_that_is_none_in_odoo_names_the_moment_whatever_zone_the_warehouse_is_in(yard: Yard) -> None:
    dozens = yard.odoo.id_of("uom.uom", "Dozens")
    yard.odoo.product("EGG", stock=10, uom_id=dozens, uom_po_id=dozens)
    yard.map("product", "EGG", "P-EGG")
    sale = yard.released(("EGG", 2))
    picked = [{"line": line_of(sale, "EGG").line, "picked": "1"}]
    told(yard, sale, "picked", lines=picked, at="2026-05-04T01:30:00+02:00")
    [(code, cause)] = yard.cases()
    assert code == "CD-5027"
    assert cause.endswith("stage picked of 2026-05-03 23:30 UTC.")


def test_what_lies_in_a_carton_is_kept_in_odoo_s_unit(yard: Yard) -> None:
    dozens = yard.odoo.id_of("uom.uom", "Dozens")
    yard.odoo.product("EGG", stock=10, uom_id=dozens, uom_po_id=dozens)
    yard.map("product", "EGG", "P-EGG")
    sale = yard.released(("EGG", 2), ("CRATE-S", 1))
    told(yard, sale, "packed", cartons=1)
    told(yard, sale, "packed", cartons=2)
    rows = CartonLine.objects.values_list("package", "sku", "quantity").order_by("package")
    assert list(rows) == [(f"{sale.release}-C1", "EGG", Decimal(2)), (f"{sale.release}-C2", "CRATE-S", Decimal(1))]
    assert (line_of(sale, "EGG").picked, yard.cases(), yard.unfinished()) == (2, [], [])


@every_odoo
def test_odoo_gets_one_note_for_each_stage(yard: Yard) -> None:
    yard.set(progress_notes=Progress.NOTES)
    sale = yard.released(("CRATE-S", 4))
    told(yard, sale, "picking")
    told(yard, sale, "picked")
    told(yard, sale, "picked")
    told(yard, sale, "packed", faults=["renumbered"])
    assert yard.odoo.notes(sale.id) == [
        "Northgate 3PL is picking.",
        "Northgate 3PL has picked. 4 of 4 CRATE-S picked",
        "Northgate 3PL has packed. 4 of 4 CRATE-S picked, 4 packed",
    ]
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_a_note_whose_answer_was_lost_is_found_by_its_mark(yard: Yard) -> None:
    yard.set(progress_notes=Progress.NOTES)
    sale = yard.released(("CRATE-S", 4))
    yard.odoo.fault("message_post", "cut_after_commit")
    told(yard, sale, "picked")
    yard.later()
    assert (yard.odoo.notes(sale.id), yard.effects("note")) == (
        ["Northgate 3PL has picked. 4 of 4 CRATE-S picked"],
        ["landed"],
    )
    assert (yard.cases(), yard.unfinished()) == ([], [])


@pytest.mark.parametrize("fault", ["cut_after_commit", "cut_before"])
def test_a_note_that_was_begun_before_the_goods_left_is_known_to_stand(yard: Yard, fault: str) -> None:
    yard.set(progress_notes=Progress.NOTES)
    sale = yard.released(("CRATE-S", 4))
    yard.odoo.fault("message_post", fault)
    told(yard, sale, "picked")
    yard.shipped(sale)
    yard.later()
    assert (len(yard.odoo.notes(sale.id)), yard.effects("note")) == (1, ["landed"])
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_a_note_that_odoo_refuses_holds_up_no_shipment(yard: Yard) -> None:
    yard.set(progress_notes=Progress.NOTES)
    sale = yard.released(("CRATE-S", 4))
    yard.odoo.mail("")
    told(yard, sale, "picked")
    assert [code for code, _ in yard.cases()] == ["CD-5028"]
    yard.odoo.mail("crossdock@example.com")
    yard.shipped(sale)
    assert yard.left(sale) == {"CRATE-S": (4, 4, 4)}
    yard.retry("CD-5028")
    yard.run()
    assert (yard.cases(), yard.unfinished()) == ([], [])


@every_odoo
def test_a_short_pick_is_a_thing_to_do_until_the_shipment_comes(yard: Yard) -> None:
    yard.set(progress_notes=Progress.ACTIVITIES)
    sale = yard.released(("CRATE-S", 4))
    told(yard, sale, "picked", short={line_of(sale).line: "1"})
    told(yard, sale, "packed", short={line_of(sale).line: "1"})
    assert (yard.odoo.to_do(sale.id), yard.cases()) == (["Short pick"], [])
    yard.shipped(sale, "short")
    assert (yard.odoo.to_do(sale.id), yard.effects("activity"), yard.effects("activity done")) == (
        [],
        ["landed"],
        ["landed"],
    )
    assert (yard.cases(), yard.unfinished()) == ([], [])


@pytest.mark.parametrize(("fault", "state"), [("cut_after_commit", "landed"), ("cut_before", "refused")])
def test_a_thing_to_do_that_was_begun_before_the_goods_left_is_not_left_open(
    yard: Yard, fault: str, state: str
) -> None:
    yard.set(progress_notes=Progress.ACTIVITIES)
    sale = yard.released(("CRATE-S", 4))
    yard.odoo.fault("create", fault, model="mail.activity")
    told(yard, sale, "picked", short={line_of(sale).line: "1"})
    yard.shipped(sale)
    yard.later()
    assert (yard.odoo.to_do(sale.id), yard.effects("activity")) == ([], [state])
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_a_short_pick_without_a_thing_to_do_is_a_case_until_the_shipment_comes(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 4))
    told(yard, sale, "picked", short={line_of(sale).line: "1"})
    assert yard.cases() == [("CD-5024", f"Northgate 3PL will not find all of {sale.release}: 1 x CRATE-S of 4.")]
    yard.shipped(sale, "short")
    assert (yard.cases(), yard.unfinished(), line_of(sale).short) == ([], [], 1)


def test_goods_that_were_found_after_all_close_the_case(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 4))
    told(yard, sale, "picked", short={line_of(sale).line: "1"})
    told(yard, sale, "packed")
    assert (yard.cases(), line_of(sale).short) == ([], 0)


def test_progress_that_its_shipment_overtook_is_history(yard: Yard) -> None:
    yard.set(progress_notes=Progress.ACTIVITIES)
    sale = yard.released(("CRATE-S", 4))
    crate = line_of(sale).line
    yard.shipped(sale)
    told(yard, sale, "picked", short={crate: "1"})
    assert (yard.odoo.notes(sale.id), yard.odoo.to_do(sale.id)) == ([], [])
    assert (line_of(sale).stage, yard.cases(), yard.unfinished()) == ("shipped", [], [])


def test_progress_of_an_unknown_release_waits_for_a_person(yard: Yard) -> None:
    yard.released(("CRATE-S", 4))
    data = {"release": "WH/OUT/09999", "stage": "picked", "at": "2026-05-04T10:00:00Z"}
    assert yard.wms.send("order.progressed", data) == 202
    yard.run()
    cause = "Northgate 3PL sent order.progressed for WH/OUT/09999, which was never released to it."
    assert yard.cases() == [("CD-5022", cause)]
