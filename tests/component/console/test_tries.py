"""A change of a rule or a mapping is tried from its page, watched, kept as it was tried; who may, and sees what."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from integration.jobs import tries
from integration.models import (
    AuditEvent,
    BusinessRule,
    CodeMapping,
    ConfigurationChange,
    Connection,
    OrderRule,
    SyncJob,
    TriedChange,
    TriedDocument,
    Warehouse,
)
from integration.rules.roles import ALL_WAREHOUSES, ROLES
from tests.component.console.conftest import user_with
from tests.component.console.test_configuration import address, fields
from tests.component.console.test_order_rules import LARGE
from tests.component.console.test_reach import limited

PEOPLE = [name for name in ROLES if name != ALL_WAREHOUSES]
MAKES_RULES = {"supervisor", "integrator", "administrator"}


def try_(client, **entered):
    return client.post(address("orderrule", "add"), LARGE | {"_try": "1", "try_days": "14"} | entered)


def latest() -> TriedChange:
    return TriedChange.objects.latest("pk")


def done(tried: TriedChange) -> TriedChange:
    tried.state, tried.base = "done", tries.base()
    tried.save()
    return tried


def page(client, tried):
    return client.get(address("triedchange", "change", tried.pk))


def keep(client, tried):
    """The button, with what the page sends."""
    shown = page(client, tried)
    return client.post(tried.form["address"], {**dict(shown.context["keep"]), "_save": "1"})


def test_what_is_typed_is_checked_tried_and_not_saved(rows, admin_client):
    rules, changes = OrderRule.objects.count(), ConfigurationChange.objects.count()
    answer = try_(admin_client)
    tried = latest()
    assert (answer.status_code, answer.url) == (302, address("triedchange", "change", tried.pk))
    assert (tried.name, tried.days, tried.state) == ("order rule hold Large orders", 14, "trying")
    assert (OrderRule.objects.count(), ConfigurationChange.objects.count()) == (rules, changes)
    assert SyncJob.objects.filter(flow="change_try", payload={"tried": tried.pk}).count() == 1
    assert AuditEvent.objects.get(verb="try a change").detail == {"days": 14}
    [step] = tried.steps
    assert (step["row"], step["before"], step["after"]["condition"]) == (None, None, "order.value > decimal(1000)")


def test_what_makes_no_rule_is_refused_at_its_field_and_not_tried(rows, admin_client):
    before = TriedChange.objects.count()
    answer = try_(admin_client, condition="order.value > 3")
    assert (answer.status_code, TriedChange.objects.count()) == (200, before)
    assert "condition" in answer.context["adminform"].form.errors


def test_keeping_it_saves_exactly_what_was_tried_once(rows, admin_client):
    try_(admin_client, ask="Ask the boss")
    tried = done(latest())
    keep(admin_client, tried)
    made = OrderRule.objects.get(name="Large orders")
    assert (made.condition, made.outcome, made.version) == (
        LARGE["condition"], {"why": "value", "ask": "Ask the boss"}, 1,
    )  # fmt: skip
    assert ConfigurationChange.objects.get(row_id=made.pk).verb == "add"
    shown = page(admin_client, tried)
    assert (shown.context["may_keep"], shown.context["outdated"]) == (False, True)
    assert "were changed since" in shown.text


def test_an_edit_that_somebody_overtook_is_not_kept_blindly(rows, admin_client):
    limit = BusinessRule.objects.create(kind="adjust_units", value=5, warehouse=rows.warehouse)
    shown = admin_client.get(address("businessrule", "change", limit.pk))
    typed = fields(shown) | {"value": "3", "_try": "1", "seen": shown.context["seen"]}
    admin_client.post(address("businessrule", "change", limit.pk), typed)
    tried = latest()
    BusinessRule.objects.filter(pk=limit.pk).update(value=7)
    answer = keep(admin_client, done(tried))
    assert "Somebody has changed this since" in answer.text
    limit.refresh_from_db()
    assert limit.value == 7


def test_where_two_have_to_look_keeping_it_waits_for_the_second(rows, admin_client):
    Connection.objects.filter(pk=rows.erp.pk).update(four_eyes=True)
    try_(admin_client)
    keep(admin_client, done(latest()))
    assert not OrderRule.objects.filter(name="Large orders").exists()
    assert ConfigurationChange.objects.get(state="waiting").after["name"] == "Large orders"


def test_it_is_opened_again_as_it_was_typed(rows, admin_client):
    try_(admin_client, ask="Ask <b>", active_from_0="2026-02-01", active_from_1="10:00:00")
    again = page(admin_client, done(latest())).context["again"]
    form = admin_client.get(again).context["adminform"].form
    assert (form["condition"].value(), form["ask"].value(), form["enabled"].value()) == (
        LARGE["condition"], "Ask <b>", True,
    )  # fmt: skip
    assert form["active_from"].value() == ["2026-02-01", "10:00:00"]
    elsewhere = admin_client.get(address("businessrule", "add"), {"tried": latest().pk}).context["adminform"].form
    assert elsewhere["note"].value() in (None, "")


def test_an_edit_is_opened_again_with_what_the_page_did_not_send(rows, admin_client):
    rule = OrderRule.objects.get()
    shown = admin_client.get(address("orderrule", "change", rule.pk))
    typed = {name: value for name, value in fields(shown).items() if name not in ("kind", "active_from", "active_to")}
    typed |= {
        "condition": "false",
        "name": "Renamed",
        "note": "",
        "ask": "",
        "seen": shown.context["seen"],
        "_try": "1",
    }
    admin_client.post(address("orderrule", "change", rule.pk), typed)
    form = admin_client.get(page(admin_client, latest()).context["again"]).context["adminform"].form
    assert (form["kind"].value(), form["condition"].value(), form["name"].value()) == ("hold", "false", "Renamed")
    keep(admin_client, done(latest()))
    rule.refresh_from_db()
    assert (rule.condition, rule.name, rule.version) == ("false", "Renamed", 2)


def test_a_mapping_and_its_end_are_tried(rows, admin_client):
    row = CodeMapping.objects.get()
    typed = {"partner_code": "P-9", "factor": "1", "per": "1", "_try": "1"}
    admin_client.post(address("codemapping", "change", row.pk), typed)
    [step] = latest().steps
    assert (step["row"], step["before"]["partner_code"], step["after"]["partner_code"]) == (
        row.pk, row.partner_code, "P-9",
    )  # fmt: skip
    admin_client.post(address("codemapping", "try", row.pk, "end"))
    [step] = latest().steps
    assert (step["row"], step["after"]) == (row.pk, None)
    asked = keep(admin_client, done(latest()))
    assert "Why is this code not used any more?" in asked.text
    assert CodeMapping.objects.filter(valid_to=None).count() == 1


def test_another_place_is_tried(rows, admin_client):
    for name in "AB":
        admin_client.post(address("orderrule", "add"), LARGE | {"name": name})
    second = OrderRule.objects.get(name="B")
    admin_client.post(address("orderrule", "try", second.pk, "up"))
    places = {step["after"]["name"]: (step["before"]["position"], step["after"]["position"]) for step in latest().steps}
    assert places == {"B": (3, 2), "A": (2, 3)}
    keep(admin_client, done(latest()))
    assert list(OrderRule.objects.order_by("position").values_list("name", flat=True))[1:] == ["B", "A"]
    answer = admin_client.post(address("orderrule", "try", second.pk, "nonsense"))
    assert (answer.status_code, admin_client.get(address("orderrule", "try", second.pk, "up")).status_code) == (
        405,
        302,
    )


def test_the_page_lists_and_filters_and_gives_it_as_a_sheet(rows, admin_client):
    tried = TriedChange.objects.get()
    TriedDocument.objects.create(
        tried=tried, warehouse=rows.warehouse, kind="shipment.confirmed", reference="SHP-1", at=now(), verdict="untold",
        message=rows.received.pk, why="The message is no document of the contract any more.",
    )  # fmt: skip
    shown = page(admin_client, tried)
    assert {each.value: count for each, _label, _tone, count in shown.context["verdicts"]} == {
        "otherwise": 1, "untold": 1,
    }  # fmt: skip
    assert "<script>alert" not in shown.text
    only = admin_client.get(address("triedchange", "change", tried.pk), {"verdict": "untold"})
    assert [each["row"].reference for each in only.context["rows"]] == ["SHP-1"]
    assert address("inboundmessage", "change", rows.received.pk) in only.text
    sheet = admin_client.get(reverse("admin:tried_sheet", args=[tried.pk, "csv"]), {"verdict": "untold"})
    lines = sheet.content.decode("utf-8-sig").splitlines()
    assert (len(lines), lines[1].split(",")[:2]) == (2, ["Shipment confirmed", "SHP-1"])
    assert admin_client.get(reverse("admin:tried_sheet", args=[tried.pk, "xlsx"])).content[:2] == b"PK"
    assert admin_client.get(reverse("admin:tried_sheet", args=[tried.pk, "exe"])).status_code == 400


def test_it_reads_itself_anew_until_it_rests_and_can_be_cancelled(rows, admin_client):
    try_(admin_client)
    tried = latest()
    live = reverse("admin:tried_live", args=[tried.pk])
    assert "data-rests" not in admin_client.get(live).text
    admin_client.post(reverse("admin:tried_act", args=[tried.pk, "cancel"]))
    tried.refresh_from_db()
    assert (tried.state, tried.cancelled_by_name) == ("cancelled", "admin")
    assert "data-rests" in admin_client.get(live).text
    again = admin_client.post(reverse("admin:tried_act", args=[tried.pk, "cancel"]), follow=True)
    assert "It is not being tried any more." in again.text


def test_nobody_has_more_than_three_at_once(rows, admin_client):
    for _ in range(4):
        answer = try_(admin_client)
    assert (answer.url, TriedChange.objects.filter(state="trying").count()) == (address("orderrule", "add"), 3)


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_tries_what_it_may_change(role, rows):
    _user, client = user_with(role, ALL_WAREHOUSES)
    before = TriedChange.objects.count()
    status = try_(client).status_code
    assert (status, TriedChange.objects.count()) == ((302, before + 1) if role in MAKES_RULES else (403, before))
    tried = done(TriedChange.objects.first())
    if role != "customer service":
        shown = page(client, tried)
        assert (bool(shown.context["keep"]), bool(shown.context["again"])) == (role in MAKES_RULES,) * 2
    answer = client.post(reverse("admin:tried_act", args=[tried.pk, "again"])).status_code
    assert answer == (302 if role in MAKES_RULES else 405 if role == "customer service" else 403)


def test_who_sees_one_warehouse_tries_on_its_documents_alone_and_sees_no_others(rows):
    other = Warehouse.objects.create(name="B", erp=rows.erp, company_id=2, erp_warehouse_id=2, wms=rows.wms, site="B")
    client = limited(warehouse=rows.warehouse)
    assert try_(client, warehouse=rows.warehouse.pk).status_code == 302
    assert latest().warehouses == [rows.warehouse.pk]
    typed = {"partner_code": "P-9", "factor": "1", "per": "1", "_try": "1"}
    client.post(address("codemapping", "change", CodeMapping.objects.get().pk), typed)
    assert latest().warehouses == [rows.warehouse.pk]
    theirs = TriedChange.objects.create(
        name="Theirs", days=1, since=now(), steps=[], warehouses=[rows.warehouse.pk, other.pk], made_by_name="x"
    )
    TriedDocument.objects.create(
        tried=theirs, warehouse=rows.warehouse, kind="order.release", reference="X", at=now(), verdict="stops"
    )
    assert page(client, theirs).status_code == 302  # to the home page: there is no such row
    assert client.get(reverse("admin:tried_live", args=[theirs.pk])).status_code == 404
    assert client.get(reverse("admin:tried_sheet", args=[theirs.pk, "csv"])).status_code == 404


def test_a_row_of_another_warehouse_is_not_listed(rows):
    other = Warehouse.objects.create(name="B", erp=rows.erp, company_id=2, erp_warehouse_id=2, wms=rows.wms, site="B")
    tried = TriedChange.objects.get()
    TriedDocument.objects.create(
        tried=tried, warehouse=other, kind="order.release", reference="X", at=now(), verdict="stops"
    )
    client = limited(warehouse=rows.warehouse)
    shown = page(client, tried)
    assert [each["row"].verdict for each in shown.context["rows"]] == ["otherwise"]
    assert [each.value for each, *_ in shown.context["verdicts"]] == ["otherwise"]


def test_deleting_a_business_rule_is_tried_and_kept_by_the_page_that_deletes(rows, admin_client):
    rule = BusinessRule.objects.get()
    assert "Try deleting it" in admin_client.get(address("businessrule", "change", rule.pk)).text
    admin_client.post(address("businessrule", "try", rule.pk, "delete"))
    [step] = latest().steps
    assert (step["section"], step["row"], step["after"]) == ("rules", rule.pk, None)
    keep(admin_client, done(latest()))
    assert (BusinessRule.objects.count(), ConfigurationChange.objects.filter(verb="remove").count()) == (0, 1)
