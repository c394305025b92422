"""Orders that leave from another warehouse than Odoo chose: moved once, released once, whatever happens meanwhile."""

from typing import Any

import pytest
from django.db.models.functions import Now

from integration.adapters.odoo.routing import Routing
from integration.errors import Rejected, Unreachable
from integration.jobs import decisions, generation, recovery
from integration.models import (
    Availability,
    Document,
    Effect,
    ExceptionCase,
    OrderDecision,
    OrderRule,
    Recovery,
    Warehouse,
)
from tests.component.flows.recovered import restored
from tests.component.flows.test_order_rules import keep
from tests.component.flows.wms import Held
from tests.component.flows.yard import SOMEBODY, Sale, Yard
from tests.rig import backup

pytestmark = pytest.mark.django_db(transaction=True)
SOUTH = {"warehouses": ["South"]}


class Depot:
    """The yard with a second warehouse, ``South``, of the same Odoo and partner."""

    def __init__(self, yard: Yard) -> None:
        self.yard, self.odoo = yard, yard.odoo
        self.odoo_id = int(self.odoo.call("stock.warehouse", "create", {"name": "South", "code": "SO"}))
        [row] = self.odoo.rows("stock.warehouse", [["id", "=", self.odoo_id]], "lot_stock_id", "out_type_id")
        self.stock, self.kind = row["lot_stock_id"], row["out_type_id"]
        main = yard.warehouse
        self.warehouse = Warehouse.objects.create(
            name="South",
            erp=main.erp,
            company_id=main.company_id,
            erp_warehouse_id=self.odoo_id,
            wms=main.wms,
            site="SOUTH",
            release_mode=Warehouse.Mode.LIVE,
            shipment_mode=Warehouse.Mode.LIVE,
            release_point=main.release_point,
        )

    def put(self, code: str, quantity: float) -> None:
        self.odoo.put(self.odoo.id_of("product.product", code, "default_code"), quantity, location_id=self.stock)

    def empty(self, code: str) -> None:
        """Nothing of it at the main warehouse."""
        self.odoo.put(self.odoo.id_of("product.product", code, "default_code"), 0)

    def deliveries(self, sale: Sale) -> dict[str, tuple[str, dict[str, float]]]:
        """Of the order in Odoo: by name, its state and what it asks for."""
        found = {}
        for row in self.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "name", "state"):
            moves = self.odoo.rows("stock.move", [["picking_id", "=", row["id"]]], "product_id", "product_uom_qty")
            asked = {self.odoo.code_of(move["product_id"]): move["product_uom_qty"] for move in moves}
            found[row["name"]] = (row["state"], asked)
        return found

    def held(self) -> list[tuple[str, dict[str, str]]]:
        """What the partner holds: the site, and the lines of each release."""
        books = self.yard.wms.books()
        return sorted(
            (each["document"]["site"], {line["sku"]: line["ordered"] for line in each["lines"]}) for each in books
        )


@pytest.fixture
def depot(yard: Yard) -> Depot:
    return Depot(yard)


def rule(condition: str = "true", **said: Any) -> OrderRule:
    made = OrderRule(kind="route", name="From the south", condition=condition, outcome={**SOUTH, **said})
    keep(made)
    return made


def told(sale: Sale) -> list[str]:
    """Where it goes, the latest first."""
    rows = OrderDecision.objects.filter(document__reference=sale.name, kind="route").order_by("-last_at", "-id")
    return [row.facts.get("goes to", "") for row in rows]


def quiet(yard: Yard) -> bool:
    return (yard.cases(), yard.unfinished()) == ([], [])


def test_an_order_leaves_from_the_warehouse_that_a_rule_names(yard: Yard, depot: Depot) -> None:
    rule()
    depot.put("CRATE-S", 50)
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    [(name, (state, asked))] = depot.deliveries(sale).items()
    assert (name.split("/")[0], state, asked) == ("SO", "assigned", {"CRATE-S": 3})
    assert depot.held() == [("SOUTH", {"P-CRATE-S": "3"})]
    assert yard.wms.held(sale.name) == [Held(name, 1, "received", {"P-CRATE-S": "3"})]
    assert (quiet(yard), told(sale)) == (True, ["South: CRATE-S"])
    assert (yard.effects("route"), yard.effects("route settled")) == (["landed"], ["landed"])
    yard.wms.accept(name)
    yard.run()
    yard.wms.ship(name)
    yard.run()
    assert yard.left(sale) == {"CRATE-S": (3, 3, 3)}
    assert Document.objects.get(kind="delivery").warehouse == depot.warehouse


