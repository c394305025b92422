"""What a customer sends back is in Odoo's stock once, where its condition says, and is credited once it was judged."""

import pytest
from django.test import Client

from integration.console import story, waiting
from integration.jobs import decisions, tokens
from integration.models import Connection, Document, ExternalReference, SyncJob, Warehouse
from tests.component.flows.ledger import Invoice
from tests.component.flows.returns import Dock, line
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
every_odoo = pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)


@pytest.fixture
def dock(yard: Yard) -> Dock:
    return Dock(yard)


def sold(dock: Dock, *lines: tuple[str, float, float, float]) -> Sale:
    """Shipped in full."""
    sale = dock.ledger.sold(*(lines or (("CRATE-S", 10, 10, 10),)))
    dock.yard.shipped(sale, tracking=["1Z1"])
    dock.odoo.forget_calls()
    return sale


def decide(yard: Yard, code: str, choice: str, reason: str = "it is so") -> None:
    decisions.decide(yard.case(code).pk, choice, SOMEBODY, reason)
    yard.run()


def quiet(dock: Dock) -> None:
    assert (dock.yard.cases(), dock.yard.unfinished()) == ([], [])


@every_odoo
def test_goods_to_sell_again_are_in_stock_and_are_credited_at_the_order_s_prices(yard: Yard, dock: Dock) -> None:
    dock.ledger.rule("invoice")
    dock.ledger.rule("credit_note")
    sale, before = sold(dock, ("CRATE-S", 10, 10, 10), ("ROPE-10", 4, 2.5, 0)), dock.held("CRATE-S")
    dock.tell(line("CRATE-S", 3), release=sale.release)
    assert dock.held("CRATE-S") == {**before, "stock": before["stock"] + 3}
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 7, "ROPE-10": 4}
    [invoice, credit] = dock.ledger.invoices(sale)
    assert invoice[3:] == (100.0, 115.0)
    [document] = Document.objects.filter(kind="return")
    assert credit == Invoice("out_refund", "posted", f", {document.reference} (RT-1)", 27.0, 31.05)
    assert dock.came(sale) == [("returned", "good", 3, "")]
    assert (dock.counted("delivery", "returned"), dock.counted("return", "received")) == ([3, 0], [3])
    assert dock.ledger.traced() == [("shipment", "SHP-000001"), ("return", "RT-1")]
    quiet(dock)


def test_what_came_back_before_a_lost_invoice_was_posted_is_billed_and_credited(yard: Yard, dock: Dock) -> None:
    dock.ledger.rule("invoice")
    dock.ledger.rule("credit_note")
    yard.odoo.fault("action_post", "cut_before", model="account.move")
    sale = sold(dock)
    assert [one.state for one in dock.ledger.invoices(sale)] == ["draft"]
    dock.tell(line("CRATE-S", 3), release=sale.release)
    yard.later()
    assert [(one.kind, one.state, one.net) for one in dock.ledger.invoices(sale)] == [
        ("out_invoice", "posted", 90.0),
        ("out_refund", "posted", 27.0),
    ]
    quiet(dock)


@every_odoo
def test_each_condition_goes_to_its_place_and_scrap_out_of_the_stock(dock: Dock) -> None:
    sale, before = sold(dock), dock.held("CRATE-S")
    dock.tell(
        line("CRATE-S", 1),
        line("CRATE-S", 2, condition="damaged"),
        line("CRATE-S", 3, "quarantine"),
        line("CRATE-S", 4, "scrap", condition="damaged"),
        release=sale.release,
    )
    assert dock.held("CRATE-S") == {"stock": before["stock"] + 1, "damaged": 2, "quarantine": 3}
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 0}
    assert dock.shelves("CRATE-S") == {"good": -9, "damaged": 2, "quarantine": 3}
    assert dock.came(sale) == [
        ("returned", "good", 1, ""),
        ("returned", "damaged", 2, ""),
        ("returned", "quarantine", 3, ""),
        ("returned", "damaged", 4, ""),
        ("adjusted", "damaged", -4, ""),
    ]
    quiet(dock)


