"""Whoever is given a warehouse or a company sees it whole, and nothing of any other."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils.timezone import now

from integration import models
from integration.console import reach
from integration.console.cases import affected
from integration.console.reach import REACH
from integration.models import AuditEvent, CaseJob, Connection, Document, ExceptionCase, Reach, SyncJob, Warehouse
from integration.reports import figures
from integration.reports.figures import Day
from tests.component.console.conftest import EVIL, user_with

OURS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "integration"),
    key=lambda model: model.__name__,
)
# No goods, documents or names.
OF_NOBODY = {
    models.BeatSlot,
    models.BeatLease,
    models.Canary,
    models.Retention,
    models.TrackingPage,
    models.DaysOff,
    models.ReconciliationRun,
    models.AlertRule,
    models.Generation,
    models.Recovery,
    models.Installation,
    models.EnvironmentLock,
}
SEEN = [model for model in OURS if model in REACH and model not in OF_NOBODY]
RULES = {models.BusinessRule, models.CaseRule, models.AlertChannel}  # those for all warehouses are seen by all
UNSEEN = [model for model in OURS if model not in REACH]


def address(model, page, *args):
    return reverse(f"admin:integration_{model._meta.model_name}_{page}", args=args)


def limited(name="someone", **given):
    """All rights but the one to see all warehouses."""
    user, client = user_with(name=name)
    user.user_permissions.set(Permission.objects.exclude(codename="view_all_warehouses"))
    if given:
        Reach.objects.create(user=user, **given)
    return client


def count(client, model):
    return len(
        client.get(address(model, "changelist"), {"state": "all"} if model is ExceptionCase else {})
        .context["cl"]
        .result_list
    )


@pytest.fixture(autouse=True, params=["few", "many"])
def _sizes(request, monkeypatch):
    """What is seen is looked up in another way by who sees much of it."""
    if request.param == "many":
        monkeypatch.setattr(reach, "_are_few", lambda *_: False)


@pytest.fixture
def south(rows):
    """Another company's warehouse, in an Odoo and at a partner of its own."""
    erp = Connection.objects.create(slug="odoo2", name="Odoo 2", kind="odoo", base_url="https://example.com")
    wms = Connection.objects.create(slug="south", name="South", kind="http_json", base_url="https://example.com")
    return Warehouse.objects.create(name="South", erp=erp, company_id=2, erp_warehouse_id=3, wms=wms, site="S")


@pytest.fixture
def beside(rows):
    """Another company's warehouse, in the same Odoo and at the same partner."""
    return Warehouse.objects.create(
        name="Beside", erp=rows.erp, company_id=2, erp_warehouse_id=2, wms=rows.wms, site="B"
    )


@pytest.mark.parametrize("model", SEEN)
def test_who_is_given_the_warehouse_sees_its_rows(model, rows):
    assert count(limited(warehouse=rows.warehouse), model) == model.objects.count()


@pytest.mark.parametrize("model", SEEN)
def test_who_is_given_its_company_sees_its_rows(model, rows):
    assert count(limited(erp=rows.erp, company_id=1), model) == model.objects.count()


@pytest.mark.parametrize("model", SEEN)
def test_who_is_given_another_warehouse_sees_none_of_them(model, rows, south):
    client, shown = limited(warehouse=south), {Connection: 2, Warehouse: 1}
    for rules in RULES:
        rules.objects.update(warehouse=rows.warehouse)
    assert count(client, model) == shown.get(model, 0)
    row = model.objects.order_by("pk").first()
    assert client.get(address(model, "change", row.pk)).status_code == 302  # back to the list: it does not exist


@pytest.mark.parametrize("model", UNSEEN)
@pytest.mark.parametrize("given", [True, False])
def test_tables_that_belong_to_no_warehouse_show_nothing_to_who_is_limited(model, given, rows):
    client = limited(**({"warehouse": rows.warehouse} if given else {}))
    assert count(client, model) == 0
    assert client.get(address(model, "change", model.objects.first().pk)).status_code == 302


