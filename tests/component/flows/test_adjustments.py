"""What the warehouse did to its stock is what Odoo has, once a rule or a person lets it."""

from decimal import Decimal
from typing import Any

import pytest

from integration.handlers import HANDLERS
from integration.jobs import acts, differences, engine, mappings
from integration.models import AuditEvent, CodeMapping, Lane, Place, StockDifference
from tests.component.engine.yard import together, until
from tests.component.flows.shelves import Shelves
from tests.component.flows.yard import SOMEBODY, Yard

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


def line(code: str, quantity: int | str, **more: object) -> dict[str, Any]:
    return {"sku": f"P-{code}", "quantity": str(quantity), **more}


def test_what_a_rule_lets_through_is_posted_with_its_reason(shelves: Shelves) -> None:
    shelves.allow(value="5")
    shelves.stock("NAIL", 20)
    shelves.adjust(line("NAIL", -3, reason="BROKEN", note="fell off the fork"), adjustment="A-1")
    shelves.yard.run()
    assert shelves.odoo() == shelves.wms() == {("NAIL", "", "good"): D(17)}
    assert shelves.events() == [("adjusted", "NAIL", "", "good", D(-3))]
    [text] = [text for text in shelves.texts("NAIL") if text.startswith("Crossdock")]
    assert text.partition(" ")[2][13:] == "northgate/A-1 line 1: BROKEN, fell off the fork"
    assert (shelves.yard.cases(), shelves.yard.unfinished()) == ([], [])


def test_without_a_rule_it_waits_and_is_posted_when_it_is_approved(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20, standard_price=2.5)
    shelves.adjust(line("NAIL", 4, reason="FOUND"), line("NAIL", -1, reason="BROKEN"), adjustment="A-1")
    shelves.yard.run()
    lines = "+4 of NAIL [FOUND]; -1 of NAIL [BROKEN]. No rule lets this through (12.50 USD)."
    assert shelves.yard.cases() == [("CD-8001", f"Northgate 3PL adjusted its stock by A-1: {lines}")]
    case = shelves.yard.case("CD-8001")
    assert (case.value, case.currency) == (D("12.50"), "USD")
    assert (shelves.odoo(), shelves.yard.odoo.writes()[-1:]) == ({("NAIL", "", "good"): D(20)}, [])
    shelves.approve()
    assert shelves.odoo() == shelves.wms() == {("NAIL", "", "good"): D(23)}
    assert (shelves.yard.cases(), shelves.yard.unfinished()) == ([], [])
    assert AuditEvent.objects.get(verb="approve difference").detail["lines"] == 2


