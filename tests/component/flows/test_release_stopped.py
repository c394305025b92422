"""What keeps an order from going out: one case with its words, nothing sent, and on it goes once the cause is gone."""

import pytest
from django.db import transaction

from integration.jobs import mappings, warehouses
from integration.models import BusinessRule, CodeMapping, ExceptionCase, Warehouse
from tests.component.flows.wms import Held
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)


def stopped(yard: Yard, *cases: tuple[str, str]) -> None:
    """Nothing at the warehouse, nothing written to Odoo, these open cases, and one job that waits for them."""
    assert yard.cases() == list(cases)
    assert (yard.wms.held(), yard.odoo.writes()) == ([], [])
    assert yard.unfinished() == [("order_release", "blocked")]


def went_out(yard: Yard, sale: Sale, lines: dict[str, str]) -> None:
    """At the warehouse as version 1, and every case closed by itself."""
    assert yard.wms.held(sale.name) == [Held(sale.release, 1, "received", lines)]
    assert (yard.cases(), yard.unfinished()) == ([], [])
    assert not ExceptionCase.objects.exclude(state="resolved", resolved_by=None).exists()


def test_everything_unmapped_is_told_at_once_and_mapping_it_lets_every_order_go(yard: Yard) -> None:
    first = yard.sell(("CRATE-L", 1), ("PALLET", 2), carrier_id=yard.odoo.id_of("delivery.carrier", "Express"))
    second = yard.sell(("PALLET", 5))
    yard.look()
    assert sorted(yard.cases()) == [  # two orders come in no order that anybody promised
        ("CD-3001", "Odoo product CRATE-L has no SKU at Northgate 3PL."),
        ("CD-3001", "Odoo product PALLET has no SKU at Northgate 3PL."),
        ("CD-3005", "Odoo delivery method Express has no carrier code at Northgate 3PL."),
    ]
    yard.map("product", "PALLET", "P-PALLET")
    yard.run()
    assert yard.wms.held() == [Held(second.release, 1, "received", {"P-PALLET": "5"})]
    assert sorted(code for code, _ in yard.cases()) == ["CD-3001", "CD-3005"]
    yard.map("product", "CRATE-L", "P-CRATE-L")
    yard.map("carrier", "Express", "EXP")
    yard.run()
    went_out(yard, first, {"P-CRATE-L": "1", "P-PALLET": "2"})


def test_what_was_mapped_until_its_mapping_was_ended(yard: Yard) -> None:
    before = yard.released(("CRATE-S", 3))
    mapping = CodeMapping.objects.get(odoo_code="CRATE-S", partner=yard.partner)
    mappings.end(mapping.pk, SOMEBODY, "another number is coming")
    sale = yard.sell(("CRATE-S", 2))
    yard.look()
    assert yard.cases() == [("CD-3001", "Odoo product CRATE-S has no SKU at Northgate 3PL.")]
    yard.shipped(before)
    assert yard.left(before) == {"CRATE-S": (3, 3, 3)}
    yard.map("product", "CRATE-S", "NEW-SKU")
    yard.run()
    went_out(yard, sale, {"NEW-SKU": "2"})


def test_a_unit_without_a_code(yard: Yard) -> None:
    kilo = yard.odoo.id_of("uom.uom", "kg")
    yard.odoo.product("NAILS", stock=50, uom_id=kilo, uom_po_id=kilo)
    yard.map("product", "NAILS", "P-NAILS")
    sale = yard.sell(("NAILS", 3))
    yard.look()
    stopped(yard, ("CD-3003", "Odoo unit kg has no unit code at Northgate 3PL."))
    yard.map("unit", "kg", "KGM")
    yard.run()
    went_out(yard, sale, {"P-NAILS": "3"})


def test_an_address_without_a_street(yard: Yard) -> None:
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    yard.odoo.call("res.partner", "write", [customer], {"street": False, "zip": False})
    sale = yard.sell(("CRATE-S", 1))
    yard.look()
    stopped(yard, ("CD-4001", f"The delivery address of order {sale.name} lacks street, postcode."))
    yard.odoo.call("res.partner", "write", [customer], {"street": "2 Alder Street", "zip": "62701"})
    yard.later()
    went_out(yard, sale, {"P-CRATE-S": "1"})


def test_a_customer_whom_sales_are_blocked_for(yard: Yard) -> None:
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    sale = yard.sell(("CRATE-S", 1))
    yard.odoo.call("res.partner", "write", [customer], {"sale_warn": "block", "sale_warn_msg": "Owes us money"})
    yard.look()
    stopped(
        yard,
        (
            "CD-4003",
            f"Order {sale.name} is on hold in Odoo: sales to the customer are blocked, see the customer's warning.",
        ),
    )
    yard.odoo.call("res.partner", "write", [customer], {"sale_warn": "no-message"})
    yard.later()
    went_out(yard, sale, {"P-CRATE-S": "1"})


def test_a_fraction_of_a_piece_goes_out_when_a_rule_allows_it(yard: Yard) -> None:
    sale = yard.sell(("ROPE-10", 2.5))
    yard.look()
    stopped(yard, ("CD-4002", f"Order {sale.name}: 2.5 Units of ROPE-10 is not a whole number of EA."))
    BusinessRule.objects.create(kind="allow_fraction", warehouse=yard.warehouse, sku="ROPE-10")
    yard.later()
    went_out(yard, sale, {"P-ROPE-10": "2.5"})


def test_a_product_without_a_code(yard: Yard) -> None:
    product = yard.odoo.product("NAMELESS", stock=9)
    yard.map("product", "NOW-NAMED", "P-NAMED")
    sale = yard.sell(("NAMELESS", 1))
    yard.odoo.call("product.product", "write", [product], {"default_code": False})
    yard.look()
    words = f"Product NAMELESS on order {sale.name} has no internal reference in Odoo."
    stopped(yard, ("CD-3007", words))
    yard.odoo.call("product.product", "write", [product], {"default_code": "NOW-NAMED"})
    yard.later()
    went_out(yard, sale, {"P-NAMED": "1"})


def test_orders_of_a_warehouse_that_is_not_connected_make_one_case_and_go_out_once_it_is(yard: Yard) -> None:
    other = yard.odoo.call("stock.warehouse", "create", {"name": "South", "code": "SO"})
    for _ in range(2):
        yard.sell(("CRATE-S", 1), warehouse_id=other)
    yard.look()
    assert ([code for code, _ in yard.cases()], yard.wms.held(), yard.unfinished()) == (["CD-2008"], [], [])
    row = Warehouse(name="South", erp=yard.erp, company_id=1, erp_warehouse_id=other, wms=yard.partner, site="SOUTH")
    row.release_mode, row.release_point = Warehouse.Mode.LIVE, Warehouse.ReleasePoint.CONFIRMED
    with transaction.atomic():
        row.save()
        warehouses.changed(row)
    yard.run()
    assert (len(yard.wms.held()), yard.cases()) == (2, [])


def test_one_bad_delivery_of_an_order_does_not_hold_up_the_other_orders(yard: Yard) -> None:
    bad, good = yard.sell(("CRATE-L", 1)), yard.sell(("CRATE-S", 1))
    yard.look()
    assert yard.wms.held() == [Held(good.release, 1, "received", {"P-CRATE-S": "1"})]
    assert [code for code, _ in yard.cases()] == ["CD-3001"]
    assert yard.wms.held(bad.name) == []
