"""Hundreds of documents of which people key some wrongly: each is found, and nothing goes live by mistake."""

from collections.abc import Sequence

import pytest

from integration.jobs import going_live
from integration.jobs.acts import Actor
from integration.models import Rollout, ShadowDocument
from integration.reconcile import shadow
from tests.component.flows.yard import Sale, Yard
from tests.component.rollout.clerk import Clerk
from tests.component.rollout.slips import Keying, keyings

pytestmark = pytest.mark.django_db(transaction=True)
DOCUMENTS, SHARE, FOUND = 300, 0.03, 0.95
ANN = Actor("ann")
LOT, OTHER = "R-1", "R-2"


def resin(yard: Yard) -> None:
    """Goods that are kept by lot."""
    product = yard.odoo.product("RESIN", tracking="lot")
    for name in (LOT, OTHER):
        yard.odoo.put(product, 5000, lot_id=yard.odoo.lot(product, name))
    yard.map("product", "RESIN", "P-RESIN")


def baskets(count: int) -> list[dict[str, float]]:
    some = [{"CRATE-S": 2.0}, {"CRATE-S": 1.0, "ROPE-10": 3.0}, {"RESIN": 2.0, "CRATE-M": 1.0}]
    return [some[place % len(some)] for place in range(count)]


def day(yard: Yard, clerk: Clerk, count: int, *, seed: int) -> tuple[Sequence[Sale], dict[str, Keying]]:
    """All is sold, told, shipped, and keyed by a person who slips now and then."""
    wanted = baskets(count)
    for code in ("CRATE-S", "CRATE-M", "ROPE-10"):
        yard.odoo.put(yard.odoo.id_of("product.product", code, "default_code"), 5000)
    sales = [yard.sell(*basket.items()) for basket in wanted]
    yard.look()
    ways = dict(keyings(wanted, SHARE, seed=seed, lot=LOT, other=OTHER))
    for place, sale in enumerate(sales):
        clerk.tells(sale.release)
        lines = [
            {"sku": f"P-{code}", "quantity": str(quantity), "unit": "EA"}
            | ({"lots": [{"lot": LOT, "quantity": str(quantity)}]} if code == "RESIN" else {})
            for code, quantity in wanted[place].items()
        ]
        yard.wms.ship(sale.release, lines=lines, tracking=[f"1Z{place:06d}"])
    yard.run()
    for place, sale in enumerate(sales):
        way = ways[place]
        clerk.ships(sale.release, tracking=way.tracking, lots=way.lots, **way.quantities)
    yard.look()
    return sales, {sales[place].release: way for place, way in ways.items() if way.slip}


def test_of_the_slips_at_a_desk_95_of_100_are_found_and_nothing_is_called_a_slip_that_is_none(
    dark: Yard, clerk: Clerk
) -> None:
    resin(dark)
    dark.odoo.forget_calls()
    _, slips = day(dark, clerk, DOCUMENTS, seed=11)
    shadow.look()
    rows = ShadowDocument.objects.filter(flow="shipment")
    told = set(rows.filter(outcome="differs").values_list("reference", flat=True))
    assert (len(slips), rows.count(), dark.cases()) == (9, DOCUMENTS, [])
    assert len(told & slips.keys()) >= FOUND * len(slips)
    assert told - slips.keys() == set()
    row = Rollout.objects.get(flow="shipment")
    assert (row.go, row.against) == (False, [["share", "97.0"]])

    for each in rows.filter(outcome="differs")[1:]:
        going_live.judge(each.pk, ANN, "looked at the paper", judged="human")
    shadow.look()
    row.refresh_from_db()
    assert (row.go, row.agreement["right"], row.agreement["share"]) == (True, "99.6", "97.0")

    for each in rows.filter(outcome="differs")[:3]:
        going_live.judge(each.pk, ANN, "the paper says so", judged="ours")
    shadow.look()
    row.refresh_from_db()
    assert (row.go, row.against) == (False, [["share", "99.0"]])