def test_what_is_refused_is_never_posted_and_stays_known(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    document = shelves.adjust(line("NAIL", -2), adjustment="A-1")
    shelves.yard.run()
    shelves.refuse()
    assert (shelves.odoo(), shelves.events()) == ({("NAIL", "", "good"): D(20)}, [])
    assert shelves.states() == [("adjusted", "refused")]
    shelves.yard.wms.send("inventory.adjusted", document)
    shelves.yard.run()
    assert (shelves.odoo(), shelves.yard.cases(), shelves.yard.unfinished()) == ({("NAIL", "", "good"): D(20)}, [], [])


def test_a_mistake_worth_more_than_a_case_can_keep_is_told(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20, standard_price=9000)
    shelves.adjust(*[line("NAIL", 900_000_000_000)] * 2)
    shelves.yard.run()
    case = shelves.yard.case("CD-8001")
    assert (case.value, case.currency) == (D("9999999999999999.99"), "USD")


def test_what_a_person_did_by_hand_is_not_posted_either(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    shelves.adjust(line("NAIL", -2))
    shelves.yard.run()
    acts.done_by_hand(shelves.yard.case("CD-8001").pk, SOMEBODY, "typed into Odoo")
    shelves.yard.run()
    assert (shelves.states(), shelves.events()) == ([("adjusted", "refused")], [])


def test_some_lines_pass_and_others_wait(shelves: Shelves) -> None:
    shelves.allow(value="5", reason="BROKEN")
    shelves.stock("NAIL", 20)
    shelves.stock("SCREW", 20)
    shelves.adjust(line("NAIL", -3, reason="BROKEN"), line("SCREW", -9, reason="BROKEN"))
    shelves.yard.run()
    assert shelves.odoo() == {("NAIL", "", "good"): D(17), ("SCREW", "", "good"): D(20)}
    assert shelves.states() == [("adjusted", "posted"), ("adjusted", "waiting")]
    shelves.approve()
    assert shelves.agree()
    assert shelves.yard.effects("adjust stock") == ["landed", "landed"]


@pytest.mark.parametrize(("limit", "posted"), [("40", True), ("39.99", False)])
def test_a_rule_may_go_by_value(shelves: Shelves, limit: str, posted: bool) -> None:
    shelves.allow("adjust_value", limit)
    shelves.stock("CHISEL", 20, standard_price=20)
    shelves.adjust(line("CHISEL", -2))
    shelves.yard.run()
    assert (shelves.agree(), [code for code, _ in shelves.yard.cases()]) == (posted, [] if posted else ["CD-8001"])


def test_goods_that_were_damaged_move_to_their_place_and_back_without_anybody(shelves: Shelves) -> None:
    shelves.place("damaged")
    shelves.stock("NAIL", 20)
    shelves.adjust(line("NAIL", 6, to_condition="damaged", reason="WET"))
    shelves.yard.run()
    assert shelves.odoo() == shelves.wms() == {("NAIL", "", "good"): D(14), ("NAIL", "", "damaged"): D(6)}
    shelves.adjust(line("NAIL", 2, condition="damaged", to_condition="good", reason="DRY"))
    shelves.yard.run()
    assert shelves.odoo() == shelves.wms() == {("NAIL", "", "good"): D(16), ("NAIL", "", "damaged"): D(4)}
    assert shelves.events()[:2] == [("moved", "NAIL", "", "good", D(-6)), ("moved", "NAIL", "", "damaged", D(6))]
    assert (shelves.yard.cases(), shelves.yard.unfinished()) == ([], [])


def test_a_rule_that_names_a_reason_may_hold_a_move(shelves: Shelves) -> None:
    shelves.place("damaged")
    shelves.allow(value="5", reason="WET")
    shelves.stock("NAIL", 20)
    shelves.adjust(line("NAIL", 6, to_condition="damaged", reason="WET"))
    shelves.yard.run()
    assert [code for code, _ in shelves.yard.cases()] == ["CD-8001"]
    shelves.approve()
    assert shelves.agree()


def test_lots_are_kept_apart_and_a_new_one_is_made(shelves: Shelves) -> None:
    shelves.place("quarantine")
    shelves.allow()
    shelves.stock("GLUE", lots={"L1": 5, "L2": 7})
    shelves.adjust(
        line("GLUE", -1, lot="L1"),
        line("GLUE", 3, lot="L3"),
        line("GLUE", 4, lot="L2", to_condition="quarantine"),
    )
    shelves.yard.run()
    expected = {("GLUE", "L1", "good"): 4, ("GLUE", "L2", "good"): 3, ("GLUE", "L2", "quarantine"): 4}
    assert shelves.odoo() == shelves.wms() == {**expected, ("GLUE", "L3", "good"): 3}
    assert (shelves.yard.cases(), shelves.yard.unfinished()) == ([], [])


def test_the_same_twice_and_under_another_number_counts_once(shelves: Shelves) -> None:
    shelves.allow()
    shelves.stock("NAIL", 20)
    shelves.adjust(line("NAIL", -3), faults=["duplicate", "renumbered"])
    shelves.yard.run()
    assert (shelves.agree(), len(shelves.events())) == (True, 1)
    assert shelves.yard.effects("adjust stock") == ["landed"]


def test_one_number_with_other_content_is_for_a_person(shelves: Shelves) -> None:
    shelves.allow()
    shelves.stock("NAIL", 20)
    document = shelves.adjust(line("NAIL", -3), adjustment="A-1")
    shelves.yard.run()
    [changed] = document["lines"]
    shelves.yard.wms.send("inventory.adjusted", {**document, "lines": [{**changed, "quantity": "-4"}]})
    shelves.yard.run()
    words = "A-1 of Northgate 3PL came before with other content: -3 NAIL before, -4 NAIL now."
    assert (shelves.yard.cases(), shelves.odoo()) == ([("CD-8005", words)], {("NAIL", "", "good"): D(17)})


@pytest.mark.parametrize("fault", ["cut_after_commit", "cut_before", "error_html", "serialization"])
def test_a_lost_answer_posts_once(shelves: Shelves, fault: str) -> None:
    shelves.allow()
    shelves.stock("NAIL", 20)
    shelves.yard.odoo.fault("action_apply_inventory", fault, model="stock.quant")
    shelves.adjust(line("NAIL", -3))
    shelves.yard.run()
    shelves.yard.later()
    assert (shelves.agree(), len(shelves.events())) == (True, 1)
    assert shelves.yard.effects("adjust stock") == ["landed"]
    assert (shelves.yard.cases(), shelves.yard.unfinished()) == ([], [])


@pytest.mark.parametrize("method", ["load", "action_confirm", "action_assign", "write", "button_validate"])
@pytest.mark.parametrize("fault", ["cut_after_commit", "cut_before"])
def test_a_move_whose_answer_is_lost_is_made_once(shelves: Shelves, method: str, fault: str) -> None:
    shelves.place("damaged")
    shelves.stock("NAIL", 20)
    shelves.yard.odoo.fault(method, fault)
    shelves.adjust(line("NAIL", 6, to_condition="damaged"))
    shelves.yard.run()
    shelves.yard.later()
    shelves.yard.later()
    assert shelves.agree()
    assert (shelves.yard.effects("move stock"), shelves.yard.unfinished()) == (["landed"], [])


def wrong(shelves: Shelves, *lines: dict[str, Any]) -> list[str]:
    shelves.allow()
    shelves.adjust(*lines)
    shelves.yard.run()
    return [code for code, _ in shelves.yard.cases()]


def test_what_is_wrong_in_a_document_is_named_and_nothing_of_it_posted(shelves: Shelves) -> None:
    shelves.stock("GLUE", lots={"L1": 5})
    shelves.stock("NAIL", 5)
    codes = wrong(
        shelves,
        line("NAIL", -1),
        line("GLUE", -1),
        line("NAIL", 1, to_condition="damaged"),
        line("BOLT", -1),
        line("NAIL", -1, unit="PAL"),
    )
    assert codes == ["CD-8009", "CD-8004", "CD-3002", "CD-3004"]
    assert (shelves.states(), shelves.odoo()[("NAIL", "", "good")]) == ([], D(5))


def test_a_place_that_is_added_lets_it_go_on(shelves: Shelves) -> None:
    shelves.stock("NAIL", 5)
    assert wrong(shelves, line("NAIL", 1, to_condition="damaged")) == ["CD-8004"]
    shelves.place("damaged")
    shelves.yard.later()
    assert (shelves.agree(), shelves.yard.cases()) == (True, [])


def test_a_code_and_a_place_that_are_corrected_while_it_waits_are_taken(shelves: Shelves) -> None:
    """Nothing was decided yet: what the message means now is shown, and posted."""
    shelves.stock("NAIL", 20)
    shelves.stock("SCREW", 20)
    shelves.place("damaged")
    shelves.adjust(line("NAIL", 3, condition="damaged", reason="FOUND"), adjustment="A-1")
    shelves.yard.run()
    row = CodeMapping.objects.get(partner_code="P-NAIL", valid_to=None)
    mappings.end(row.pk, SOMEBODY, "it is the screw")
    shelves.yard.map("product", "SCREW", "P-NAIL", alias=True)
    Place.objects.filter(condition="damaged").update(erp_location_id=shelves.places["good"])
    shelves.yard.retry("CD-8001")
    shelves.yard.run()
    [(code, words)] = shelves.yard.cases()
    assert (code, "+3 of SCREW" in words) == ("CD-8001", True)
    shelves.approve()
    assert shelves.odoo() == {("NAIL", "", "good"): D(20), ("SCREW", "", "good"): D(23)}
    assert (shelves.yard.cases(), shelves.yard.unfinished()) == ([], [])


def test_lost_goods_of_a_lot_that_odoo_does_not_have(shelves: Shelves) -> None:
    shelves.stock("GLUE", lots={"L1": 5})
    assert wrong(shelves, line("GLUE", -1, lot="L9")) == ["CD-8007"]
    assert shelves.odoo() == {("GLUE", "L1", "good"): D(5)}


def test_a_serial_number_is_not_in_stock_twice(shelves: Shelves) -> None:
    shelves.stock("DRILL2", lots={"S1": 1}, tracking="serial")
    assert wrong(shelves, line("DRILL2", 1, lot="S1")) == ["CD-8014"]
    assert shelves.odoo() == {("DRILL2", "S1", "good"): D(1)}


def test_a_count_that_a_person_has_begun_in_odoo_is_left_alone(shelves: Shelves) -> None:
    shelves.allow()
    shelves.stock("NAIL", 20)
    yard: Yard = shelves.yard
    domain = [["product_id", "=", shelves.products["NAIL"]], ["location_id", "=", shelves.places["good"]]]
    [quant] = yard.odoo.rows("stock.quant", domain, "id")
    person = yard.odoo.call("res.users", "create", {"name": "Ada", "login": "ada", "email": "ada@example.com"})
    counted = {"inventory_quantity": 19, "user_id": person}
    yard.odoo.call("stock.quant", "write", [quant["id"]], counted, context={"inventory_mode": True})
    shelves.adjust(line("NAIL", -3))
    yard.run()
    assert [code for code, _ in yard.cases()] == ["CD-8006"]
    yard.odoo.call("stock.quant", "action_clear_inventory_quantity", [quant["id"]])
    yard.later()
    assert (shelves.agree(), yard.cases()) == (True, [])


def test_a_site_that_is_not_connected_and_one_that_does_no_inventory(shelves: Shelves) -> None:
    shelves.stock("NAIL", 5)
    document = shelves.adjust(line("NAIL", -1))
    shelves.yard.run()
    shelves.yard.wms.send("inventory.adjusted", {**document, "site": "SOUTH", "adjustment": "A-2"})
    shelves.yard.set(inventory_mode="off")
    shelves.yard.wms.send("inventory.adjusted", {**document, "adjustment": "A-3"})
    shelves.yard.run()
    assert [code for code, _ in shelves.yard.cases()] == ["CD-8001", "CD-8012", "CD-2011"]
    assert StockDifference.objects.count() == 1


def test_two_workers_at_once_post_each_adjustment_once(shelves: Shelves) -> None:
    shelves.allow()
    shelves.stock("NAIL", 100)
    for number in range(6):
        shelves.adjust(line("NAIL", -1 - number), adjustment=f"A-{number}", faults=["renumbered"])
    until(lambda: shelves.yard.wms.pending() == 0)
    together(work, work)
    shelves.yard.run()
    assert shelves.odoo() == shelves.wms() == {("NAIL", "", "good"): D(79)}
    assert (len(shelves.events()), shelves.yard.cases(), shelves.yard.unfinished()) == (6, [], [])


def work() -> None:
    """One worker of the stock's lane, until nothing is due."""
    while engine.run_lane(Lane.INVENTORY, HANDLERS, seconds=60):
        pass


@pytest.mark.parametrize("decide", [differences.approve, differences.refuse])
def test_a_second_decision_of_the_same_difference_is_refused(shelves: Shelves, decide: Any) -> None:
    shelves.stock("NAIL", 20)
    shelves.adjust(line("NAIL", 4))
    shelves.yard.run()
    case = shelves.yard.case("CD-8001").pk
    differences.approve(case, SOMEBODY, "seen")
    with pytest.raises(acts.NotAllowed, match="Nothing of it waits for a decision any more"):
        decide(case, SOMEBODY, "clicked twice")
    shelves.yard.run()
    assert (shelves.odoo(), shelves.yard.cases()) == ({("NAIL", "", "good"): D(24)}, [])