def test_who_is_given_nothing_sees_nothing(rows):
    client = limited()
    assert {count(client, model) for model in SEEN if model not in RULES} == {0}


def test_a_partner_that_two_companies_share_shows_no_documents_of_the_other(rows, beside):
    client = limited(warehouse=beside)
    for model in (Document, SyncJob, ExceptionCase, models.InboundMessage, models.OutboundMessage, models.Effect):
        assert (model, count(client, model)) == (model, 0)
    assert count(client, Connection) == 2


@pytest.mark.parametrize("model", [models.InboundMessage, models.OutboundMessage, ExceptionCase])
def test_what_has_no_document_is_seen_by_who_sees_all_of_its_partner(model, rows, beside):
    CaseJob.objects.all().delete()
    model.objects.update(document=None)
    both, one = limited("both", warehouse=beside), limited("one", warehouse=beside)
    Reach.objects.create(user_id=both.session["_auth_user_id"], warehouse=rows.warehouse)
    assert (count(both, model), count(one, model)) == (1, 0)


def test_that_a_system_is_away_is_seen_by_everybody_who_works_with_it(rows, beside, south):
    CaseJob.objects.all().delete()
    ExceptionCase.objects.update(document=None, code="CD-1001")
    assert count(limited("near", warehouse=beside), ExceptionCase) == 1
    assert count(limited("far", warehouse=south), ExceptionCase) == 0


def test_a_case_is_seen_by_everybody_whose_work_waits_for_it(rows, beside):
    mine = Document.objects.create(
        connection=rows.erp, kind="delivery", reference="WH/OUT/2", erp_id=12, parent=rows.order, warehouse=beside
    )
    job = SyncJob.objects.create(stream=rows.stream, flow="order_release", subject="S2", document=mine, state="blocked")
    CaseJob.objects.create(case=rows.case, job=job)
    client = limited(warehouse=beside)
    page = client.get(address(ExceptionCase, "change", rows.case.pk))
    assert [shown.pk for shown in page.context["jobs"]] == [job.pk]


def test_work_of_others_is_not_ended_by_who_does_not_see_it(rows, beside):
    test_a_case_is_seen_by_everybody_whose_work_waits_for_it(rows, beside)
    client = limited("other", warehouse=beside)
    page = client.post(address(ExceptionCase, "act", rows.case.pk, "ignore"), {"reason": "not ours"}, follow=True)
    assert "Work of warehouses that you do not see hangs on it too" in page.text
    rows.job.refresh_from_db()
    assert (rows.job.state, AuditEvent.objects.filter(actor="other").exists()) == ("blocked", False)


def test_an_order_shows_only_those_deliveries_that_are_seen(rows, beside):
    Document.objects.create(
        connection=rows.erp, kind="delivery", reference="WH/OUT/2", erp_id=12, parent=rows.order, warehouse=beside
    )
    page = limited(warehouse=beside).get(reverse("admin:timeline", args=[rows.order.pk]))
    assert [delivery.reference for delivery in page.context["deliveries"]] == ["WH/OUT/2"]
    assert "WH/OUT/1" not in page.text


def test_the_leg_of_a_transfer_that_is_not_seen_is_not_said_to_wait(rows, beside):
    Document.objects.filter(pk=rows.order.pk).update(kind="transfer")
    Document.objects.create(
        connection=rows.erp, kind="receipt", reference="EAST/IN/2", erp_id=77, parent=rows.order, warehouse=beside
    )
    page = limited(warehouse=beside).get(reverse("admin:timeline", args=[rows.order.pk]))
    steps = [(step.name, step.says) for step in page.context["steps"]]
    assert steps[1:3] == [("Shipped", "another warehouse's work"), ("On its way", "nothing")]
    assert ("Announced at its goal", "not yet") in steps


