"""The page of a message: raw and canonical, for each user what he may see; and the form that edits its data."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.timezone import now

from integration import models
from integration.models import AuditEvent, InboundMessage, MessageEdit, SyncJob
from integration.rules.roles import ALL_WAREHOUSES, ROLES
from tests.component.console.conftest import ESCAPED, EVIL, PERSONAL, user_with
from tests.component.console.test_reach import limited

EDITORS = {"supervisor", "integrator", "administrator"}
LINE = {"line": "1", "sku": "P-PAINT", "quantity": "2", "unit": "EA", "lots": [{"lot": "GHOST", "quantity": "2"}]}
DATA = {"shipment": "SHP-1", "release": "WH/OUT/1", "shipped_at": "2026-03-02T11:39:00Z", "carrier": "STD"}


def body(data=DATA, *lines, kind="shipment.confirmed", **more):
    held = {**data, "lines": list(lines)} if lines else data
    return json.dumps({"type": kind, "timestamp": "2026-03-02T11:40:12Z", "data": {**held, **more}}).encode()


def page(message, **query):
    return reverse(f"admin:integration_{message._meta.model_name}_change", args=[message.pk], query=query)


def form(message, **query):
    return reverse("admin:message_edit", args=[message.pk], query=query)


@pytest.fixture
def stopped(rows):
    """A shipment whose lot nobody knows: its job is blocked, and a case says so."""
    MessageEdit.objects.all().delete()
    models.StockEvent.objects.update(effect=None)
    models.Effect.objects.all().delete()
    InboundMessage.objects.update(reference="SHP-1", edits=0, body=body(DATA, LINE))
    models.Stream.objects.update(key=f"delivery:{rows.wms.pk}:WH/OUT/1")
    models.DocumentLine.objects.update(sku="PAINT", partner_sku="P-PAINT", tracking="lot")
    models.ExceptionCase.objects.update(code="CD-5005", context={"sku": "PAINT", "lot": "GHOST"})
    models.Availability.objects.update(sku="PAINT", lot="LOT-7")
    return InboundMessage.objects.get()


@pytest.fixture
def delivered(rows):
    """News of a parcel that somebody signed for."""
    told = {"shipment": "SHP-1", "release": "WH/OUT/1", "tracking_number": "1Z9", "delivered_at": DATA["shipped_at"]}
    sent = body(told, kind="shipment.delivered", signed_by=PERSONAL, ship_to={"street": "Elm Street 7"}, colour="red")
    InboundMessage.objects.update(type="shipment.delivered", reference="1Z9", body=sent, edits=0)
    return InboundMessage.objects.get()


def fields(client, message, **query):
    """By path, the fields of the form."""
    return {".".join(map(str, each.path)): each for each in client.get(form(message, **query)).context["form"].fields}


def save(client, message, reason="read it again", *, seen=0, **changed):
    """Sends the form as a browser does, with these fields changed. Paths have __ for their points."""
    shown = fields(client, message)
    sent = {each.name: each.text for each in shown.values() if not each.fixed}
    for path, value in changed.items():
        sent[shown[path.replace("__", ".")].name] = value
    return client.post(form(message), {**sent, "seen": seen, "reason": reason}, follow=True)


def latest(message):
    return json.loads(bytes(message.edited.latest("number").body))["data"]


def test_raw_and_canonical_stand_side_by_side(stopped, admin_client):
    shown = admin_client.get(page(stopped)).context["content"]
    assert json.loads(shown.raw) == json.loads(stopped.body)
    assert json.loads(shown.canonical)["data"]["lines"][0]["lots"] == [{"lot": "GHOST", "quantity": "2"}]


def test_names_are_hidden_field_by_field_without_the_right(delivered, operator):
    text = operator.get(page(delivered)).text
    assert PERSONAL not in text
    assert "Elm Street" not in text
    assert "red" not in json.loads(operator.get(page(delivered)).context["content"].raw)["data"].values()
    assert text.count("1Z9") >= 2
    assert "(hidden)" in text


def test_names_are_shown_with_the_right(delivered, admin_client):
    text = admin_client.get(page(delivered)).text
    assert PERSONAL in text
    assert "Elm Street 7" in text


def test_what_was_sent_is_masked_likewise(rows, operator, admin_client):
    release = {"release": "WH/OUT/1", "order": "S1", "site": "N", "ship_to": {"name": PERSONAL, "city": "Bonn"}}
    sent = body(release, {"line": "1", "sku": "P-PAINT", "quantity": "2", "unit": "EA"}, kind="order.release")
    models.OutboundMessage.objects.update(body=sent)
    masked, whole = (client.get(page(rows.sent)) for client in (operator, admin_client))
    assert (PERSONAL in masked.text, "Bonn" in masked.text, "P-PAINT" in masked.text) == (False, False, True)
    assert PERSONAL in whole.context["content"].canonical


def test_a_body_that_the_contract_does_not_take_is_told_so(rows, admin_client, operator):
    InboundMessage.objects.update(edits=0)
    assert "contract does not take it" in admin_client.get(page(rows.received)).text
    masked = operator.get(page(rows.received))
    assert ("contract does not take it" in masked.text, PERSONAL in masked.text) == (True, False)


def test_every_try_and_the_next_one_are_shown(stopped, admin_client):
    SyncJob.objects.update(next_attempt_at=now() + timedelta(hours=1))
    text = admin_client.get(page(stopped)).text
    assert "Next try:" in text
    assert "Try</b> 1" in text or "Try 1" in text


def test_the_mappings_of_its_codes_are_those_of_its_last_try(stopped, admin_client):
    common = {"partner": stopped.connection, "kind": "product", "partner_code": "P-PAINT"}
    before, at = now() - timedelta(days=2), now() - timedelta(days=1)
    old = models.CodeMapping.objects.create(odoo_code="PAINT", version=1, valid_to=at, **common)
    new = models.CodeMapping.objects.create(odoo_code="PAINT-2", version=2, **common)
    models.CodeMapping.objects.filter(pk=old.pk).update(valid_from=before)
    models.CodeMapping.objects.filter(pk=new.pk).update(valid_from=at)
    models.CodeMapping.objects.create(**{**common, "kind": "unit", "odoo_code": "x", "partner_code": "BOX"})
    assert admin_client.get(page(stopped)).context["mappings"] == [new]
    SyncJob.objects.update(started_at=now() - timedelta(hours=36))
    assert admin_client.get(page(stopped)).context["mappings"] == [old]


def test_an_edit_is_kept_beside_the_original_and_the_job_is_due(stopped, admin_client):
    original = bytes(stopped.body)
    answer = save(admin_client, stopped, data__lines__0__lots__0__lot="LOT-7")
    stopped.refresh_from_db()
    assert answer.redirect_chain == [(page(stopped), 302)]
    assert (bytes(stopped.body), stopped.edits) == (original, 1)
    assert latest(stopped) == json.loads(original)["data"] | {
        "lines": [{**LINE, "lots": [{"lot": "LOT-7", "quantity": "2"}]}]
    }
    assert list(SyncJob.objects.values_list("state", flat=True)) == ["pending"]
    assert AuditEvent.objects.get(verb="edit message").detail["changed"] == [
        ["data.lines.0.lots.0.lot", "GHOST", "LOT-7"]
    ]


def test_both_versions_and_who_made_them_can_be_seen(stopped, admin_client, operator):
    save(admin_client, stopped, data__lines__0__lots__0__lot="LOT-7")
    now_, then = admin_client.get(page(stopped)), admin_client.get(page(stopped, edit=0))
    assert ("LOT-7" in now_.context["content"].raw, "GHOST" in then.context["content"].raw) == (True, True)
    for client in (admin_client, operator):
        text = client.get(page(stopped)).text
        assert "Edited by admin" in text
        assert "read it again" in text
        assert "<del>GHOST</del>" in text
    timeline = admin_client.get(reverse("admin:timeline", args=[stopped.document_id])).text
    assert "Shipment confirmed SHP-1 edited by admin" in timeline


def test_a_case_leads_to_the_form_and_the_form_back_to_the_case(stopped, rows, admin_client):
    case = admin_client.get(reverse("admin:integration_exceptioncase_change", args=[rows.case.pk]))
    assert f'href="{form(stopped, case=rows.case.pk)}"' in case.text
    shown = admin_client.get(form(stopped, case=rows.case.pk))
    assert ESCAPED in shown.text  # the case's cause and fix
    assert EVIL not in shown.text
    sent = {each.name: each.text for each in shown.context["form"].fields if not each.fixed}
    sent |= {"seen": 0, "reason": "r", next(n for n in sent if sent[n] == "GHOST"): "LOT-7"}
    answer = admin_client.post(form(stopped, case=rows.case.pk), sent)
    assert answer.url == reverse("admin:integration_exceptioncase_change", args=[rows.case.pk])


def test_the_lot_of_the_line_comes_first_and_is_chosen_from_those_we_know(stopped, admin_client):
    models.StockEvent.objects.update(sku="PAINT", lot="LOT-6")
    models.StockSnapshot.objects.update(complete=True)
    models.StockLevel.objects.update(partner_sku="P-PAINT", lot="LOT-5")
    models.MasterRecord.objects.update(kind="lot", mapped_by="PAINT", code="LOT-4")
    shown = admin_client.get(form(stopped))
    group = shown.context["form"].groups[0]
    assert (group.title, group.asked, group.fields[0].label) == ("Lines 1", True, "Lots 1 lot")
    assert list(group.fields[0].lots) == ["LOT-7", "LOT-5", "LOT-6", "LOT-4"]
    assert '<option value="LOT-7">' in shown.text


def test_a_lot_that_is_missing_is_added_with_what_is_left_of_the_line(stopped, admin_client):
    bare = {name: value for name, value in LINE.items() if name != "lots"}
    InboundMessage.objects.update(body=body(DATA, bare))
    save(admin_client, stopped, data__lines__0__lots__0__lot="LOT-7")
    assert latest(stopped)["lines"] == [LINE | {"lots": [{"lot": "LOT-7", "quantity": "2"}]}]


def test_serial_numbers_that_are_missing_are_added_without_gaps(stopped, admin_client):
    models.DocumentLine.objects.update(tracking="serial")
    models.ExceptionCase.objects.update(code="CD-5006")
    bare = {name: value for name, value in LINE.items() if name != "lots"} | {"quantity": "3", "serials": ["S1"]}
    InboundMessage.objects.update(body=body(DATA, bare))
    more = [path for path in fields(admin_client, stopped) if ".serials." in path]
    assert more == ["data.lines.0.serials.0", "data.lines.0.serials.1", "data.lines.0.serials.2"]
    save(admin_client, stopped, data__lines__0__serials__2="S3")
    assert latest(stopped)["lines"][0]["serials"] == ["S1", "S3"]


def test_what_it_is_known_by_is_shown_and_not_asked(stopped, admin_client):
    fixed = {path for path, each in fields(admin_client, stopped).items() if each.fixed}
    assert fixed == {"type", "timestamp", "data.shipment", "data.release"}


def test_numbers_stay_numbers(stopped, admin_client):
    InboundMessage.objects.update(
        body=body(DATA, {**LINE, "quantity": 2}).replace(b'"quantity": 2,', b'"quantity": 2.50,')
    )
    shown = save(admin_client, stopped, data__lines__0__quantity="many").context["form"]
    assert [each.error for each in shown.fields if each.error] == ["must be a number"]
    save(admin_client, stopped, data__lines__0__quantity="3")
    assert latest(stopped)["lines"][0]["quantity"] == 3


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(stopped, admin_client):
    shown = save(admin_client, stopped, data__lines__0__quantity="-1", reason="my words")
    wrong = [(".".join(map(str, each.path)), each.text) for each in shown.context["form"].fields if each.error]
    assert wrong == [("data.lines.0.quantity", "-1")]
    assert "my words" in shown.text
    assert "<mark>2</mark>" in shown.text
    assert not MessageEdit.objects.exists()


def test_what_is_wrong_far_below_is_named_on_top(stopped, admin_client):
    page = save(admin_client, stopped, data__lines__0__quantity="abc")
    [(group, field)] = page.context["form"].wrong
    assert (group.title, field.label) == ("Lines 1", "Quantity")
    told = f'<a class="cd-link" href="#{field.name}">Nothing is saved yet: Lines 1, Quantity</a>'
    assert page.text.index(told) < page.text.index(f'id="{field.name}"')


def test_a_form_that_is_stale_is_refused_and_a_second_click_is_not(stopped, admin_client):
    other = user_with("supervisor", ALL_WAREHOUSES)[1]
    sent = {each.name: each.text for each in fields(admin_client, stopped).values() if not each.fixed}
    lot = next(name for name in sent if sent[name] == "GHOST")
    for _ in range(2):
        admin_client.post(form(stopped), {**sent, lot: "LOT-7", "seen": 0, "reason": "r"})
    assert [each.number for each in MessageEdit.objects.all()] == [1]
    late = other.post(form(stopped), {**sent, lot: "LOT-8", "seen": 0, "reason": "r"})
    assert "admin has edited it since you opened the page: read it again." in late.text
    assert MessageEdit.objects.count() == 1


def test_it_can_be_edited_as_text(stopped, admin_client):
    text = admin_client.get(form(stopped, **{"as": "text"})).context["form"].text
    same = admin_client.post(
        form(stopped), {"as": "text", "text": text.replace("\n", "\r\n"), "seen": 0, "reason": "r"}
    )
    assert "Nothing is changed." in same.text
    bad = admin_client.post(form(stopped), {"as": "text", "text": text[:-1], "seen": 0, "reason": "r"})
    assert "Expecting" in bad.text
    other = admin_client.post(
        form(stopped), {"as": "text", "text": text.replace("SHP-1", "SHP-2"), "seen": 0, "reason": "r"}
    )
    assert "data.shipment: must stay SHP-1" in other.text
    assert not MessageEdit.objects.exists()
    admin_client.post(form(stopped), {"as": "text", "text": text.replace("GHOST", "LOT-7"), "seen": 0, "reason": "r"})
    assert latest(stopped)["lines"][0]["lots"][0]["lot"] == "LOT-7"


@pytest.mark.parametrize("held", [b"ISA*00*", b"ISA\xff", b'{"type": "x"}', b'{"a": []}'])
def test_a_body_of_any_kind_opens(held, stopped, admin_client):
    InboundMessage.objects.update(body=held)
    assert admin_client.get(page(stopped)).status_code == 200
    assert admin_client.get(form(stopped)).status_code == 200
    answer = admin_client.post(form(stopped), {"as": "text", "text": "x", "seen": 0, "reason": "r"})
    assert (answer.status_code, MessageEdit.objects.count()) == (200, 0)


@pytest.mark.parametrize("number", ["x", "-1", "9", "99999999999999999999", "²"])
def test_a_version_that_there_is_none_of_is_the_one_in_force(number, stopped, admin_client):
    assert admin_client.get(page(stopped, edit=number)).status_code == 200
    sent = admin_client.post(form(stopped), {"seen": number, "reason": "r"})
    assert (sent.status_code, MessageEdit.objects.count()) == (200, 0)


@pytest.mark.parametrize("role", [name for name in ROLES if name != ALL_WAREHOUSES])
def test_who_sees_personal_data_and_works_on_cases_edits(role, stopped, rows):
    _, client = user_with(role, ALL_WAREHOUSES)
    assert client.get(form(stopped)).status_code == (200 if role in EDITORS else 403)
    assert client.post(form(stopped), {"seen": 0, "reason": "r"}).status_code == (200 if role in EDITORS else 403)
    case = client.get(reverse("admin:integration_exceptioncase_change", args=[rows.case.pk]))
    assert ("Edit its data" in case.text) == (role in EDITORS)


def test_the_right_to_edit_alone_is_not_enough(stopped):
    user, client = user_with("operator", ALL_WAREHOUSES)
    user.user_permissions.set(Permission.objects.filter(codename="edit_message"))
    assert client.get(form(stopped)).status_code == 403


def test_a_message_of_another_warehouse_is_not_edited(stopped, rows):
    beside = models.Warehouse.objects.create(
        name="Beside", erp=rows.erp, company_id=2, erp_warehouse_id=2, wms=rows.wms, site="B"
    )
    assert limited("far", warehouse=beside).get(form(stopped)).status_code == 403
    near = limited("near", warehouse=rows.warehouse)
    assert near.get(form(stopped)).status_code == 200
    SyncJob.objects.update(document=None)
    answer = save(near, stopped, data__lines__0__lots__0__lot="LOT-7")
    assert "Work of warehouses that you do not see hangs on it too" in answer.text
    assert not MessageEdit.objects.exists()


def test_what_can_not_be_edited_says_why_and_has_no_button(stopped, rows, admin_client):
    SyncJob.objects.update(state="succeeded")
    shown = admin_client.get(form(stopped))
    assert "Nothing waits for it" in shown.text
    assert "Save, and go on" not in shown.text
    assert "Edit its data" not in admin_client.get(page(stopped)).text


def test_what_was_decided_before_is_told(stopped, admin_client):
    source = f"shipment/{stopped.connection.slug}/WH/OUT/1/SHP-1"
    models.Decision.objects.create(
        source=source, subject="CD-5020 PAINT", choice="accept", actor="anna", reason="agreed"
    )
    assert "anna chose Accept for CD-5020 PAINT" in admin_client.get(form(stopped)).text


def test_whoever_edits_can_go_back_to_the_case_that_he_came_from(rows, stopped, admin_client):
    case = models.ExceptionCase.objects.get()
    back = reverse("admin:integration_exceptioncase_change", args=[case.pk])
    assert f'<a class="cd-button" href="{back}">Back</a>' in admin_client.get(form(stopped, case=case.pk)).text
    strange = admin_client.get(form(stopped, case="https://elsewhere.example")).text
    assert f'<a class="cd-button" href="{page(stopped)}">Back</a>' in strange
