"""A changed rule or mapping on the documents of the last days: what would have gone otherwise, and nothing is done."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.timezone import now

from integration.console.tries import words
from integration.flows.tried import releases, run
from integration.jobs import business, sql, tries
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.streams import ClaimLost
from integration.jobs.tree import changelog
from integration.jobs.tries import Wish
from integration.models import (
    BusinessRule,
    CodeMapping,
    DecidedDelivery,
    InboundMessage,
    OrderRule,
    TriedChange,
    TriedDocument,
)
from tests.component.flows.returns import Dock, line
from tests.component.flows.shelves import Shelves
from tests.component.flows.test_rehearsals import contents
from tests.component.flows.yard import SOMEBODY, Yard

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
    says = {"hold": {"why": "product", "ask": ""}, "priority": {"priority": 7}, "ship": {"carrier": "EXP"}}.get(
        kind, {}
    )
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


def test_waves_ranks_and_the_rest_are_told_too(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    wave = rule(MANY, "wave", name="Noon", outcome={"times": ["12:00"]})
    rank = rule(MANY, "allocation", outcome={"rank": 5})
    rest = rule(MANY, "rest", outcome={"backorder": "cancel", "substitutes": "no"})
    [row] = tried(yard, wave, rank, rest).documents.all()
    assert (row.reference, row.verdict) == (sale.release, "otherwise")
    says = {"wave": "Noon (12:00)", "rank": "5", "backorder": "cancel", "substitutes": "no"}
    assert (row.before["says"], row.after["says"]) == ({**dict.fromkeys(says, ""), "rank": "0"}, says)
    assert words.cells(row)[5].count("cancel it") == 1


def test_where_it_would_have_left_from_cannot_be_told(yard: Yard) -> None:
    many, _few = yard.released(("CRATE-S", 3)), yard.released(("CRATE-S", 2))
    made = tried(yard, rule(MANY, "route", outcome={"warehouses": ["South"]}))
    assert listed(made) == [("order.release", many.release, "untold")]
    assert made.documents.get().why == releases.ELSEWHERE


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


@pytest.fixture
def dock(yard: Yard) -> Dock:
    """A warehouse with another name for the crate, and a unit for two of something."""
    mapping(yard, "product", "CRATE-S", "OLD-CRATE", alias=True).save()
    mapping(yard, "unit", "Units", "PAIR", alias=True, per=2).save()
    return Dock(yard)


def test_what_came_back_is_read_with_another_code_beside_what_had_left(yard: Yard, dock: Dock) -> None:
    sale = yard.released(("CRATE-S", 3), ("ROPE-10", 3))
    yard.shipped(sale)
    dock.tell({**line("CRATE-S", 2), "sku": "OLD-CRATE"}, receipt="RT-1", release=sale.release)
    dock.tell(line("CRATE-S", 1), receipt="RT-2", release=sale.release)
    ended = tries.ended(CodeMapping.objects.get(partner_code="OLD-CRATE").pk)
    made = tried(yard, *ended, mapping(yard, "product", "ROPE-10", "OLD-CRATE", alias=True))
    assert listed(made) == [("return.received", "RT-1", "otherwise")]
    [row] = made.documents.all()
    assert (row.before["says"], row.after["says"]) == ({"line 1": "2 CRATE-S (good)"}, {"line 1": "2 ROPE-10 (good)"})
    made = tried(yard, *ended, mapping(yard, "product", "GLOVE-M", "OLD-CRATE", alias=True))  # which it has not
    assert listed(made) == [("return.received", "RT-1", "stops")]
    assert [code for code, _ in made.documents.get().after["stops"]] == ["CD-7033"]
    assert tried(yard, *ended).documents.get().after["stops"][0][0] == "CD-3002"


def test_what_came_back_later_is_not_counted_and_what_came_before_is(yard: Yard, dock: Dock) -> None:
    sale = yard.released(("CRATE-S", 6))
    yard.shipped(sale)
    dock.tell({**line("CRATE-S", 1), "unit": "PAIR"}, receipt="RT-1", release=sale.release)
    dock.tell(line("CRATE-S", 2), receipt="RT-2", release=sale.release)
    dock.tell({**line("CRATE-S", 1), "unit": "PAIR"}, receipt="RT-3", release=sale.release)
    pair = CodeMapping.objects.get(partner_code="PAIR")
    pair.per = Decimal(4)
    made = tried(yard, pair)
    assert listed(made) == [("return.received", "RT-1", "otherwise"), ("return.received", "RT-3", "stops")]
    assert [code for code, _ in made.documents.last().after["stops"]] == ["CD-7031"]


def test_of_what_came_back_nothing_is_told_where_the_release_would_have_had_other_codes(yard: Yard, dock: Dock) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale)
    dock.tell(line("CRATE-S", 1), receipt="RT-1", release=sale.release)
    crate = CodeMapping.objects.get(odoo_code="CRATE-S", alias=False)
    crate.partner_code = "NEW-CRATE"
    assert ("return.received", "RT-1", "untold") in listed(tried(yard, crate))


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


def code_of(kind: str, odoo: str) -> CodeMapping:
    return CodeMapping.objects.get(kind=kind, odoo_code=odoo, valid_to=None)


def ruled(yard: Yard, kind: str, value: int = 0, **more: Any) -> BusinessRule:
    return BusinessRule(kind=kind, warehouse=yard.warehouse, value=value, **more)


def test_a_rule_that_is_edited_switched_off_or_ends_lets_go_what_it_held(yard: Yard) -> None:
    kept = rule(MANY)
    with transaction.atomic():
        business.keep(kept, SOMEBODY)
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    for name, value in {"enabled": False, "active_to": now() - timedelta(hours=1), "condition": "false"}.items():
        row = OrderRule.objects.get()
        setattr(row, name, value)
        assert listed(tried(yard, row)) == [("order.release", sale.release, "goes")]
    same = OrderRule.objects.get()
    same.name, same.active_from = "Called otherwise", now() + timedelta(days=9)
    assert listed(tried(yard, same)) == []
    other = OrderRule.objects.get()
    other.outcome = {"why": "credit", "ask": ""}
    assert listed(tried(yard, other)) == [("order.release", sale.release, "stopped")]


def test_of_two_rules_the_one_that_would_stand_first_decides(yard: Yard) -> None:
    for name, priority in (("First", 7), ("Second", 3)):
        row = rule("true", "priority", name=name)
        row.outcome = {"priority": priority}
        with transaction.atomic():
            business.keep(row, SOMEBODY)
    sale = yard.released(("CRATE-S", 1))
    made = tried(yard, *tries.moved(OrderRule.objects.get(name="Second").pk, up=True))
    [row] = made.documents.all()
    assert (row.reference, row.before["says"], row.after["says"]) == (
        sale.release, {"priority": "7"}, {"priority": "3"},
    )  # fmt: skip
    OrderRule.objects.filter(name="Second").update(active_from=now() + timedelta(days=1))
    assert tried(yard, *tries.moved(OrderRule.objects.get(name="Second").pk, up=True)).otherwise == 0
    with pytest.raises(NotAllowed, match="at the end already"):
        tries.moved(OrderRule.objects.get(name="First").pk, up=True)


def test_a_rule_is_asked_as_of_the_moment_of_the_decision(yard: Yard) -> None:
    yard.released(("CRATE-S", 1))
    DecidedDelivery.objects.update(first_at="2026-01-05T09:00Z", last_at=now() - timedelta(days=3))
    before = f'now < timestamp("{(now() - timedelta(days=2)).isoformat(timespec="seconds")}")'
    assert tried(yard, rule(before)).otherwise == 1
    assert tried(yard, rule(f"!({before})")).otherwise == 0
    assert tried(yard, rule(before), days=2).decided == 0


def test_a_mapping_that_would_end_stops_what_needs_it(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    made = tried(yard, *tries.ended(code_of("product", "CRATE-S").pk))
    assert listed(made) == [("order.release", sale.release, "stops")]
    [[code, cause]] = made.documents.get().after["stops"]
    assert (code, cause) == ("CD-3001", "Odoo product CRATE-S has no SKU at Northgate 3PL.")


def test_what_was_decided_before_such_things_were_kept_cannot_be_told(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    DecidedDelivery.objects.all().delete()
    made = tried(yard, rule("true"))
    assert (listed(made), made.decided, made.untold) == ([("order.release", sale.release, "untold")], 0, 1)


@pytest.mark.parametrize(
    ("kind", "limit", "expected"), [("over_units", 1, []), ("over_units", 0, ["stops"]), ("over_percent", 34, [])]
)
def test_what_left_too_much_is_judged_by_what_was_open_then(
    yard: Yard, kind: str, limit: int, expected: list[str]
) -> None:
    kept = ruled(yard, "over_units", 1)
    kept.save()
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, lines=[yard.line(sale, quantity="4")])
    assert yard.cases() == []
    kept.kind, kept.value = kind, limit
    assert [verdict for _, _, verdict in listed(tried(yard, kept))] == expected


def test_what_came_in_too_much_is_judged_by_what_was_expected(yard: Yard) -> None:
    yard.set(receipt_mode="live")
    bought = yard.expected(("CRATE-S", 10))
    yard.receive(bought.advice)
    assert listed(tried(yard, ruled(yard, "receive_over_units", 5))) == []
    assert tried(yard, ruled(yard, "receive_over_units", 5)).decided == 1


def test_an_advice_would_have_gone_out_in_other_codes(yard: Yard) -> None:
    yard.set(receipt_mode="live")
    bought = yard.expected(("CRATE-S", 10))
    yard.receive(bought.advice)
    crate = code_of("product", "CRATE-S")
    crate.partner_code = "C-1"
    made = tried(yard, crate)
    assert [(kind, verdict) for kind, _, verdict in listed(made)] == [
        ("receipt.advice", "otherwise"), ("receipt.confirmed", "untold"),
    ]  # fmt: skip
    assert list(made.documents.first().after["says"].values()) == ["10 EA C-1"]


def test_a_rule_for_invoices_says_what_would_have_been_billed_when(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    shipment = yard.shipped(sale)
    made = tried(yard, ruled(yard, "invoice", when="on_move", posted=True))
    assert listed(made) == [("invoice", shipment["shipment"], "otherwise")]
    assert made.documents.get().after["says"] == {"when": "on_move", "posted": "yes"}
    customer = made.documents.get().document.erp_partner_id
    assert tried(yard, ruled(yard, "invoice", when="on_move", customer_id=customer)).otherwise == 1
    assert tried(yard, ruled(yard, "invoice", when="on_move", customer_id=customer + 1)).untold == 1


def test_a_message_that_is_no_document_any_more_cannot_be_told(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale)
    InboundMessage.objects.filter(type="shipment.confirmed").update(body=b"{}")
    alias = mapping(yard, "product", "CRATE-S", "C-ALIAS", alias=True)
    [row] = tried(yard, alias).documents.all()
    assert (row.verdict, row.why) == ("untold", "The message is no document of the contract any more.")


def test_an_odoo_that_is_away_is_told_and_ends_nothing(shelves: Shelves) -> None:
    shelves.allow(value="5")
    shelves.stock("NAIL", 20)
    shelves.adjust({"sku": "P-NAIL", "quantity": "-3"}, adjustment="A-1")
    shelves.yard.run()
    shelves.yard.odoo.fault("web_search_read", "cut_before", times=99, model="stock.warehouse")
    shelves.yard.odoo.fault("web_search_read", "cut_before", times=99, model="product.product")
    made = tried(shelves.yard, *tries.ended(code_of("product", "NAIL").pk))
    [row] = made.documents.all()
    assert (row.verdict, row.why[:8]) == ("untold", "CD-1001:")


def test_trying_writes_nothing_but_what_was_found(yard: Yard, shelves: Shelves) -> None:
    shelves.allow(value="5")
    shelves.stock("NAIL", 20)
    shelves.adjust({"sku": "P-NAIL", "quantity": "-3"}, adjustment="A-1")
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale)
    before = {name: rows for name, rows in contents().items() if not name.startswith("Tried")}
    yard.odoo.forget_calls()
    tried(yard, rule(MANY), *tries.ended(code_of("product", "NAIL").pk), ruled(yard, "over_units", 3))
    assert {name: rows for name, rows in contents().items() if not name.startswith("Tried")} == before
    assert yard.odoo.writes() == []


def test_a_worker_that_dies_on_the_way_leaves_nothing_twice(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    sales = [yard.sell(("CRATE-S", 3)) for _ in range(5)]
    yard.look()
    monkeypatch.setattr(run, "AT_ONCE", 2)
    looked = releases.look
    seen: list[str] = []

    def dies_once(bench: Any, row: DecidedDelivery) -> Any:
        seen.append(row.release)
        if len(seen) == 4:
            raise ClaimLost
        return looked(bench, row)

    phases = [replace(phase, look=dies_once) if phase.name == "releases" else phase for phase in run.PHASES]
    monkeypatch.setattr(run, "PHASES", phases)
    tries.make(Wish([tries.step(rule(MANY), None)], {}), 30, None, somebody())
    yard.run()
    made = TriedChange.objects.get()
    assert (made.state, made.decided, made.otherwise) == ("trying", 3, 3)
    yard.later()
    made.refresh_from_db()
    assert (made.state, made.decided, made.otherwise) == ("done", 5, 5)
    assert sorted(made.documents.values_list("reference", flat=True)) == sorted(sale.release for sale in sales)


def test_it_begins_anew_when_the_configuration_is_changed_on_the_way(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        yard.sell(("CRATE-S", 3))
    yard.look()
    monkeypatch.setattr(run, "AT_ONCE", 1)
    looked = releases.look

    def changed_by_somebody(bench: Any, row: DecidedDelivery) -> Any:
        BusinessRule.objects.get_or_create(kind="over_units", warehouse=yard.warehouse, value=1)
        return looked(bench, row)

    phases = [replace(phase, look=changed_by_somebody) if phase.name == "releases" else phase for phase in run.PHASES]
    monkeypatch.setattr(run, "PHASES", phases)
    made = tried(yard, rule(MANY))
    assert (made.round, made.decided, made.otherwise, made.documents.count()) == (2, 3, 3, 3)


def test_one_that_is_cancelled_looks_at_nothing_more(yard: Yard) -> None:
    yard.released(("CRATE-S", 3))
    made = tries.make(Wish([tries.step(rule(MANY), None)], {}), 30, None, somebody())
    tries.cancel(made.pk, somebody("ben"))
    yard.run()
    made.refresh_from_db()
    assert (made.state, made.decided, made.cancelled_by_name, yard.unfinished()) == ("cancelled", 0, "ben", [])


def test_what_a_release_was_decided_on_is_kept_once_for_what_it_says(yard: Yard) -> None:
    with transaction.atomic():
        business.keep(rule(MANY), SOMEBODY)
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    yard.later()
    [kept] = DecidedDelivery.objects.all()
    assert (kept.release, kept.times > 1, kept.last_at > kept.first_at) == (sale.release, True, True)
    assert b"Alder" not in bytes(sql.rows(f"SELECT snapshot FROM {DecidedDelivery._meta.db_table}", [])[0][0])
    yard.odoo.order_more(sale.id, "CRATE-S", 4)
    yard.look()
    assert DecidedDelivery.objects.count() == 2


def test_a_mistake_of_ours_with_one_document_keeps_no_other_from_being_told(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = yard.released(("CRATE-S", 3)), yard.released(("CRATE-S", 4))
    looked = releases.look

    def breaks(bench: Any, row: DecidedDelivery) -> Any:
        return {}["no such thing"] if row.release == broken.release else looked(bench, row)

    phases = [replace(phase, look=breaks) if phase.name == "releases" else phase for phase in run.PHASES]
    monkeypatch.setattr(run, "PHASES", phases)
    made = tried(yard, rule(MANY))
    assert listed(made) == [("releases", broken.release, "untold"), ("order.release", sound.release, "stops")]