def test_an_order_that_is_not_seen_is_found_by_no_number_and_by_no_address(rows, south):
    client = limited(warehouse=south)
    assert client.get(reverse("admin:timeline", args=[rows.order.pk])).status_code == 404
    for number in ("WH/OUT/1", "TRACK1", rows.order.reference):
        assert client.get(reverse("admin:find"), {"q": number}).context["found"] == []
    proof = models.Proof.objects.get()
    assert client.get(reverse("admin:proof", args=[proof.pk])).status_code == 404


def test_no_act_reaches_a_row_that_is_not_seen(rows, south):
    client = limited(warehouse=south)
    assert client.post(address(SyncJob, "act", rows.job.pk, "cancel"), {"reason": "x"}).status_code == 405
    sent = {"action": "cancel", "_selected_action": [rows.job.pk], "reason": "x"}
    client.post(address(SyncJob, "changelist"), sent)
    rows.job.refresh_from_db()
    assert rows.job.state == "blocked"


def test_the_home_page_counts_what_is_seen(rows, south):
    page = limited(warehouse=south).get(reverse("admin:index"))
    assert {tile.count for tile in [*page.context["severities"], *page.context["variances"]]} == {0}
    assert {family.jobs for family in page.context["families"]} == {0}
    assert (page.context["urgent"], page.context["overdue"]["count"], "pace" in page.context) == ([], 0, False)
    assert {row["row"].slug for row in page.context["connections"]} == {"odoo2", "south"}


def test_forms_and_filters_offer_what_is_seen(rows, south):
    client = limited(erp=south.erp, company_id=2)
    more = Warehouse.objects.create(
        name="South 2", erp=south.erp, company_id=2, erp_warehouse_id=2, wms=south.wms, site="S2"
    )
    form = client.get(address(models.Place, "add")).context["adminform"].form
    assert list(form.fields["warehouse"].queryset) == [south, more]
    page = client.get(address(models.StockDifference, "changelist"))
    assert ("South" in page.text, "South 2" in page.text) == (True, True)
    assert rows.warehouse.name not in page.text
    assert rows.wms.slug not in client.get(address(models.InboundMessage, "changelist")).text
    for name in ("mapping_import", "mapping_match"):
        assert "North" not in client.get(reverse(f"admin:{name}")).text


def test_a_row_is_not_given_to_a_warehouse_that_is_not_seen(rows, south):
    client = limited(warehouse=south)
    sent = {"warehouse": rows.warehouse.pk, "condition": "damaged", "erp_location_id": 5, "erp_location": "WH/Bad"}
    assert "warehouse" in client.post(address(models.Place, "add"), sent).context["adminform"].form.errors
    assert models.Place.objects.count() == 1


def test_work_about_stock_is_seen_by_who_sees_all_of_its_partner(rows, beside):
    """It has no document."""
    for job in SyncJob.objects.all():
        SyncJob.objects.filter(pk=job.pk).update(document=None, inbound=rows.received)
    ExceptionCase.objects.update(document=None)
    one, both = limited("one", warehouse=rows.warehouse), limited("both", warehouse=rows.warehouse)
    Reach.objects.create(user_id=both.session["_auth_user_id"], warehouse=beside)
    assert (count(one, SyncJob), count(both, SyncJob), count(both, models.JobAttempt)) == (0, 1, 1)
    page = both.post(address(ExceptionCase, "act", rows.case.pk, "retry"), {}, follow=True)
    assert "Work of warehouses that you do not see" not in page.text


def test_work_that_names_its_warehouse_is_seen_by_who_sees_that_one(rows, beside):
    SyncJob.objects.update(document=None, inbound=None, payload={"warehouse": rows.warehouse.pk})
    mine, other = limited("mine", warehouse=rows.warehouse), limited("other", warehouse=beside)
    assert (count(mine, SyncJob), count(other, SyncJob)) == (1, 0)