@pytest.mark.parametrize("named", ["release", "shipment", "order", "customer", "tracking_number"])
def test_whatever_names_what_they_left_with_finds_it(dock: Dock, named: str) -> None:
    sale = sold(dock)
    Document.objects.filter(kind="order").update(customer_reference="PO-77")
    names = {"release": sale.release, "shipment": "SHP-000001", "order": sale.name, "tracking_number": "1Z1"}
    told = {"order": "PO-77"} if named == "customer" else {named: names[named]}
    dock.tell(line("CRATE-S", 2), **told)
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 8}
    quiet(dock)


@every_odoo
def test_goods_that_nobody_has_judged_wait_in_quarantine_and_are_credited_later(yard: Yard, dock: Dock) -> None:
    dock.ledger.rule("invoice")
    dock.ledger.rule("credit_note")
    sale, before = sold(dock), dock.held("CRATE-S")
    dock.tell(line("CRATE-S", 5, None), release=sale.release)
    assert dock.held("CRATE-S") == {**before, "quarantine": 5}
    assert [one.kind for one in dock.ledger.invoices(sale)] == ["out_invoice"]
    dock.tell(
        line("CRATE-S", 2), line("CRATE-S", 1, condition="damaged"), line("CRATE-S", 2, "scrap"), release=sale.release
    )
    assert dock.held("CRATE-S") == {"stock": before["stock"] + 2, "damaged": 1, "quarantine": 0}
    assert [(one.kind, one.net) for one in dock.ledger.invoices(sale)] == [("out_invoice", 90.0), ("out_refund", 45.0)]
    assert [float(sum(one[2] for one in dock.came(sale) if one[1] == "quarantine"))] == [0.0]
    assert (dock.counted("return", "inspected"), dock.counted("return", "damaged")) == ([5], [3])
    assert dock.shelves("CRATE-S") == {"good": -8, "damaged": 1}
    quiet(dock)


def test_a_part_is_judged_first_and_the_rest_later(dock: Dock) -> None:
    dock.ledger.rule("invoice")
    dock.ledger.rule("credit_note")
    sale, before = sold(dock), dock.held("CRATE-S")
    dock.tell(line("CRATE-S", 5, None), release=sale.release)
    dock.tell(line("CRATE-S", 2), line("CRATE-S", 3, None), release=sale.release)
    assert dock.held("CRATE-S") == {"stock": before["stock"] + 2, "damaged": 0, "quarantine": 3}
    assert len(dock.ledger.invoices(sale)) == 1
    dock.tell(line("CRATE-S", 2), line("CRATE-S", 3, "quarantine"), release=sale.release)
    assert dock.held("CRATE-S") == {"stock": before["stock"] + 2, "damaged": 0, "quarantine": 3}
    assert [one.net for one in dock.ledger.invoices(sale)] == [90.0, 45.0]
    quiet(dock)


def test_the_same_return_again_changes_nothing(yard: Yard, dock: Dock) -> None:
    sale = sold(dock)
    for _ in range(2):
        dock.tell(line("CRATE-S", 2), release=sale.release)
    assert (dock.odoo.delivered(sale.id), len(dock.came(sale))) == ({"CRATE-S": 8}, 1)
    assert yard.effects("take_in") == ["landed"]
    quiet(dock)


def test_what_was_said_before_the_inspection_may_be_said_again_and_says_nothing_new(yard: Yard, dock: Dock) -> None:
    """A repeat or a replay under another number, or the first message after the one that overtook it."""
    sale, before = sold(dock), dock.held("CRATE-S")
    dock.tell(line("CRATE-S", 5, None), release=sale.release)
    dock.tell(line("CRATE-S", 5), release=sale.release)
    dock.tell(line("CRATE-S", 5, None), release=sale.release)
    assert dock.held("CRATE-S") == {**before, "stock": before["stock"] + 5}
    assert dock.counted("return", "inspected") == [5]
    quiet(dock)


