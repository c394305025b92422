"""Rules about orders are written, moved and tried in the console; who may do so, and who may let an order go."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from integration.console.order_rules import words
from integration.models import (
    AuditEvent,
    CapturedRecord,
    Decision,
    ExceptionCase,
    OrderDecision,
    OrderRule,
    OrderRuleVersion,
    Reach,
)
from integration.rules.business import conditions
from integration.rules.roles import ALL_WAREHOUSES
from tests.component.console.conftest import user_with
from tests.component.console.test_configuration import address, fields

LARGE = {
    "kind": "hold",
    "name": "Large orders",
    "enabled": "on",
    "condition": "order.value > decimal(1000)",
    "why": "value",
}
SOURCE = "hold/1/1/1.1/abc"


def add(client, **entered):
    return client.post(address("orderrule", "add"), LARGE | entered)


def wrong(page):
    return {name: [str(each) for each in errors] for name, errors in page.context["adminform"].form.errors.items()}


def test_a_rule_is_added_behind_those_of_its_kind_with_its_first_version(db, admin_client):
    add(admin_client)
    add(admin_client, name="Second", ask="Ask the boss")
    add(admin_client, name="Fast", kind="priority", why="", priority="7")
    rows = OrderRule.objects.values_list("kind", "position", "name", "outcome", "version")
    assert list(rows) == [
        ("hold", 1, "Large orders", {"why": "value", "ask": ""}, 1),
        ("hold", 2, "Second", {"why": "value", "ask": "Ask the boss"}, 1),
        ("priority", 1, "Fast", {"priority": 7}, 1),
    ]
    assert OrderRuleVersion.objects.count() == AuditEvent.objects.filter(verb="added").count() == 3


def test_a_changed_rule_has_a_new_version_and_the_old_one_stays_readable(db, admin_client):
    add(admin_client)
    rule = OrderRule.objects.get()
    page = admin_client.get(address("orderrule", "change", rule.pk))
    entered = fields(page) | {"condition": "order.value >\r\n decimal(2000)", "active_from_0": "", "active_from_1": ""}
    admin_client.post(address("orderrule", "change", rule.pk), {**entered, "seen": page.context["seen"]})
    said = [(row.version, row.said["condition"], row.actor) for row in OrderRuleVersion.objects.order_by("version")]
    assert said == [(1, "order.value > decimal(1000)", "admin"), (2, "order.value >\n decimal(2000)", "admin")]
    assert AuditEvent.objects.get(verb="changed").detail == {"condition": "order.value >\n decimal(2000)"}
    assert admin_client.post(address("orderrule", "delete", rule.pk)).status_code == 403


@pytest.mark.parametrize(
    ("entered", "refused"),
    [
        (
            {"condition": "order.value > 3"},
            {"condition": ["In line 1: &gt; does not go with decimal and int. Write an exact number as decimal(1000) or"
                           " decimal(&quot;12.50&quot;)."
                           '<pre class="cd-pointed">order.value &gt; 3\n            ^</pre>']},
        ),
        ({"condition": "<b>"}, {"condition": ["In line 1: What stands here does not fit"]}),
        ({"why": ""}, {"why": ["Say it, at most 64 or 500 characters."]}),
        ({"priority": "3"}, {"priority": ["The rule does something else: holds the order."]}),
        ({"kind": "ship", "why": ""}, {"carrier": ["Say at least one of these."]}),
        (
            {f"active_{end}_{part}": said for end, day in (("from", "2026-02-01"), ("to", "2026-01-01"))
             for part, said in enumerate((day, "00:00"))},
            {"active_to": ["It ends before it begins."]},
        ),
    ],
)  # fmt: skip
def test_what_makes_no_rule_is_refused_at_its_field(db, admin_client, entered, refused):
    page = add(admin_client, **entered)
    told = wrong(page)
    assert {name: [text[: len(refused[name][0])] for text in texts] for name, texts in told.items()} == refused
    assert OrderRule.objects.count() == 0


def test_rules_are_moved_up_and_down_and_no_version_is_made_of_it(db, admin_client):
    for name in "ABC":
        add(admin_client, name=name)
    first = OrderRule.objects.get(name="A").pk
    admin_client.post(address("orderrule", "act", first, "down"))
    assert list(OrderRule.objects.values_list("name", flat=True)) == ["B", "A", "C"]
    admin_client.post(address("orderrule", "act", first, "up"))
    page = admin_client.post(address("orderrule", "act", first, "up"), follow=True)
    assert "It stands at the end already." in page.content.decode()
    assert list(OrderRule.objects.values_list("name", "version")) == [("A", 1), ("B", 1), ("C", 1)]
    assert AuditEvent.objects.filter(verb="moved").count() == 2


def test_the_form_names_every_fact_and_its_examples_can_be_asked(db, admin_client):
    page = admin_client.get(address("orderrule", "add")).content.decode()
    assert "customer.credit_limit" in page
    assert [conditions.check(example) for example in words.EXAMPLES] == [None] * len(words.EXAMPLES)


@pytest.mark.parametrize(
    ("role", "sees", "adds"),
    [("viewer", 200, 403), ("operator", 200, 403), ("supervisor", 200, 302), ("customer service", 403, 403)],
)
def test_who_may_see_and_write_rules(rows, role, sees, adds):
    _user, client = user_with(role, ALL_WAREHOUSES)
    assert client.get(address("orderrule", "changelist")).status_code == sees
    assert client.get(reverse("admin:order_rules_try")).status_code == sees
    assert add(client).status_code == adds


def test_who_sees_one_warehouse_writes_rules_for_it_alone_and_moves_no_others(rows):
    user, client = user_with("supervisor")
    Reach.objects.create(user=user, warehouse=rows.warehouse)
    assert wrong(add(client)) == {"warehouse": ["This field is required."]}
    everywhere = OrderRule.objects.create(
        kind="hold", position=9, name="All", condition="true", outcome={"why": "other"}
    )
    client.post(address("orderrule", "act", everywhere.pk, "up"))
    everywhere.refresh_from_db()
    assert everywhere.position == 9
    assert client.get(address("orderrule", "change", everywhere.pk)).status_code == 200


def held(rows) -> ExceptionCase:
    case = rows.case
    case.code, case.context = "CD-4023", {"rule": OrderRule.objects.get().pk, "source": SOURCE}
    case.save()
    return case


@pytest.mark.parametrize(("role", "status"), [("operator", 403), ("supervisor", 302)])
def test_who_may_let_an_order_go(rows, role, status):
    case = held(rows)
    _user, client = user_with(role, ALL_WAREHOUSES)
    page = client.get(address("exceptioncase", "change", case.pk))
    assert ("Let it go" in page.content.decode()) == (status == 302)
    answer = client.post(address("exceptioncase", "act", case.pk, "let_go"), {"reason": "The boss said so"})
    assert answer.status_code == status
    said = list(Decision.objects.filter(source=SOURCE).values_list("choice", "actor", "reason"))
    assert said == ([("let_go", "someone", "The boss said so")] if status == 302 else [])
    assert AuditEvent.objects.filter(verb="let it go", actor="someone").count() == len(said)


def test_an_order_is_not_let_go_without_a_reason(rows):
    case = held(rows)
    _user, client = user_with("supervisor", ALL_WAREHOUSES)
    page = client.post(address("exceptioncase", "act", case.pk, "let_go"))
    assert (page.status_code, Decision.objects.filter(source=SOURCE).count()) == (200, 0)


def read(rows) -> None:
    moves = [{"id": 1, "product_id": 1, "sku": "CHAIR", "product": "Chair", "unit_id": 1, "unit": "Units",
              "demand": "3", "state": "assigned"}]  # fmt: skip
    picking = {"id": 11, "name": "WH/OUT/1", "state": "assigned", "company_id": 1, "warehouse_id": 1, "moves": moves,
               "ship_to": {"street": "Elm Street 7", "country": "DE"}}  # fmt: skip
    at = datetime(2026, 3, 2, tzinfo=UTC).isoformat()
    order = {"id": 1, "name": rows.order.reference, "state": "sale", "company_id": 1, "warehouse_id": 1,
             "customer_id": 9, "written_at": at, "pickings": [picking]}  # fmt: skip
    CapturedRecord.objects.filter(model="sale.order", record_id=rows.order.erp_id).update(snapshot=order)


@pytest.mark.parametrize(("role", "street"), [("viewer", False), ("supervisor", True)])
def test_the_rules_are_tried_on_an_order_and_nothing_is_changed_by_it(rows, role, street):
    read(rows)
    OrderRule.objects.all().update(enabled=False, position=9, name="Old", condition="true")
    said = {
        "kind": "hold",
        "condition": 'ship_to.country == "DE"',
        "outcome": {"why": "address", "ask": ""},
        "version": 3,
    }
    OrderRule.objects.create(name="Germany", position=1, **said)
    OrderRule.objects.create(name="Credit", position=2, **said | {"condition": "customer.owed > decimal(1)"})
    OrderRule.objects.create(name="Chairs", position=3, **said | {"condition": '"SOFA" in delivery.products'})
    before = OrderDecision.objects.count()
    _user, client = user_with(role, ALL_WAREHOUSES)
    page = client.get(reverse("admin:order_rules_try"), {"order": rows.order.reference})
    [tried] = page.context["tried"]
    assert [(rule.name, rule.result, rule.facts) for rule in tried.rules] == [
        ("Germany", "matches", "ship_to.country: DE"),
        ("Credit", "customer.owed is not known.", ""),
        ("Chairs", "does not match", "delivery.products: CHAIR"),
        ("Old", "matches (not in force)", ""),
    ]
    assert ("Elm Street" in page.content.decode()) == street
    assert (OrderDecision.objects.count(), ExceptionCase.objects.count()) == (before, 1)


def test_an_order_that_nobody_knows_says_so(rows, admin_client):
    page = admin_client.get(reverse("admin:order_rules_try"), {"order": "S999"})
    assert "Nothing to ask about S999" in page.content.decode()


def test_the_order_s_page_shows_each_decision_with_its_reasons(rows, admin_client):
    decided = OrderDecision.objects.get()
    decided.matched[0] |= {"name": "Large", "says": {"why": "value", "ask": ""}, "let_go": True}
    decided.unasked, decided.facts, decided.asked = [], {"order.value": "1250"}, 3
    decided.save()
    page = admin_client.get(reverse("admin:timeline", args=[rows.order.pk]))
    [row] = page.context["decided"]
    assert (row.kind, row.release, row.asked, row.facts) == (
        "holds the order", "WH/OUT/1", "3 rules asked", "order.value: 1250",
    )  # fmt: skip
    assert [rule.says for rule in row.rules] == ["what it is about: value (let go by a person)"]
    assert "order.value: 1250" in page.content.decode()


def test_who_does_not_see_the_warehouse_sees_none_of_its_decisions(rows):
    _user, client = user_with("viewer")
    assert client.get(address("orderdecision", "changelist")).context["cl"].result_list == []


ROUTE = {"kind": "route", "name": "From the south", "why": "", "warehouses": "South, North", "condition": "true"}


def test_where_orders_leave_from_and_what_becomes_of_the_rest_is_said_in_the_form(db, admin_client):
    add(admin_client, **ROUTE)
    add(admin_client, **ROUTE | {"name": "Split", "stock": "on", "split": "lines", "warehouses": "South"})
    add(admin_client, kind="rest", name="Rest", why="", backorder="hold", substitutes="no")
    assert list(OrderRule.objects.order_by("pk").values_list("outcome", flat=True)) == [
        {"warehouses": ["South", "North"], "stock": False, "split": "whole"},
        {"warehouses": ["South"], "stock": True, "split": "lines"},
        {"backorder": "hold", "substitutes": "no"},
    ]
    page = admin_client.get(address("orderrule", "change", OrderRule.objects.get(name="Split").pk))
    entered = fields(page)
    assert (entered["warehouses"], entered["split"], "stock" in entered) == ("South", "lines", True)
    listed = admin_client.get(address("orderrule", "changelist")).content.decode()
    for said in ("warehouses: South, North", "has to hold it: no", "may be split: no: one warehouse has to have all"):
        assert said in listed


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        (ROUTE | {"warehouses": ""}, "warehouses"),
        (ROUTE | {"backorder": "keep"}, "backorder"),
        ({"warehouses": "South"}, "warehouses"),
        ({"stock": "on"}, "stock"),
        ({"kind": "rest", "why": ""}, "backorder"),
    ],
)
def test_what_says_nothing_or_something_else_is_no_such_rule(db, admin_client, entered, field):
    assert list(wrong(add(admin_client, **entered))) == [field]
    assert OrderRule.objects.count() == 0


@pytest.mark.parametrize(("role", "may"), [("operator", False), ("supervisor", True)])
def test_who_may_say_where_an_order_goes(rows, role, may):
    case = rows.case
    case.code, case.context = "CD-4030", {"rule": 1, "source": SOURCE}
    case.save()
    _user, client = user_with(role, ALL_WAREHOUSES)
    page = client.get(address("exceptioncase", "change", case.pk)).content.decode()
    assert ("Name the warehouse" in page, "Leave it where it is" in page) == (may, may)
    answer = client.post(address("exceptioncase", "act", case.pk, "go_to"), {"reason": "South"})
    assert (answer.status_code == 403) == (not may)
    assert [row.reason for row in Decision.objects.filter(choice="go_to")] == (["South"] if may else [])
