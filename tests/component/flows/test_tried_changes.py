"""A changed rule or mapping on the documents of the last days: what would have gone otherwise, and nothing is done."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from integration.jobs import tries
from integration.jobs.acts import Actor
from integration.jobs.tree import changelog
from integration.jobs.tries import Wish
from integration.models import BusinessRule, CodeMapping, DecidedDelivery, OrderRule, TriedChange, TriedDocument
from tests.component.flows.shelves import Shelves
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


def somebody(name: str = "ann") -> Actor:
    user, _ = User.objects.get_or_create(username=name)
    return Actor(name, user)


def tried(yard: Yard, *changes: Any, days: int = 30) -> TriedChange:
    """Has it tried: rows as they would be, not saved; or steps."""
    steps = [
        row if isinstance(row, tries.Step) else tries.step(row, changelog.taken(row) if row.pk else None)
        for row in changes
    ]
    made = tries.make(Wish(steps, {}), days, None, somebody())
    yard.run()
    made.refresh_from_db()
    assert made.state == TriedChange.State.DONE
    return made


def listed(made: TriedChange) -> list[tuple[str, str, str]]:
    return [(row.kind, row.reference, row.verdict) for row in made.documents.all()]


def rule(condition: str, kind: str = "hold", **more: Any) -> OrderRule:
    says = {"hold": {"why": "product", "ask": ""}, "priority": {"priority": 7}, "ship": {"carrier": "EXP"}}[kind]
    return OrderRule(**{"kind": kind, "name": "Many", "condition": condition, "outcome": says, **more})


def mapping(yard: Yard, kind: str, odoo: str, theirs: str, factor: int = 1, **more: Any) -> CodeMapping:
    return CodeMapping(partner=yard.partner, kind=kind, odoo_code=odoo, partner_code=theirs, factor=factor, **more)


MANY = '"CRATE-S" in delivery.quantities && delivery.quantities["CRATE-S"] > decimal(2)'


def test_a_new_hold_lists_the_orders_that_it_would_have_held(yard: Yard) -> None:
    many, few = yard.released(("CRATE-S", 3)), yard.released(("CRATE-S", 2))
    made = tried(yard, rule(MANY))
    assert listed(made) == [("order.release", many.release, "stops")]
    assert (made.decided, made.otherwise, made.untold) == (2, 1, 0)
    [row] = made.documents.all()
    [[code, cause]] = row.after["stops"]
    assert (code, cause) == (
        "CD-4025", f"Order {many.name} is held by the rule Many, version 1. delivery.quantities: 3 of CRATE-S.",
    )  # fmt: skip
    assert OrderRule.objects.count() == 0
    assert few.release in DecidedDelivery.objects.values_list("release", flat=True)


def test_priority_and_way_of_shipping_are_told_field_by_field(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    made = tried(yard, rule(MANY, "priority"), rule(MANY, "ship"))
    [row] = made.documents.all()
    assert (row.reference, row.verdict) == (sale.release, "otherwise")
    assert (row.before["says"], row.after["says"]) == (
        {"carrier": "STD", "priority": "0"},
        {"carrier": "EXP", "priority": "7"},
    )


def test_a_unit_that_counts_otherwise_is_told_of_releases_and_the_answers_to_them_cannot_be_told(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale)
    unit = CodeMapping.objects.get(kind="unit", odoo_code="Units")
    unit.factor, unit.partner_code = 2, "HALF"
    made = tried(yard, unit)
    assert listed(made) == [
        ("order.release", sale.release, "otherwise"),
        ("shipment.confirmed", TriedDocument.objects.last().reference, "untold"),
    ]
    assert TriedDocument.objects.first().after["says"].popitem()[1] == "6 HALF P-CRATE-S"


def test_adjustments_are_read_with_another_code(shelves: Shelves) -> None:
    shelves.allow(value="5")
    shelves.stock("NAIL", 20)
    shelves.stock("SCREW", 20)
    shelves.adjust({"sku": "P-NAIL", "quantity": "-3"}, adjustment="A-1")
    shelves.yard.run()
    nail = CodeMapping.objects.get(kind="product", odoo_code="NAIL")
    nail.partner_code = "P-NAIL-2"
    made = tried(shelves.yard, nail)
    assert listed(made) == [("inventory.adjusted", "A-1", "stops")]


def test_limits_of_stock_are_tried_on_what_is_kept(shelves: Shelves) -> None:
    shelves.allow(value="5")
    shelves.stock("NAIL", 20)
    shelves.adjust({"sku": "P-NAIL", "quantity": "-3"}, adjustment="A-1")
    shelves.adjust({"sku": "P-NAIL", "quantity": "-1"}, adjustment="A-2")
    shelves.yard.run()
    allowed = BusinessRule.objects.get()
    allowed.value = 2
    made = tried(shelves.yard, allowed)
    assert listed(made) == [("inventory.adjusted", "A-1 NAIL", "stops")]