def test_the_same_number_with_other_goods_is_for_a_person(yard: Yard, dock: Dock) -> None:
    sale = sold(dock)
    dock.tell(line("CRATE-S", 2), release=sale.release)
    dock.tell(line("CRATE-S", 3), release=sale.release)
    assert [code for code, _ in yard.cases()] == ["CD-7036"]
    assert "2 of CRATE-S before, now 3" in yard.case("CD-7036").cause
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 8}


@every_odoo
def test_serial_numbers_that_left_come_back(dock: Dock) -> None:
    sale = dock.ledger.sold(("DRILL", 2, 100, 0))
    dock.yard.shipped(sale, lines=[dock.yard.line(sale, serials=["DRILL-009", "DRILL-007"])])
    dock.tell(line("DRILL", 1, serials=["DRILL-007"]), release=sale.release)
    assert (dock.came(sale), dock.odoo.delivered(sale.id)) == ([("returned", "good", 1, "DRILL-007")], {"DRILL": 1})
    quiet(dock)


def test_a_serial_number_is_traced_from_its_order_to_its_credit_note(dock: Dock) -> None:
    dock.ledger.rule("invoice")
    dock.ledger.rule("credit_note")
    sale = dock.ledger.sold(("DRILL", 1, 100, 0))
    dock.yard.shipped(sale, lines=[dock.yard.line(sale, serials=["DRILL-007"])], tracking=["1Z1"])
    dock.tell(line("DRILL", 1, serials=["DRILL-007"]), release=sale.release)
    _, token = tokens.make("tests", ("orders:read",), None)
    reader = Client(headers={"authorization": f"Bearer {token}"})
    back, out = reader.get("/api/v1/trace", {"serial": "DRILL-007"}).json()["results"]
    assert [(step["movement"], step["quantity"], step["order"]) for step in (out, back)] == [
        ("shipped", "-1", sale.name),
        ("returned", "1", sale.name),
    ]
    assert [entry["kind"] for entry in out["entries"]] == ["out_invoice"]
    assert [(entry["kind"], entry["net"]) for entry in back["entries"]] == [("out_refund", "100")]
    assert {"type": "shipment", "number": "SHP-000001"} in out["numbers"]
    assert {"type": "return", "number": "RT-1"} in back["numbers"]
    assert len(reader.get("/api/v1/trace", {"order": sale.name}).json()["results"]) == 2
    assert reader.get("/api/v1/trace").status_code == 400


def test_a_number_that_did_not_leave_is_for_a_person(yard: Yard, dock: Dock) -> None:
    sale = dock.ledger.sold(("DRILL", 2, 100, 0))
    yard.shipped(sale, lines=[yard.line(sale, serials=["DRILL-009", "DRILL-007"])])
    dock.tell(line("DRILL", 1, serials=["DRILL-001"]), release=sale.release)
    assert [code for code, _ in yard.cases()] == ["CD-7032"]
    assert dock.odoo.delivered(sale.id) == {"DRILL": 2}


@pytest.mark.parametrize(("choice", "delivered"), [("take_in", -2), ("leave_out", 0)])
def test_more_than_left_is_taken_in_or_left_out_as_a_person_says(
    yard: Yard, dock: Dock, choice: str, delivered: float
) -> None:
    sale = sold(dock)
    dock.tell(line("CRATE-S", 12), release=sale.release)
    assert "2 of CRATE-S are more than left" in yard.case("CD-7031").cause
    decide(yard, "CD-7031", choice)
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": delivered}
    quiet(dock)