def test_without_a_rule_that_matches_nothing_is_asked_of_odoo(yard: Yard, depot: Depot) -> None:
    rule('"DRILL" in delivery.quantities')
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert yard.wms.held() == [Held(sale.release, 1, "received", {"P-CRATE-S": "3"})]
    assert ([call for call in yard.odoo.calls() if "warehouse" in call], yard.odoo.writes()) == ([], [])
    assert (quiet(yard), told(sale)) == (True, [""])


def test_where_odoo_chose_as_the_rule_would_nothing_is_asked_of_it_either(yard: Yard, depot: Depot) -> None:
    rule(warehouses=["Main warehouse", "South"])
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert depot.held() == [("NORTH", {"P-CRATE-S": "3"})]
    assert [call for call in yard.odoo.calls() if "warehouse" in call] == []
    assert (quiet(yard), told(sale)) == (True, ["stays: Main warehouse"])


def test_each_line_leaves_from_where_it_is_held(yard: Yard, depot: Depot) -> None:
    rule(warehouses=["Main warehouse", "South"], stock=True, split="lines")
    depot.empty("ROPE-10")
    depot.put("ROPE-10", 9)
    sale = yard.sell(("CRATE-S", 3), ("ROPE-10", 4))
    yard.look()
    assert depot.held() == [("NORTH", {"P-CRATE-S": "3"}), ("SOUTH", {"P-ROPE-10": "4"})]
    assert (quiet(yard), told(sale)) == (True, ["Main warehouse: CRATE-S; South: ROPE-10"])
    for release in depot.deliveries(sale):
        yard.wms.accept(release)
        yard.run()
        yard.wms.ship(release)
        yard.run()
    assert yard.left(sale) == {"CRATE-S": (3, 3, 3), "ROPE-10": (4, 4, 4)}
    assert quiet(yard)


def test_what_has_to_leave_whole_is_not_split(yard: Yard, depot: Depot) -> None:
    rule(warehouses=["Main warehouse", "South"], stock=True)
    depot.empty("ROPE-10")
    depot.put("ROPE-10", 9)
    sale = yard.sell(("CRATE-S", 3), ("ROPE-10", 4))
    yard.look()
    why = "Main warehouse: 4 x ROPE-10 missing; South: 3 x CRATE-S missing."
    rest = f"The rule From the south, version 1, finds no warehouse for {sale.release} of order {sale.name}. "
    assert yard.cases() == [("CD-4030", rest + why)]
    assert (depot.held(), yard.odoo.writes()) == ([], [])


def test_it_goes_by_itself_when_the_goods_have_come(yard: Yard, depot: Depot) -> None:
    rule(stock=True)
    depot.put("CRATE-S", 2)
    yard.sell(("CRATE-S", 3))
    yard.look()
    assert [code for code, _ in yard.cases()] == ["CD-4030"]
    depot.put("CRATE-S", 3)
    yard.later()
    assert (depot.held(), quiet(yard)) == ([("SOUTH", {"P-CRATE-S": "3"})], True)


@pytest.mark.parametrize(
    ("choice", "reason", "site"), [("stay", "as agreed", "NORTH"), ("go_to", "south", "SOUTH")], ids=["stays", "goes"]
)
def test_a_person_says_where_it_goes(yard: Yard, depot: Depot, choice: str, reason: str, site: str) -> None:
    rule(stock=True)
    yard.sell(("CRATE-S", 3))
    yard.look()
    case = yard.case("CD-4030")
    decisions.decide(case.pk, choice, SOMEBODY, reason)
    yard.run()
    assert (depot.held(), quiet(yard)) == ([(site, {"P-CRATE-S": "3"})], True)
    assert ExceptionCase.objects.get(pk=case.pk).state == "resolved"


def test_a_name_that_is_no_warehouse_asks_once_more(yard: Yard, depot: Depot) -> None:
    rule(stock=True)
    yard.sell(("CRATE-S", 3))
    yard.look()
    decisions.decide(yard.case("CD-4030").pk, "go_to", SOMEBODY, "Sauth")
    yard.run()
    [(code, cause)] = yard.cases()
    assert (code, cause.endswith("Sauth: no such warehouse.")) == ("CD-4030", True)
    assert depot.held() == []


