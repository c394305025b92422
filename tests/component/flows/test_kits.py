"""Kits: the warehouse ships components and is told of which kit; Odoo counts whole kits."""

from collections.abc import Iterator

import pytest

from integration.adapters.odoo.caller import Caller
from integration.jobs import connections
from integration.jobs.remote import ProbeGuard, settings_for
from integration.sandbox.odoo import SandboxOdoo
from tests.component.flows.test_master_data import known, read, take
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", params=["16", "18"])
def odoo_server(request: pytest.FixtureRequest) -> Iterator[SandboxOdoo]:
    """With the app that knows kits."""
    with SandboxOdoo(version=request.param, apps=("mrp",)) as server:
        yield server


@pytest.fixture
def kits(yard: Yard) -> Yard:
    """A kit of two boxes and one tape; all three products are mapped but the kit."""
    box, tape = yard.odoo.product("BOX", stock=50), yard.odoo.product("TAPE", stock=50)
    kit = yard.odoo.product("KIT")
    [row] = yard.odoo.rows("product.product", [["id", "=", kit]], "product_tmpl_id")
    lines = [[0, 0, {"product_id": box, "product_qty": 2}], [0, 0, {"product_id": tape, "product_qty": 1}]]
    bill = {"product_tmpl_id": row["product_tmpl_id"], "type": "phantom", "bom_line_ids": lines}
    yard.odoo.call("mrp.bom", "create", bill)
    yard.map("product", "BOX", "P-BOX")
    yard.map("product", "TAPE", "P-TAPE")
    return yard


def lines(yard: Yard) -> list[tuple[str, str, str | None]]:
    document = yard.wms.books()[0]["document"]
    return [(line["sku"], line["quantity"], line.get("kit")) for line in document["lines"]]


def delivered(yard: Yard, sale: Sale) -> list[float]:
    """Whole kits, as Odoo counts and bills them."""
    rows = yard.odoo.rows("sale.order.line", [["order_id", "=", sale.id]], "qty_delivered")
    return [row["qty_delivered"] for row in rows]


def test_a_release_says_which_lines_are_parts_of_which_kit(kits: Yard) -> None:
    kits.sell(("KIT", 3), ("TAPE", 4))
    kits.look()
    assert lines(kits) == [("P-BOX", "6", "KIT"), ("P-TAPE", "3", "KIT"), ("P-TAPE", "4", None)]
    assert kits.cases() == []


def test_the_kit_is_named_in_the_warehouse_s_words_where_it_has_one(kits: Yard) -> None:
    kits.map("product", "KIT", "P-KIT")
    kits.sell(("KIT", 1))
    kits.look()
    assert [kit for _, _, kit in lines(kits)] == ["P-KIT", "P-KIT"]


def test_components_that_leave_in_parts_are_whole_kits_in_odoo(kits: Yard) -> None:
    sale = kits.released(("KIT", 3))
    box, tape = kits.line(sale, 0, quantity="5"), kits.line(sale, 1, quantity="3")
    kits.shipped(sale, lines=[box, tape], final=False)
    assert delivered(kits, sale) == [2]
    assert kits.left(sale) == {"BOX": (0, 5, 5), "KIT": (2, 0, 0), "TAPE": (0, 3, 3)}
    kits.shipped(sale, lines=[kits.line(sale, 0, quantity="1")])
    assert delivered(kits, sale) == [3]
    assert (kits.cases(), kits.unfinished()) == ([], [])


def test_one_component_alone_is_no_kit(kits: Yard) -> None:
    sale = kits.released(("KIT", 2))
    kits.shipped(sale, lines=[kits.line(sale, 0, quantity="4")], final=False)
    assert delivered(kits, sale) == [0]


def test_a_kit_and_the_same_product_loose_are_kept_apart(kits: Yard) -> None:
    sale = kits.released(("KIT", 1), ("TAPE", 2))
    kits.shipped(sale, lines=[kits.line(sale, 2, quantity="2")], final=False)
    assert delivered(kits, sale) == [0, 2]
    kits.shipped(sale, lines=[kits.line(sale, 0, quantity="2"), kits.line(sale, 1, quantity="1")])
    assert delivered(kits, sale) == [1, 2]


def test_a_kit_is_told_with_its_components_once_all_of_them_have_a_code(kits: Yard) -> None:
    take(kits, "item")
    kits.map("product", "KIT", "P-KIT")
    kits.odoo.product("STRAP")
    [bill] = kits.odoo.rows("mrp.bom", [["type", "=", "phantom"], ["product_tmpl_id.name", "=", "KIT"]], "id")
    strap = kits.odoo.id_of("product.product", "STRAP", "default_code")
    kits.odoo.call("mrp.bom.line", "create", {"bom_id": bill["id"], "product_id": strap, "product_qty": 1})
    read(kits)
    assert known(kits)["P-KIT"]["components"] == []
    kits.map("product", "STRAP", "P-STRAP")
    read(kits)
    parts = {part["code"]: (float(part["quantity"]), part["unit"]) for part in known(kits)["P-KIT"]["components"]}
    assert parts == {"P-BOX": (2, "EA"), "P-TAPE": (1, "EA"), "P-STRAP": (1, "EA")}


def test_what_an_app_adds_is_read_by_every_worker_once_the_connection_is_tested(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = yard.odoo.server.service

    def read_after_a_test() -> list[str]:
        service.reset()
        connections.ask_for_test(yard.erp.pk, SOMEBODY)
        yard.run()
        yard.erp.refresh_from_db()
        return list(Caller(settings_for(yard.erp), ProbeGuard()).fields("stock.move", ["bom_line_id"]))

    with monkeypatch.context() as without:
        without.setattr(service, "apps", frozenset())
        assert read_after_a_test() == []
    assert read_after_a_test() == ["bom_line_id"]