def test_what_is_back_already_cannot_come_back_again(yard: Yard, dock: Dock) -> None:
    sale = sold(dock)
    dock.tell(line("CRATE-S", 8), release=sale.release)
    dock.tell(line("CRATE-S", 3), receipt="RT-2", release=sale.release)
    assert [code for code, _ in yard.cases()] == ["CD-7031"]
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 2}
    order = Document.objects.get(kind="order", reference=sale.name)
    assert yard.case("CD-7031").document == order
    [wait] = waiting.waits(story.family(order.pk, Document.objects.all()), [], {})
    assert "1 of CRATE-S are more than left" in wait.text


def test_a_return_at_another_warehouse_than_ships_the_order_stays_with_its_people(yard: Yard, dock: Dock) -> None:
    """They see what is of no order of theirs by its connection, and nothing of the order."""
    sale = sold(dock)
    own = yard.warehouse
    elsewhere = Warehouse.objects.create(
        name="South", erp=yard.erp, company_id=own.company_id, erp_warehouse_id=99, wms=yard.partner, site="SOUTH"
    )
    Document.objects.filter(kind="delivery").update(warehouse=elsewhere)
    dock.tell(line("CRATE-S", 12), release=sale.release)
    assert (yard.case("CD-7031").document, SyncJob.objects.get(flow="return_receipt").document) == (None, None)


def test_a_return_of_two_transfers_goes_to_each(yard: Yard, dock: Dock) -> None:
    sale = dock.ledger.sold(("CRATE-S", 10, 10, 0))
    yard.shipped(sale, "partial")
    yard.shipped(sale)
    dock.tell(line("CRATE-S", 8), order=sale.name)
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 2}
    assert [float(one[2]) for one in dock.came(sale)] == [5, 3]
    assert yard.effects("take_in") == ["landed", "landed"]
    quiet(dock)


def test_a_product_that_did_not_leave_is_an_extra_line_if_a_person_takes_it_in(yard: Yard, dock: Dock) -> None:
    sale = sold(dock)
    before = dock.held("ROPE-10")
    dock.tell(line("CRATE-S", 1), line("ROPE-10", 2), release=sale.release)
    decide(yard, "CD-7033", "take_in")
    assert dock.held("ROPE-10")["stock"] == before["stock"] + 2
    quiet(dock)


def test_a_product_that_has_not_left_and_comes_back_is_counted_in_its_own_unit(yard: Yard, dock: Dock) -> None:
    """The warehouse's EA stands for dozens of others, too."""
    sale = dock.ledger.sold(("CRATE-S", 4, 10, 0))
    yard.odoo.add_line(sale.id, "GLOVE-M", 2)
    dock.tell(line("GLOVE-M", 1), release=sale.release)
    for _ in range(4):  # nothing of it has left: the shipment is waited for
        yard.later()
    assert [code for code, _ in yard.cases()] == ["CD-7042"]


def test_nothing_fits_until_a_person_names_the_order(yard: Yard, dock: Dock) -> None:
    sale = sold(dock)
    dock.tell(line("CRATE-S", 1), order="nobody knows")
    assert "order nobody knows" in yard.case("CD-7030").cause
    decide(yard, "CD-7030", "named", "S99999")
    assert "S99999" in yard.case("CD-7030").cause
    decide(yard, "CD-7030", "named", sale.name)
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 9}
    quiet(dock)


@every_odoo
def test_goods_without_any_order_are_stock_all_the_same(yard: Yard, dock: Dock) -> None:
    before = dock.held("CRATE-S")
    dock.tell(line("CRATE-S", 1), line("ROPE-10", 2))
    decide(yard, "CD-7030", "without")
    assert dock.held("CRATE-S")["stock"] == before["stock"] + 1
    assert ExternalReference.objects.get(document_type="return").reference == "RT-1"
    quiet(dock)