def test_what_the_warehouse_itself_has_not_found_is_not_counted_on(yard: Yard, depot: Depot) -> None:
    rule(stock=True)
    depot.put("CRATE-S", 3)
    product = yard.odoo.id_of("product.product", "CRATE-S", "default_code")
    place = {"warehouse": depot.warehouse, "product_id": product, "sku": "CRATE-S", "place": depot.stock}
    seen = Availability.objects.create(
        **place, condition="good", on_hand=3, reported=2, expected=3, difference=-1, reported_at=Now()
    )
    yard.sell(("CRATE-S", 3))
    yard.look()
    [(code, cause)] = yard.cases()
    assert (code, cause.endswith("South: 1 x CRATE-S missing.")) == ("CD-4030", True)
    Availability.objects.filter(pk=seen.pk).update(reported_at="2020-01-01T00:00Z", read_at="2020-01-01T00:00Z")
    yard.later()
    assert (depot.held(), quiet(yard)) == ([("SOUTH", {"P-CRATE-S": "3"})], True)


def test_a_delivery_of_several_steps_stays_where_it_was_begun(yard: Yard, depot: Depot) -> None:
    rule()
    main = yard.odoo.id_of("stock.warehouse", "WH", "code")
    yard.odoo.call("stock.warehouse", "write", [main], {"delivery_steps": "pick_ship"})
    yard.set(release_point="reserved")
    sale = yard.sell(("CRATE-S", 3))
    yard.odoo.validate_by_hand(sale.id)
    yard.look()
    assert (depot.held(), told(sale)) == (
        [("NORTH", {"P-CRATE-S": "3"})],
        ["stays: the delivery goes in several steps"],
    )
    assert (yard.effects("route"), quiet(yard)) == ([], True)


def test_nor_is_it_given_to_a_warehouse_that_delivers_in_several(yard: Yard, depot: Depot) -> None:
    rule()
    yard.odoo.call("stock.warehouse", "write", [depot.odoo_id], {"delivery_steps": "pick_ship"})
    yard.sell(("CRATE-S", 3))
    yard.look()
    [(code, cause)] = yard.cases()
    assert (code, cause.endswith("South: delivers in several steps.")) == ("CD-4030", True)


def test_a_hold_comes_first_and_nothing_is_moved(yard: Yard, depot: Depot) -> None:
    rule()
    hold = OrderRule(kind="hold", name="All", condition="true", outcome={"why": "value"})
    keep(hold)
    depot.put("CRATE-S", 50)
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert ([code for code, _ in yard.cases()], yard.odoo.writes()) == (["CD-4023"], [])
    assert list(depot.deliveries(sale)) == [sale.release]
    yard.choose("CD-4023", "let_go")
    assert (depot.held(), quiet(yard)) == ([("SOUTH", {"P-CRATE-S": "3"})], True)


@pytest.mark.parametrize("method", ["copy_data", "create", "action_assign", "write", "action_cancel"])
@pytest.mark.parametrize("fault", ["cut_before", "cut_after_commit", "garbage", "error503", "serialization"])
@pytest.mark.parametrize("odoo_server", ["16", "18", "19"], indirect=True)
def test_whatever_becomes_of_a_call_it_is_moved_once(yard: Yard, depot: Depot, method: str, fault: str) -> None:
    rule()
    depot.put("CRATE-S", 50)
    yard.odoo.fault(method, fault)
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    for _ in range(3):
        yard.later()
    assert (depot.held(), quiet(yard)) == ([("SOUTH", {"P-CRATE-S": "3"})], True)
    [(name, told)] = depot.deliveries(sale).items()
    assert (name, told) == ("SO/OUT/00001", ("assigned", {"CRATE-S": 3}))
    assert yard.odoo.rows("stock.picking", [["name", "=", sale.release]], "state")[0]["state"] == "cancel"


def test_one_delivery_that_cannot_be_moved_keeps_no_other_order(yard: Yard, depot: Depot) -> None:
    rule('"CRATE-S" in delivery.quantities')
    depot.put("CRATE-S", 50)
    yard.odoo.fault("create", "error503", times=3)
    yard.sell(("CRATE-S", 3))
    yard.sell(("ROPE-10", 1))
    yard.look()
    assert depot.held() == [("NORTH", {"P-ROPE-10": "1"})]
    for _ in range(3):
        yard.later()
    assert (len(depot.held()), quiet(yard)) == (2, True)