def test_what_is_shared_is_changed_by_who_sees_all_of_it(rows, beside):
    client = limited(warehouse=beside)
    models.BusinessRule.objects.update(warehouse=None)
    rule = models.BusinessRule.objects.get()
    for row in (rows.wms, rule):
        assert 'name="_save"' not in client.get(address(type(row), "change", row.pk)).text
    page = client.post(address(Connection, "act", rows.wms.pk, "pause"), {"reason": "x"}, follow=True)
    rows.wms.refresh_from_db()
    assert ("Work of warehouses that you do not see" in page.text, rows.wms.enabled) == (True, True)
    form = client.get(address(models.BusinessRule, "add")).context["adminform"].form
    assert form.fields["warehouse"].required


@pytest.mark.parametrize("model", [Connection, Warehouse, models.TrackingPage, models.ApiToken])
def test_what_nobody_limited_could_see_is_made_by_who_sees_all(model, rows):
    assert limited(warehouse=rows.warehouse).get(address(model, "add")).status_code == 403


def test_a_case_of_others_is_not_snoozed_or_taken(rows, beside):
    test_a_case_is_seen_by_everybody_whose_work_waits_for_it(rows, beside)
    client = limited("other", warehouse=beside)
    later = "2027-01-01T00:00"
    client.post(reverse("admin:case_desk", args=[rows.case.pk]), {"state": "snoozed", "until": later, "comment": "x"})
    for action in ({"action": "take"}, {"action": "desk", "asked": "1", "state": "waiting_us"}):
        sent = action | {"_selected_action": [rows.case.pk]}
        answer = client.post(address(ExceptionCase, "changelist"), sent, follow=True)
        assert {message.level_tag for message in answer.context["messages"]} == {"warning"}
    rows.case.refresh_from_db()
    assert (rows.case.state, rows.case.assignee) == ("open", None)


def test_a_case_is_given_to_nobody_who_does_not_see_it(rows, south, admin_client):
    limited(name="blind", warehouse=south)
    limited(name="seeing", warehouse=rows.warehouse)
    told = {}
    for name in ("blind", "seeing"):
        sent = {"assignee": User.objects.get(username=name).pk}
        page = admin_client.post(reverse("admin:case_desk", args=[rows.case.pk]), sent, follow=True)
        rows.case.refresh_from_db()
        told[name] = [str(message) for message in page.context["messages"]], str(rows.case.assignee)
    refused = f"{rows.case.title}: blind does not see the work of this case."
    assert told == {"blind": ([refused], "None"), "seeing": (["1 case changed."], "seeing")}


def test_a_case_is_given_to_nobody_who_may_open_none(rows, admin_client):
    user, _ = user_with("customer service", "every warehouse", name="carl")
    sent = {"assignee": user.pk}
    page = admin_client.post(reverse("admin:case_desk", args=[rows.case.pk]), sent, follow=True)
    rows.case.refresh_from_db()
    told = [str(message) for message in page.context["messages"]]
    assert (told, rows.case.assignee) == ([f"{rows.case.title}: carl may not open cases."], None)


def test_an_outage_of_all_is_not_ignored_by_one(rows, beside):
    CaseJob.objects.all().delete()
    ExceptionCase.objects.update(document=None, code="CD-1001")
    client = limited(warehouse=beside)
    client.post(address(ExceptionCase, "act", rows.case.pk, "ignore"), {"reason": "x"})
    rows.case.refresh_from_db()
    assert rows.case.state == "open"


def test_many_rows_of_others_hide_nobodys_own(rows, beside):
    own = models.DocumentLine.objects.get()
    theirs = Document.objects.create(
        connection=rows.erp, kind="order", reference="S9", erp_id=99, named_warehouse=beside
    )
    models.DocumentLine.objects.bulk_create(
        models.DocumentLine(
            document=theirs, line=str(n), product_id=1, sku=own.sku, unit="u", partner_sku="p", partner_unit="e"
        )
        for n in range(60)
    )
    found = limited(warehouse=rows.warehouse).get(reverse("admin:find"), {"q": own.sku})
    assert found.status_code == 302


