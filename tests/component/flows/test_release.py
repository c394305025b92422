"""When an order is released, and what the warehouse then holds."""

import pytest

from integration.models import CapturedRecord, Document, ExternalReference, OutboundMessage
from tests.component.flows.wms import Held
from tests.component.flows.yard import Yard

CARRIER = "Standard delivery"
pytestmark = pytest.mark.django_db(transaction=True)


def test_at_confirmation_everything_is_asked_for_whether_or_not_it_is_there(yard: Yard) -> None:
    yard.odoo.product("NEW", stock=1)
    yard.map("product", "NEW", "P-NEW")
    sale = yard.sell(("NEW", 4))
    yard.look()
    assert yard.wms.held() == [Held(sale.release, 1, "received", {"P-NEW": "4"})]
    assert (yard.state(sale.release), yard.cases()) == ("released", [])


def test_the_warehouse_gets_address_carrier_reference_and_its_own_codes(yard: Yard) -> None:
    sale = yard.sell(("CRATE-S", 3), client_order_ref="PO 7")
    yard.look()
    document = yard.wms.books()[0]["document"]
    ship_to = {key: document["ship_to"][key] for key in ("company", "street", "city", "postcode", "country")}
    assert (document["order"], document["site"], document["customer_reference"]) == (sale.name, "NORTH", "PO 7")
    assert (document["carrier"]["code"], document["lines"][0]["unit"]) == ("STD", "EA")
    assert ship_to == {
        "company": "Alder Outdoor",
        "street": "2 Alder Street",
        "city": "Springfield",
        "postcode": "62701",
        "country": "US",
    }
    assert yard.odoo.writes() == []


def test_an_order_says_whose_it_is_where_it_leaves_and_how_before_it_is_released(yard: Yard) -> None:
    """By that cases are given to people, and ranked by what leaves first."""
    yard.odoo.product("UNMAPPED", stock=1)
    yard.sell(("UNMAPPED", 1))
    yard.look()
    order = Document.objects.get(kind="order")
    customer = CapturedRecord.objects.get(model="sale.order").snapshot["customer_id"]
    assert (order.erp_partner_id, order.named_warehouse, order.carrier) == (customer, yard.warehouse, CARRIER)
    assert not Document.objects.filter(kind="delivery").exists()
    yard.map("product", "UNMAPPED", "P-1")
    yard.look()
    delivery = Document.objects.get(kind="delivery")
    assert (delivery.erp_partner_id, delivery.carrier) == (customer, CARRIER)


def test_dozens_are_asked_for_as_pieces(yard: Yard) -> None:
    dozens = yard.odoo.id_of("uom.uom", "Dozens")
    yard.odoo.product("EGG", stock=10, uom_id=dozens, uom_po_id=dozens)
    yard.map("product", "EGG", "P-EGG")
    sale = yard.sell(("EGG", 2))
    yard.look()
    assert yard.wms.held(sale.name)[0].lines == {"P-EGG": "24"}


def test_when_reserved_nothing_goes_out_before_all_of_it_is_there(yard: Yard) -> None:
    yard.set(release_point="reserved")
    product = yard.odoo.product("NEW", stock=1)
    yard.map("product", "NEW", "P-NEW")
    sale = yard.sell(("NEW", 4))
    yard.look()
    assert (yard.wms.held(), yard.cases(), yard.unfinished()) == ([], [], [])
    yard.odoo.put(product, 9)
    _reserve(yard, sale.id)
    yard.look()
    assert yard.wms.held() == [Held(sale.release, 1, "received", {"P-NEW": "4"})]


def test_the_reserved_part_grows_by_versions_of_one_release(yard: Yard) -> None:
    yard.set(release_point="reserved_part")
    product = yard.odoo.product("NEW", stock=1)
    yard.map("product", "NEW", "P-NEW")
    sale = yard.sell(("NEW", 4))
    yard.look()
    assert yard.wms.held() == [Held(sale.release, 1, "received", {"P-NEW": "1"})]
    yard.odoo.put(product, 9)
    _reserve(yard, sale.id)
    yard.look()
    assert yard.wms.held() == [Held(sale.release, 2, "received", {"P-NEW": "4"})]
    document = Document.objects.get(reference=sale.release)
    assert (document.version, document.lines.get().released, yard.cases()) == (2, 4, [])


def test_nothing_reserved_means_nothing_released_of_the_reserved_part(yard: Yard) -> None:
    yard.set(release_point="reserved_part")
    yard.odoo.product("NEW")
    yard.sell(("NEW", 4))
    yard.look()
    assert (yard.wms.held(), yard.cases(), yard.unfinished()) == ([], [], [])


def test_looking_again_and_again_sends_nothing_again(yard: Yard) -> None:
    sale = yard.sell(("CRATE-S", 3))
    for _ in range(3):
        yard.look()
        yard.sweep()
    assert yard.wms.held() == [Held(sale.release, 1, "received", {"P-CRATE-S": "3"})]
    assert (OutboundMessage.objects.count(), yard.effects("send order.release")) == (1, ["landed"])
    assert ExternalReference.objects.filter(document_type="release").count() == 1


def test_a_quotation_is_no_business_of_the_warehouse(yard: Yard) -> None:
    product = yard.odoo.id_of("product.product", "CRATE-S", "default_code")
    line = [0, 0, {"product_id": product, "product_uom_qty": 1}]
    yard.odoo.call(
        "sale.order", "create", {"partner_id": yard.odoo.id_of("res.partner", "Alder Outdoor"), "order_line": [line]}
    )
    yard.look()
    assert (yard.wms.held(), Document.objects.count()) == ([], 0)


def test_where_releasing_is_switched_off_nothing_goes_out(yard: Yard) -> None:
    yard.set(release_mode="off")
    yard.sell(("CRATE-S", 1))
    yard.look()
    assert (yard.wms.held(), yard.cases(), yard.unfinished()) == ([], [], [])


def test_a_release_whose_answer_was_lost_is_one_order_at_the_warehouse(yard: Yard) -> None:
    yard.wms.fault("cut_after_commit")
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert (yard.effects("send order.release"), yard.cases()) == (["intended"], [])
    yard.later()
    assert yard.wms.held() == [Held(sale.release, 1, "received", {"P-CRATE-S": "3"})]
    assert (yard.effects("send order.release"), yard.state(sale.release)) == (["landed"], "released")


def test_a_release_that_never_got_there_is_sent_again(yard: Yard) -> None:
    yard.wms.fault("cut_before")
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    yard.later()
    assert yard.wms.held() == [Held(sale.release, 1, "received", {"P-CRATE-S": "3"})]
    assert (yard.effects("send order.release"), yard.cases(), yard.unfinished()) == (["landed"], [], [])


def _reserve(yard: Yard, order: int) -> None:
    [picking] = yard.odoo.rows("stock.picking", [["sale_id", "=", order]], "name")
    yard.odoo.call("stock.picking", "action_assign", [picking["id"]])
