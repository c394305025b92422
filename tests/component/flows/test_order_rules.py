"""Orders that rules of ours hold: a case for each rule, until the order, the rule or a person says otherwise."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from integration.jobs import business
from integration.models import Decision, ExceptionCase, OrderDecision, OrderRule, OrderRuleVersion
from tests.component.flows.wms import Held
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
MANY = '"CRATE-S" in delivery.quantities && delivery.quantities["CRATE-S"] > decimal("2.5")'


def rule(condition: str = MANY, why: str = "product", *, kind: str = "hold", **more: Any) -> OrderRule:
    said = more.pop("outcome", {"why": why, "ask": "Ask the buyer"})
    made = OrderRule(**{"kind": kind, "name": "Many crates", "condition": condition, "outcome": said, **more})
    keep(made)
    return made


def keep(made: OrderRule, **changed: Any) -> None:
    for name, value in changed.items():
        setattr(made, name, value)
    with transaction.atomic():
        business.keep(made, SOMEBODY)


def went_out(yard: Yard, sale: Sale, lines: dict[str, str]) -> None:
    assert yard.wms.held(sale.name) == [Held(sale.release, 1, "received", lines)]
    assert (yard.cases(), yard.unfinished()) == ([], [])


def said(sale: Sale) -> list[tuple[str, list[str], bool, int]]:
    """The latest first: the kind, what matched, whether a person let it go, how many were asked."""
    rows = OrderDecision.objects.filter(document__reference=sale.name).order_by("-last_at", "-id")
    return [
        (row.kind, [f"{each['name']} {each['version']}" for each in row.matched],
         any(each["let_go"] for each in row.matched), row.asked)
        for row in rows
    ]  # fmt: skip


def test_an_order_that_a_rule_holds_waits_with_a_case_that_names_the_rule_and_why(yard: Yard) -> None:
    made = rule()
    held, free = yard.sell(("CRATE-S", 3)), yard.sell(("CRATE-S", 2))
    yard.look()
    assert yard.cases() == [
        ("CD-4025", f"Order {held.name} is held by the rule Many crates, version 1. delivery.quantities: 3 of CRATE-S.")
    ]
    assert yard.wms.held() == [Held(free.release, 1, "received", {"P-CRATE-S": "2"})]
    assert (yard.odoo.writes(), yard.unfinished()) == ([], [("order_release", "blocked")])
    case = yard.case("CD-4025")
    assert case.context["rule"] == made.pk
    assert case.fix.startswith("Ask the buyer. Let it go as it is now, or mend it in Odoo")
    assert said(held) == [("hold", ["Many crates 1"], False, 1)]
    assert said(free) == [("hold", [], False, 1)]


def test_a_person_lets_it_go_once_for_what_it_is_now(yard: Yard) -> None:
    rule()
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    yard.choose("CD-4025", "let_go")
    went_out(yard, sale, {"P-CRATE-S": "3"})
    case = ExceptionCase.objects.get(code="CD-4025")
    assert (case.state, case.resolution) == ("resolved", "Let it go: as agreed")
    assert [(row.choice, row.actor, row.reason) for row in Decision.objects.all()] == [
        ("let_go", "somebody", "as agreed")
    ]
    assert said(sale) == [("hold", ["Many crates 1"], True, 1), ("hold", ["Many crates 1"], False, 1)]


def test_an_order_that_is_changed_after_it_was_let_go_is_held_again(yard: Yard) -> None:
    rule()
    yard.pause_sending()
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    yard.choose("CD-4025", "let_go")
    assert yard.cases() == []
    yard.odoo.order_more(sale.id, "CRATE-S", 5)
    yard.look()
    assert [code for code, _ in yard.cases()] == ["CD-4025"]


def test_it_goes_by_itself_once_the_order_does_not_match_any_more(yard: Yard) -> None:
    rule()
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    yard.odoo.order_more(sale.id, "CRATE-S", 2)
    yard.look()
    went_out(yard, sale, {"P-CRATE-S": "2"})


@pytest.mark.parametrize(
    "changed", [{"enabled": False}, {"condition": MANY.replace("2.5", "3")}], ids=["switched off", "another limit"]
)
def test_it_goes_at_once_when_the_rule_says_otherwise(yard: Yard, changed: dict[str, Any]) -> None:
    made = rule()
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    keep(made, **changed)
    yard.run()
    went_out(yard, sale, {"P-CRATE-S": "3"})
    assert [row.version for row in OrderRuleVersion.objects.filter(rule=made)] == [2, 1]


def test_every_rule_that_matches_has_a_case_and_each_is_let_go_by_itself(yard: Yard) -> None:
    rule()
    rule('order.currency != "GBP"', "value", name="No pounds")
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert sorted(code for code, _ in yard.cases()) == ["CD-4023", "CD-4025"]
    yard.choose("CD-4023", "let_go")
    assert ([code for code, _ in yard.cases()], yard.wms.held()) == (["CD-4025"], [])
    yard.choose("CD-4025", "let_go")
    went_out(yard, sale, {"P-CRATE-S": "3"})


def test_a_rule_of_another_warehouse_or_of_yesterday_holds_nothing(yard: Yard) -> None:
    rule(active_to=datetime(2026, 1, 1, tzinfo=UTC))
    rule(active_from=datetime(2999, 1, 1, tzinfo=UTC))
    rule(enabled=False)
    rule(erp=yard.partner)
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    went_out(yard, sale, {"P-CRATE-S": "3"})


def test_a_rule_that_cannot_be_asked_stops_the_order_until_it_is_corrected(yard: Yard) -> None:
    made = rule("customer.owed > decimal(100)", "credit")
    sale = yard.sell(("CRATE-S", 1))
    yard.look()
    told = f"The rule Many crates cannot be asked about order {sale.name}: customer.owed is not known."
    assert (yard.cases(), yard.wms.held()) == ([("CD-4028", told)], [])
    keep(made, condition="order.value > decimal(1000000)")
    yard.run()
    went_out(yard, sale, {"P-CRATE-S": "1"})


def test_what_odoo_knows_of_the_customer_is_asked(yard: Yard) -> None:
    risky = yard.odoo.call("res.partner.category", "create", {"name": "Risky"})
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    yard.odoo.call("res.partner", "write", [customer], {"category_id": [[6, 0, [risky]]]})
    rule('"Risky" in customer.tags && customer.is_company', "customer")
    sale = yard.sell(("CRATE-S", 1))
    yard.look()
    assert [code for code, _ in yard.cases()] == ["CD-4024"]
    yard.odoo.call("res.partner", "write", [customer], {"category_id": [[6, 0, []]]})
    yard.later()
    went_out(yard, sale, {"P-CRATE-S": "1"})


def test_a_street_is_asked_for_and_told_nowhere(yard: Yard) -> None:
    rule('ship_to.street.contains("Alder") && ship_to.country != ""', "address")
    sale = yard.sell(("CRATE-S", 1))
    yard.look()
    [(code, cause)] = yard.cases()
    assert (code, "Alder" in cause) == ("CD-4022", False)
    assert list(OrderDecision.objects.get(document__reference=sale.name).facts) == ["ship_to.country"]


def test_the_same_decision_once_more_is_counted_and_no_new_row(yard: Yard) -> None:
    rule("now > order.ordered_at", "date")
    sale = yard.sell(("CRATE-S", 1))
    yard.look()
    yard.later()
    yard.later()
    [row] = OrderDecision.objects.filter(document__reference=sale.name)
    assert (row.times >= 3, row.release) == (True, sale.release)


def document(yard: Yard, sale: Sale) -> dict[str, Any]:
    [held] = [each for each in yard.wms.books() if each["release"] == sale.release]
    return dict(held["document"])


def test_a_customer_s_own_way_of_shipping_is_told_to_the_warehouse(yard: Yard) -> None:
    shipped = {"carrier": "UPS", "service": "EXPRESS", "account": "4711", "packing": "No foam", "labels": ["FRAGILE"]}
    rule('delivery.products.exists(p, p == "CRATE-S")', kind="ship", name="Crates", outcome=shipped)
    rule("true", kind="ship", name="All", outcome={"service": "ECONOMY"})
    crates, rope = yard.sell(("CRATE-S", 1)), yard.sell(("ROPE-10", 1))
    yard.look()
    told = document(yard, crates)
    assert told["carrier"] == {"code": "UPS", "service": "EXPRESS", "account": "4711"}
    assert (told["notes"], told["labels"]) == ("No foam", ["FRAGILE"])
    told = document(yard, rope)
    assert (told["carrier"], told["notes"], told.get("labels")) == ({"code": "STD", "service": "ECONOMY"}, "", None)
    assert said(crates) == [("ship", ["Crates 1"], False, 1)]
    assert said(rope) == [("ship", ["All 1"], False, 2)]


def test_a_carrier_that_a_rule_names_needs_no_mapping(yard: Yard) -> None:
    rule("true", kind="ship", outcome={"carrier": "UPS"})
    sale = yard.sell(("CRATE-S", 1), carrier_id=yard.odoo.id_of("delivery.carrier", "Express"))
    yard.look()
    assert document(yard, sale)["carrier"]["code"] == "UPS"


def test_a_service_without_a_carrier_waits_until_one_is_named(yard: Yard) -> None:
    made = rule("true", kind="ship", outcome={"account": "4711"})
    sale = yard.sell(("CRATE-S", 1), carrier_id=False)
    yard.look()
    told = f"The rule Many crates wants a service or an account for {sale.release} of order {sale.name}, which has no"
    assert (yard.cases(), yard.wms.held()) == ([("CD-4029", f"{told} delivery method.")], [])
    keep(made, outcome={"account": "4711", "carrier": "UPS"})
    yard.later()
    assert document(yard, sale)["carrier"] == {"code": "UPS", "service": "", "account": "4711"}


def test_the_first_rule_that_matches_says_how_soon(yard: Yard) -> None:
    rule(MANY, kind="priority", outcome={"priority": 9})
    rule("delivery.lines == 1", kind="priority", name="Small", outcome={"priority": 5})
    rule("true", kind="priority", name="All", outcome={"priority": 1})
    many, small, other = yard.sell(("CRATE-S", 3)), yard.sell(("CRATE-S", 1)), yard.sell(("CRATE-S", 1), ("ROPE-10", 1))
    yard.look()
    assert [document(yard, sale)["priority"] for sale in (many, small, other)] == [9, 5, 1]


def test_a_rule_that_is_edited_later_changes_nothing_that_the_warehouse_has(yard: Yard) -> None:
    made = rule("true", kind="priority", outcome={"priority": 3})
    sale = yard.sell(("CRATE-S", 1))
    yard.look()
    keep(made, outcome={"priority": 8})
    yard.sweep()
    assert document(yard, sale)["priority"] == 3
    assert [row.release for row in yard.wms.held()] == [sale.release]


def test_a_broken_rule_for_shipping_stops_the_order_rather_than_being_passed_over(yard: Yard) -> None:
    rule("customer.owed > decimal(1)", kind="ship", outcome={"service": "X"})
    rule("true", kind="ship", outcome={"service": "Y"})
    yard.sell(("CRATE-S", 1))
    yard.look()
    assert ([code for code, _ in yard.cases()], yard.wms.held()) == (["CD-4028"], [])


@pytest.mark.parametrize(
    "made_there", [{"kind": "of_tomorrow"}, {"outcome": {"why": "product", "ask": "", "until": "noon"}}]
)
def test_a_rule_that_only_another_release_understands_is_left_to_a_process_of_it(
    yard: Yard, made_there: dict[str, Any]
) -> None:
    OrderRule.objects.filter(pk=rule().pk).update(**made_there)
    sale = yard.sell(("CRATE-S", 2))
    yard.look()
    assert (yard.wms.held(), yard.cases(), yard.unfinished()) == ([], [], [("order_release", "retry")])
    OrderRule.objects.update(enabled=False)
    yard.later()
    went_out(yard, sale, {"P-CRATE-S": "2"})