def test_the_figures_of_a_case_are_those_of_orders_that_are_seen(rows, beside):
    test_a_case_is_seen_by_everybody_whose_work_waits_for_it(rows, beside)
    Document.objects.filter(pk=rows.order.pk).update(value=50, currency="EUR")
    theirs = Document.objects.create(
        connection=rows.erp, kind="order", reference="S9", erp_id=99, value=700, currency="EUR"
    )
    Document.objects.filter(reference="WH/OUT/2").update(parent=theirs)
    everything = affected.of([rows.case], None)[rows.case.pk]
    assert str(everything) == "2 orders, 750.00 EUR"
    assert str(affected.of([rows.case], frozenset({beside.pk}))[rows.case.pk]) == "1 order, 700.00 EUR"
    page = limited("third", warehouse=beside).get(address(ExceptionCase, "change", rows.case.pk))
    assert str(page.context["affected"]) == "1 order, 700.00 EUR"


def test_what_a_case_is_worth_is_hidden_with_its_document(rows, beside):
    ExceptionCase.objects.update(value=80, currency="EUR")
    CaseJob.objects.all().delete()
    seen = {warehouse: affected.of([ExceptionCase.objects.get()], frozenset({warehouse.pk})) for warehouse in
            (rows.warehouse, beside)}  # fmt: skip
    assert [str(each[rows.case.pk]) for each in seen.values()] == ["80.00 EUR", ""]


def _order_that_names_it(rows):
    named = Document.objects.create(
        connection=rows.erp, kind="order", reference="S9", erp_id=99, named_warehouse=rows.warehouse
    )
    return {"document": named}


OF_NORTH = {
    "its delivery": lambda rows: {"document": rows.delivery},
    "an order with a delivery there": lambda rows: {"document": rows.order},
    "an order that names it": _order_that_names_it,
    "its partner": lambda rows: {"connection": rows.wms},
    "an Odoo that is away": lambda rows: {"connection": rows.erp, "code": "CD-1001"},
    "stock about which a message waits": lambda rows: {"waits": {"payload": {"warehouse": rows.warehouse.pk}}},
    "stock that differs": lambda rows: {"context": {"source": f"variance/{rows.warehouse.pk}/5"}},
    "stock that people changed": lambda rows: {"context": {"source": EVIL}},
}


@pytest.mark.parametrize("sort", OF_NORTH)
def test_narrowed_to_a_warehouse_the_list_holds_what_is_of_it_and_reports_count_the_same(
    sort, rows, south, admin_client
):
    """As much as somebody sees who sees that warehouse alone."""
    Warehouse.objects.filter(pk=south.pk).update(erp=rows.erp)
    models.StockDifference.objects.update(warehouse=rows.warehouse)
    made = OF_NORTH[sort](rows)
    ExceptionCase.objects.all().delete()
    common = {"code": "CD-8001", "owner": "operations", "severity": "high", "last_seen": now()}
    waits, away = made.pop("waits", None), "away" in sort
    case = ExceptionCase.objects.create(**common | made, fingerprint=sort)
    if waits is not None:
        job = SyncJob.objects.create(stream=rows.stream, flow="inventory_count", subject="x", state="blocked", **waits)
        CaseJob.objects.create(case=case, job=job)
    for warehouse, holds in ((rows.warehouse, 1), (south, int(away))):
        shown = admin_client.get(address(ExceptionCase, "changelist"), {"warehouse": warehouse.pk})
        found = figures.take(Day(warehouse, now().date()), now())
        assert [len(shown.context["cl"].result_list), found["cases"], found["open_cases"]] == [holds] * 3
        if not sort.startswith("stock that"):
            assert count(limited(warehouse.name[:5], warehouse=warehouse), ExceptionCase) == holds