def test_without_a_place_the_case_names_it(yard: Yard, dock: Dock) -> None:
    yard.warehouse.places.all().delete()
    sale = sold(dock)
    dock.tell(line("CRATE-S", 1, None), release=sale.release)
    assert "no place in Odoo for goods to quarantine" in yard.case("CD-7034").cause
    dock._place("quarantine")
    yard.later()
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 9}
    quiet(dock)


@pytest.mark.parametrize("fault", ["cut_after_commit", "cut_before"])
@pytest.mark.parametrize("call", ["stock.return.picking.action_create_returns", "stock.picking.button_validate"])
def test_a_lost_answer_takes_it_in_once(yard: Yard, dock: Dock, call: str, fault: str) -> None:
    sale = sold(dock)
    model, _, method = call.rpartition(".")
    yard.odoo.fault(method, fault, model=model)
    dock.tell(line("CRATE-S", 2), release=sale.release)
    assert yard.unfinished() == [("return_receipt", "retry")]
    yard.later()
    assert (dock.odoo.delivered(sale.id), len(dock.came(sale))) == ({"CRATE-S": 8}, 1)
    returns = dock.odoo.rows(
        "stock.picking", [["sale_id", "=", sale.id], ["picking_type_code", "=", "incoming"]], "state"
    )
    assert [row["state"] for row in returns] == ["done"]
    quiet(dock)


def test_a_lost_answer_of_an_inspection_moves_it_once(yard: Yard, dock: Dock) -> None:
    sale, before = sold(dock), dock.held("CRATE-S")
    dock.tell(line("CRATE-S", 2, None), release=sale.release)
    yard.odoo.fault("button_validate", "cut_after_commit")
    dock.tell(line("CRATE-S", 2), release=sale.release)
    yard.later()
    assert dock.held("CRATE-S") == {"stock": before["stock"] + 2, "damaged": 0, "quarantine": 0}
    assert dock.counted("return", "inspected") == [2]
    quiet(dock)


def test_an_inspection_that_stops_half_way_is_booked_whole(yard: Yard, dock: Dock) -> None:
    sale, before = sold(dock), dock.held("CRATE-S")
    dock.tell(line("CRATE-S", 3, None), release=sale.release)
    yard.odoo.fault("button_validate", "error503", skip=1)
    dock.tell(line("CRATE-S", 2), line("CRATE-S", 1, condition="damaged"), release=sale.release)
    assert yard.unfinished() == [("return_receipt", "retry")]
    yard.later()
    assert dock.held("CRATE-S") == {"stock": before["stock"] + 2, "damaged": 1, "quarantine": 0}
    assert dock.counted("return", "inspected") == [3]
    assert sum(one[2] for one in dock.came(sale) if one[1] == "quarantine") == 0
    quiet(dock)


def test_goods_billed_by_the_ordered_quantity_are_credited_by_a_person(yard: Yard, dock: Dock) -> None:
    dock.ledger.rule("invoice")
    dock.ledger.rule("credit_note")
    sale = yard.released(("CRATE-S", 4))
    product = yard.odoo.id_of("product.product", "CRATE-S", "default_code")
    yard.odoo.call("product.product", "write", [product], {"invoice_policy": "order"})
    yard.shipped(sale)
    dock.tell(line("CRATE-S", 1), release=sale.release)
    assert [code for code, _ in yard.cases()] == ["CD-8108"]


def test_a_return_that_overtakes_its_shipment_waits_for_it(yard: Yard, dock: Dock) -> None:
    sale = dock.ledger.sold(("CRATE-S", 10, 10, 10))
    shipment = yard.shipped(sale, faults=["lost"])
    dock.tell(line("CRATE-S", 3), release=sale.release)
    assert (yard.unfinished(), yard.cases()) == ([("return_receipt", "retry")], [])
    for _ in range(4):
        yard.later()
    assert [code for code, _ in yard.cases()] == ["CD-7042"]
    yard.wms.send("shipment.confirmed", shipment)
    yard.later()
    assert (dock.odoo.delivered(sale.id), dock.counted("delivery", "returned")) == ({"CRATE-S": 7}, [3])
    quiet(dock)