def test_a_refusal_is_a_case_and_the_order_stays_whole(
    yard: Yard, depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = rule()

    def refuses(*_: object) -> None:
        raise Rejected("CD-1001", detail="Not on Tuesdays")

    monkeypatch.setattr(Routing, "_make", refuses)
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    told = f"{sale.release} is to leave from another warehouse, and Odoo refused that: Not on Tuesdays"
    assert (yard.cases(), depot.held()) == ([("CD-4031", told)], [])
    assert list(depot.deliveries(sale)) == [sale.release]
    keep(made, enabled=False)
    yard.later()
    assert (depot.held(), quiet(yard)) == ([("NORTH", {"P-CRATE-S": "3"})], True)


def test_what_was_moved_leaves_though_odoo_refuses_to_close_the_rest(yard: Yard, depot: Depot) -> None:
    """And the case does not say that nothing was moved."""
    rule()
    depot.put("CRATE-S", 50)

    def refuses(*_: object) -> None:
        raise Rejected("CD-1001", detail="The period is closed")

    sale = yard.sell(("CRATE-S", 3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Routing, "_leave", refuses)
        yard.look()
        yard.look()
        told = f"{next(iter(depot.deliveries(sale)))} is to leave from another warehouse, and Odoo refused that: "
        assert yard.cases() == [("CD-4031", f"{told}it was moved, but not reserved or closed: The period is closed")]
        assert depot.held() == [("SOUTH", {"P-CRATE-S": "3"})]
    yard.later()
    assert (depot.held(), quiet(yard)) == ([("SOUTH", {"P-CRATE-S": "3"})], True)


def test_what_was_moved_is_reserved_though_the_old_delivery_is_gone_from_the_order(yard: Yard, depot: Depot) -> None:
    """Odoo is away after the move, and the order is read anew before the next try."""
    rule()
    depot.put("CRATE-S", 50)
    Warehouse.objects.update(release_point="reserved")
    sale = yard.sell(("CRATE-S", 3))
    yard.odoo.fault("action_assign", "error503")
    yard.look()
    assert (yard.effects("route"), depot.held()) == (["landed"], [])
    yard.look()
    for _ in range(2):
        yard.later()
        yard.look()
    assert (depot.held(), quiet(yard)) == ([("SOUTH", {"P-CRATE-S": "3"})], True)
    assert yard.effects("route settled") == ["landed"]
    assert yard.odoo.rows("stock.picking", [["name", "=", sale.release]], "state")[0]["state"] == "cancel"


def test_an_order_that_was_changed_in_odoo_is_read_again_before_it_is_moved(
    yard: Yard, depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule()
    depot.put("CRATE-S", 50)
    depot.put("ROPE-10", 50)
    sale = yard.sell(("CRATE-S", 3))
    once = []

    def late(*_: object) -> None:
        if not once:
            once.append(yard.odoo.add_line(sale.id, "ROPE-10", 2))

    monkeypatch.setattr("integration.flows.routing._goes_in_steps", lambda delivery: late() or False)
    yard.look()
    yard.look()
    asked = {"P-CRATE-S": "3", "P-ROPE-10": "2"}
    assert (depot.held(), quiet(yard), len(depot.deliveries(sale))) == ([("SOUTH", asked)], True, 1)


def test_a_rule_that_is_switched_off_after_the_answer_was_lost_changes_nothing(yard: Yard, depot: Depot) -> None:
    """What was begun is found out first: the order is never at both."""
    made = rule()
    depot.put("CRATE-S", 50)
    yard.odoo.fault("create", "cut_after_commit")
    yard.sell(("CRATE-S", 3))
    yard.look()
    keep(made, enabled=False)
    yard.later()
    assert (depot.held(), quiet(yard)) == ([("SOUTH", {"P-CRATE-S": "3"})], True)
    assert Effect.objects.get(verb="route").state == "landed"


def test_what_was_moved_is_not_moved_back_by_another_rule(yard: Yard, depot: Depot) -> None:
    rule()
    depot.put("CRATE-S", 50)
    sale = yard.sell(("CRATE-S", 3))
    yard.pause_sending()
    yard.look()
    back = OrderRule(kind="route", name="Back", condition="true", outcome={"warehouses": ["Main warehouse"]})
    keep(back)
    yard.pause_sending(paused=False)
    yard.sweep()
    yard.later()
    assert (depot.held(), len(depot.deliveries(sale)), quiet(yard)) == ([("SOUTH", {"P-CRATE-S": "3"})], 1, True)


def test_what_was_moved_and_forgotten_with_a_restored_backup_is_found_and_stays(
    yard: Yard, depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line that stayed is asked about anew: the copy of its delivery is there, so nothing more is moved."""
    made = rule(warehouses=["Main warehouse", "South"], stock=True, split="lines")
    depot.empty("ROPE-10")
    depot.put("ROPE-10", 9)
    express = yard.odoo.id_of("delivery.carrier", "Express")
    sale = yard.sell(("CRATE-S", 3), ("ROPE-10", 4), carrier_id=express)
    yard.look()
    assert ([code for code, _ in yard.cases()], len(depot.deliveries(sale))) == (["CD-3005"], 2)
    Effect.objects.all().delete()
    keep(made, outcome={**SOUTH, "stock": False, "split": "whole"})
    monkeypatch.setattr("integration.jobs.generation.looks_first", lambda: True)
    yard.map("carrier", "Express", "EXP")
    yard.later()
    assert (depot.held(), quiet(yard)) == ([("NORTH", {"P-CRATE-S": "3"}), ("SOUTH", {"P-ROPE-10": "4"})], True)
    assert Effect.objects.get(verb="route").state == "landed"


def test_what_a_warehouse_may_have_been_told_before_a_restored_backup_stays_there(
    yard: Yard, depot: Depot, counted: None, settled: None
) -> None:
    """The release is forgotten, and today's rule would send it elsewhere: the warehouse that has it keeps it."""
    generation.count()
    depot.put("CRATE-S", 50)
    sale = yard.sell(("CRATE-S", 3))
    taken = backup.take()
    yard.look()
    assert depot.held() == [("NORTH", {"P-CRATE-S": "3"})]
    restored(yard, taken)
    rule()
    yard.run()
    recovery.release(Recovery.objects.get().pk, SOMEBODY, "all is told again")
    yard.run()
    yard.look()
    yard.later()
    assert depot.held() == [("NORTH", {"P-CRATE-S": "3"})]
    assert list(depot.deliveries(sale)) == [sale.release]


def test_it_is_not_sent_to_where_people_tell_the_warehouse_of_older_orders(yard: Yard, depot: Depot) -> None:
    """The other warehouse goes live with what is agreed from now on: this order is older."""
    rule()
    depot.put("CRATE-S", 50)
    sale = yard.sell(("CRATE-S", 3))
    yard.odoo.call("sale.order", "write", [sale.id], {"date_order": "2026-01-01 08:00:00"})
    Warehouse.objects.filter(pk=depot.warehouse.pk).update(release_from="2026-02-01T00:00Z")
    yard.look()
    [(code, cause)] = yard.cases()
    assert (code, cause.endswith("South: no such warehouse.")) == ("CD-4030", True)
    assert (list(depot.deliveries(sale)), depot.held()) == ([sale.release], [])


@pytest.mark.parametrize("odoo_server", ["16", "18"], indirect=True)
def test_a_move_whose_reading_back_fails_is_not_taken_for_refused(
    yard: Yard, depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule is switched off meanwhile: what was moved leaves from there all the same, and only from there."""
    made, real, asked = rule(), Routing.moved, []

    def moved(self: Routing, picking: Any) -> Any:
        asked.append(picking)
        if len(asked) == 2:
            raise Unreachable("CD-1003", connection="odoo", status=503, detail="gone")
        return real(self, picking)

    monkeypatch.setattr(Routing, "moved", moved)
    depot.put("CRATE-S", 50)
    yard.sell(("CRATE-S", 3))
    yard.look()
    assert yard.effects("route") == ["intended"]
    keep(made, enabled=False)
    yard.run()
    for _ in range(3):
        yard.later()
    assert (depot.held(), quiet(yard)) == ([("SOUTH", {"P-CRATE-S": "3"})], True)
    assert (yard.effects("route"), yard.effects("route settled")) == (["landed"], ["landed"])
