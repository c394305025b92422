"""What cannot be asked of the warehouse, or not sent, holds up neither the rest of the wish nor the goods."""

import pytest

from integration.jobs import acts, shipments
from integration.models import Connection, Document, ExceptionCase, SyncJob
from integration.sandbox.wms.contract import ACCEPTS
from tests.component.flows.test_changes import CHANGES, at_stage, codes, conserved, requests
from tests.component.flows.test_changes_odd_turns import ship_crates
from tests.component.flows.yard import SOMEBODY, Yard

pytestmark = pytest.mark.django_db(transaction=True)
NEVER = {"match": {"side": "request", "method": "POST", "path": "/orders/changes"}, "fault": "error503"}


@pytest.fixture(autouse=True)
def _takes_changes(yard: Yard) -> None:
    Connection.objects.filter(pk=yard.partner.pk).update(profile={"facts": {"accepts": list(ACCEPTS)}})


def test_a_request_that_cannot_be_sent_holds_up_no_shipment(yard: Yard) -> None:
    sale = at_stage(yard, "packed")
    yard.wms.control("faults", **NEVER, times=100)
    CHANGES["down"](yard, sale)
    yard.look()
    yard.shipped(sale)
    yard.look()
    assert yard.left(sale) == {"CRATE-S": (10, 10, 10), "ROPE-10": (2, 2, 2)}
    yard.wms.server.world.rules.clear()
    yard.later()
    assert (codes(yard), yard.unfinished(), conserved()) == (["CD-4012"], [], [])


def test_a_change_goes_out_after_its_release(yard: Yard) -> None:
    """The release was sent, and nobody knows whether it landed."""
    yard.wms.control("faults", match={"side": "request", "method": "POST"}, fault="error503", times=100)
    sale = yard.sell(("CRATE-S", 10), ("ROPE-10", 2))
    yard.look()
    CHANGES["down"](yard, sale)
    yard.look()
    assert yard.wms.held() == []
    waiting = SyncJob.objects.filter(flow="change_send").values_list("failure_code", flat=True)
    assert set(waiting) <= {"CD-1008"}
    yard.wms.server.world.rules.clear()
    for _ in range(4):
        yard.later()
    assert [held.lines for held in yard.wms.held()] == [{"P-CRATE-S": "6", "P-ROPE-10": "2"}]
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_a_line_without_codes_holds_up_no_reduction(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.odoo.add_line(sale.id, "CRATE-L", 3)
    CHANGES["down"](yard, sale)
    yard.look()
    yard.look()
    [held] = yard.wms.held()
    assert (held.lines, codes(yard)) == ({"P-CRATE-S": "6", "P-ROPE-10": "2"}, ["CD-3001"])
    yard.map("product", "CRATE-L", "P-CRATE-L")
    yard.later()
    [held] = yard.wms.held()
    assert held.lines == {"P-CRATE-S": "6", "P-ROPE-10": "2", "P-CRATE-L": "3"}
    assert (yard.cases(), requests()) == ([], [("change", 1, "accepted"), ("change", 2, "accepted")])


def test_more_is_not_asked_for_while_odoo_holds_the_order(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    yard.odoo.call("res.partner", "write", [customer], {"sale_warn": "block", "sale_warn_msg": "Owes us money"})
    CHANGES["up"](yard, sale)
    yard.odoo.order_more(sale.id, "ROPE-10", 1)
    yard.look()
    assert (yard.wms.held()[0].lines, codes(yard)) == ({"P-CRATE-S": "10", "P-ROPE-10": "1"}, ["CD-4003"])
    yard.odoo.call("res.partner", "write", [customer], {"sale_warn": "no-message"})
    yard.later()
    assert (yard.wms.held()[0].lines, codes(yard)) == ({"P-CRATE-S": "12", "P-ROPE-10": "1"}, [])


def test_an_address_that_lacks_its_street_is_not_asked_for(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    yard.odoo.call("res.partner", "write", [customer], {"street": False})
    CHANGES["down"](yard, sale)
    yard.sweep()
    assert (yard.wms.held()[0].lines["P-CRATE-S"], codes(yard)) == ("6", ["CD-4001"])
    yard.odoo.call("res.partner", "write", [customer], {"street": "2 Other Street"})
    yard.sweep()
    assert (yard.wms.books()[0]["document"]["ship_to"]["street"], codes(yard)) == ("2 Other Street", [])


def test_what_left_too_much_is_told_though_a_person_ends_the_release(yard: Yard) -> None:
    """The warehouse had not answered yet, and a shipment of the release never came."""
    sale = at_stage(yard, "packed")
    yard.wms.control("settings", answer_changes=False)
    CHANGES["down"](yard, sale)
    yard.look()
    ship_crates(yard, sale, "10")
    Document.objects.filter(reference=sale.release).update(shipment_count=2, shipments_due_at="2026-01-01T00:00Z")
    shipments.tell_missing()
    assert codes(yard) == ["CD-5016"]
    acts.done_by_hand(ExceptionCase.objects.get().pk, SOMEBODY, "it is lost")
    yard.look()
    assert codes(yard) == ["CD-4012"]