def test_the_transfer_of_a_return_that_is_stuck_is_not_announced(yard: Yard, dock: Dock) -> None:
    sale = sold(dock)
    yard.odoo.fault("button_validate", "error503")
    dock.tell(line("CRATE-S", 3), release=sale.release)
    yard.look()
    assert dock.expected() == []
    yard.later()
    assert (dock.expected(), dock.odoo.delivered(sale.id)) == ([], {"CRATE-S": 7})
    quiet(dock)


def test_nothing_of_another_odoo_with_the_same_numbers_is_touched(yard: Yard, dock: Dock) -> None:
    sale = sold(dock)
    other = Connection.objects.create(slug="other", name="Other", kind="odoo", base_url="http://127.0.0.1:9")
    Document.objects.update(connection=other)
    ExternalReference.objects.update(erp=other)
    dock.tell(line("CRATE-S", 3), release=sale.release, shipment="SHP-000001", order=sale.name, tracking_number="1Z1")
    assert [code for code, _ in yard.cases()] == ["CD-7030"]
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 10}


def test_a_code_that_two_products_have_is_for_a_person(yard: Yard, dock: Dock) -> None:
    twin = yard.odoo.product("ROPE-10")
    dock.tell(line("ROPE-10", 2))
    decide(yard, "CD-7030", "without")
    assert "2 products have the code ROPE-10" in yard.case("CD-7035").cause
    yard.odoo.call("product.product", "write", [twin], {"default_code": "ROPE-11"})
    yard.retry("CD-7035")
    yard.run()
    quiet(dock)


@pytest.mark.parametrize("how", ["action_cancel", "unlink"])
def test_a_transfer_that_somebody_cancelled_meanwhile_is_made_anew(yard: Yard, dock: Dock, how: str) -> None:
    sale = sold(dock)
    yard.odoo.fault("button_validate", "error503")
    dock.tell(line("CRATE-S", 3), release=sale.release)
    domain = [["sale_id", "=", sale.id], ["picking_type_code", "=", "incoming"]]
    [made] = yard.odoo.rows("stock.picking", domain, "state")
    yard.odoo.call("stock.picking", "action_cancel", [made["id"]])
    if how == "unlink":
        yard.odoo.call("stock.picking", "unlink", [made["id"]])
    yard.later()
    assert (dock.odoo.delivered(sale.id), len(dock.came(sale))) == ({"CRATE-S": 7}, 1)
    quiet(dock)


def test_one_that_somebody_validated_meanwhile_is_for_a_person(yard: Yard, dock: Dock) -> None:
    sale = sold(dock)
    yard.odoo.fault("action_create_returns", "cut_after_commit", model="stock.return.picking")
    dock.tell(line("CRATE-S", 3), release=sale.release)
    domain = [["sale_id", "=", sale.id], ["picking_type_code", "=", "incoming"]]
    [made] = yard.odoo.rows("stock.picking", domain, "name")
    yard.odoo.receive_by_hand(made["name"])
    yard.later()
    assert [code for code, _ in yard.cases()] == ["CD-7035"]
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 7}


def test_an_inspection_whose_transfer_somebody_cancelled_moves_the_goods_anew(yard: Yard, dock: Dock) -> None:
    sale, before = sold(dock), dock.held("CRATE-S")
    dock.tell(line("CRATE-S", 2, None), release=sale.release)
    yard.odoo.fault("button_validate", "error503")
    dock.tell(line("CRATE-S", 2), release=sale.release)
    [made] = yard.odoo.rows("stock.picking", [["picking_type_code", "=", "internal"]], "state")
    yard.odoo.call("stock.picking", "action_cancel", [made["id"]])
    yard.later()
    assert dock.held("CRATE-S") == {"stock": before["stock"] + 2, "damaged": 0, "quarantine": 0}
    quiet(dock)
