"""Configuration is edited here: audited, its secrets written and never read, its mappings versioned."""

import hashlib
from base64 import b64encode
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils.html import escape
from django.utils.timezone import now

from integration.models import (
    ApiToken,
    AuditEvent,
    BusinessRule,
    CodeMapping,
    Connection,
    DaysOff,
    SyncJob,
    Warehouse,
)
from tests.component.console.conftest import SECRET

SIGNING = "whsec_" + b64encode(b"0123456789abcdef01234567").decode()


def address(name, page, *args):
    return reverse(f"admin:integration_{name}_{page}", args=args)


def fields(page):
    """What the page's form would send as it is."""
    form = page.context["adminform"].form
    values = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def audited(verb):
    return AuditEvent.objects.filter(verb=verb, actor="admin")


def test_an_entered_secret_replaces_the_old_one_and_an_empty_field_keeps_it(rows, admin_client):
    page = admin_client.get(address("connection", "change", rows.wms.pk))
    entered = fields(page) | {"secret_signing": SIGNING, "name": "North"}
    admin_client.post(address("connection", "change", rows.wms.pk), entered)
    stored = Connection.objects.get(pk=rows.wms.pk)
    assert (stored.name, stored.secrets) == ("North", {"signing": SIGNING, "token": SECRET})


@pytest.mark.parametrize("secret", ["whsec_new", "whsec_" + b64encode(b"short").decode(), "no base64 at all"])
@pytest.mark.parametrize("field", ["secret_signing", "secret_signing_previous"])
def test_a_signing_secret_that_cannot_be_used_or_is_short_is_refused(field, secret, rows, admin_client):
    page = admin_client.get(address("connection", "change", rows.wms.pk))
    page = admin_client.post(address("connection", "change", rows.wms.pk), fields(page) | {field: secret})
    assert list(page.context["adminform"].form.errors) == [field]
    assert Connection.objects.get(pk=rows.wms.pk).secrets["signing"] == SECRET


def test_a_connection_of_a_kind_that_nobody_speaks_is_refused(db, admin_client):
    entered = fields(admin_client.get(address("connection", "add")))
    entered |= {"name": "South", "slug": "south", "kind": "fax", "base_url": "https://south.example.com"}
    page = admin_client.post(address("connection", "add"), entered)
    assert list(page.context["adminform"].form.errors) == ["kind"]
    assert not Connection.objects.exists()


@pytest.mark.parametrize("field", ["factor", "per"])
def test_a_factor_of_nothing_is_refused_in_plain_words(field, rows, admin_client):
    given = {"kind": "unit", "odoo_code": "Units", "partner_code": "CS", field: "0"}
    page = admin_client.post(address("codemapping", "add"), entered(rows, **given))
    assert page.context["adminform"].form.errors == {field: ["Enter a number above zero."]}


def test_days_off_are_pasted_line_by_line_and_shown_so(rows, admin_client):
    pasted = "2027-01-01\tNew Year's Day\r\n2026-12-25;Christmas Day\n\n2026-12-26\n"
    admin_client.post(address("daysoff", "add"), {"name": "England", "dates": pasted})
    made = DaysOff.objects.get(name="England")
    assert made.dates == {"2026-12-25": "Christmas Day", "2026-12-26": "", "2027-01-01": "New Year's Day"}
    shown = admin_client.get(address("daysoff", "change", made.pk)).context["adminform"].form.initial["dates"]
    assert shown == "2026-12-25 Christmas Day\n2026-12-26\n2027-01-01 New Year's Day"


@pytest.mark.parametrize("line", ["25.12.2026 Christmas", "2026-02-30 none", "Christmas"])
def test_a_line_that_names_no_day_is_refused(line, rows, admin_client):
    page = admin_client.post(address("daysoff", "add"), {"name": "England", "dates": f"2026-12-25\n{line}"})
    assert page.context["adminform"].form.errors == {"dates": [f"This is no day: {line}"]}


def test_a_rule_below_nothing_is_refused(rows, admin_client):
    rule = BusinessRule.objects.get()
    page = admin_client.get(address("businessrule", "change", rule.pk))
    page = admin_client.post(address("businessrule", "change", rule.pk), fields(page) | {"value": "-5"})
    assert page.context["adminform"].form.errors == {"value": ["Enter a number that is not below zero."]}


def test_a_changed_secret_is_audited_without_the_secret(rows, admin_client):
    page = admin_client.get(address("connection", "change", rows.wms.pk))
    admin_client.post(address("connection", "change", rows.wms.pk), fields(page) | {"secret_token": "brand-new"})
    assert audited("changed").get().detail["secret_token"] == "(secret)"
    assert "brand-new" not in str(audited("changed").get().detail)


def test_who_may_not_change_a_connection_gets_no_field_for_its_secrets(rows, operator):
    assert "secret_" not in operator.get(address("connection", "change", rows.wms.pk)).text


def test_a_new_connection_is_added_and_audited(db, admin_client):
    entered = fields(admin_client.get(address("connection", "add")))
    entered |= {"name": "South", "slug": "south", "kind": "http_json", "base_url": "https://south.example.com"}
    admin_client.post(address("connection", "add"), entered)
    assert Connection.objects.get(slug="south").secrets == {}
    assert audited("added").count() == 1


def test_a_warehouse_is_changed_and_audited(rows, admin_client):
    page = admin_client.get(address("warehouse", "change", rows.warehouse.pk))
    admin_client.post(address("warehouse", "change", rows.warehouse.pk), fields(page) | {"release_mode": "live"})
    assert Warehouse.objects.get().release_mode == "live"
    assert audited("changed").get().detail == {"release_mode": "live"}


def test_a_warehouse_is_of_an_odoo_and_of_a_warehouse_s_system(rows, admin_client):
    form = admin_client.get(f"/console/integration/warehouse/{rows.warehouse.pk}/change/").context["adminform"].form
    assert set(form.fields["erp"].queryset) == set(Connection.objects.filter(kind="odoo"))
    assert set(form.fields["wms"].queryset) == set(Connection.objects.filter(kind="http_json"))
    url = f"/console/auth/user/{User.objects.get(username='admin').pk}/change/"
    offered = admin_client.get(url).context["inline_admin_formsets"][0].formset.empty_form.fields["erp"].queryset
    assert set(offered) == set(Connection.objects.filter(kind="odoo"))


def test_a_changed_rule_has_a_higher_version(rows, admin_client):
    rule = BusinessRule.objects.get()
    page = admin_client.get(address("businessrule", "change", rule.pk))
    admin_client.post(address("businessrule", "change", rule.pk), fields(page) | {"value": "3"})
    rule.refresh_from_db()
    assert (rule.version, rule.value) == (2, Decimal(3))


def test_the_case_leads_to_the_form_and_the_form_back_to_the_case(rows, admin_client):
    case = address("exceptioncase", "change", rows.case.pk)
    form = admin_client.get(case).context["add_mapping"]
    entered = fields(admin_client.get(form)) | {"odoo_code": "SKU-1"}
    assert (entered["kind"], entered["partner"], entered["partner_code"]) == (
        "product", str(rows.wms.pk), rows.case.context["code"],
    )  # fmt: skip
    assert admin_client.post(form, entered).url == case


def test_a_mapping_added_lets_the_waiting_job_go_on(rows, admin_client):
    form = admin_client.get(address("exceptioncase", "change", rows.case.pk)).context["add_mapping"]
    admin_client.post(form, fields(admin_client.get(form)) | {"odoo_code": "SKU-1"})
    rows.job.refresh_from_db()
    assert rows.job.state == SyncJob.State.PENDING


def test_a_changed_mapping_is_a_new_version_and_the_old_one_stays(rows, admin_client):
    old = CodeMapping.objects.get()
    page = admin_client.get(address("codemapping", "change", old.pk))
    admin_client.post(address("codemapping", "change", old.pk), fields(page) | {"partner_code": "P2"})
    versions = CodeMapping.objects.order_by("version")
    found = [(row.version, row.partner_code, row.valid_to is None) for row in versions]
    assert found == [(1, old.partner_code, False), (2, "P2", True)]
    assert admin_client.get(address("codemapping", "change", old.pk)).context["has_change_permission"] is False


MAPPED = "This is mapped already: open that mapping and change it."
UNSENT = "new has no code that is sent yet: add that one first, without Alias."
SENT = "B is known for A as the code that is sent already."


@pytest.mark.parametrize(
    ("codes", "refusal"),
    [
        ({"odoo_code": "A", "partner_code": "B"}, {"partner_code": [MAPPED]}),
        ({"odoo_code": "new", "partner_code": "B"}, {"partner_code": ["B is mapped to A already."]}),
        ({"odoo_code": "new", "partner_code": "C", "alias": "on"}, {"alias": [UNSENT]}),
        ({"odoo_code": "A", "partner_code": "B", "alias": "on"}, {"partner_code": [SENT]}),
        (
            {"odoo_code": "A", "partner_code": "B2"},
            {"partner_code": ["B2 is known for A as an alias: end that one first."]},
        ),
        ({"odoo_code": "A", "partner_code": "B2", "alias": "on"}, {"partner_code": [MAPPED]}),
    ],
)
def test_a_code_that_is_taken_is_refused_in_plain_words(codes, refusal, rows, admin_client):
    CodeMapping.objects.create(kind="product", partner=rows.wms, odoo_code="A", partner_code="B")
    CodeMapping.objects.create(kind="product", partner=rows.wms, odoo_code="A", partner_code="B2", alias=True)
    page = admin_client.post(address("codemapping", "add"), entered(rows, **codes))
    assert page.context["adminform"].form.errors == refusal
    assert all(words in page.text for [words] in refusal.values())
    assert CodeMapping.objects.count() == 3


def entered(rows, **given):
    return {"kind": "product", "partner": rows.wms.pk, "factor": "1", "per": "1", **given}


def test_a_second_code_is_refused_with_an_offer_and_added_as_an_alias(rows, admin_client):
    """The case is about a code of the partner's, and the product has another one already."""
    Connection.objects.filter(pk=rows.wms.pk).update(name="North")
    SyncJob.objects.update(started_at=now())
    CodeMapping.objects.create(kind="product", partner=rows.wms, odoo_code="A", partner_code="B")
    form = admin_client.get(address("exceptioncase", "change", rows.case.pk)).context["add_mapping"]
    given = fields(admin_client.get(form)) | {"odoo_code": "A", "partner_code": "B2"}
    page = admin_client.post(form, given)
    assert page.context["adminform"].form.errors == {
        "alias": [
            "North gets B for A already. If it says B2 as well, tick Alias: that is understood then, and B is still "
            "what is sent. To send B2 from now on, open the other mapping and change it."
        ]
    }
    assert admin_client.post(form, given | {"alias": "on"}).url == address("exceptioncase", "change", rows.case.pk)
    found = CodeMapping.objects.filter(odoo_code="A").order_by("pk")
    assert [(row.partner_code, row.alias, row.valid_to) for row in found] == [("B", False, None), ("B2", True, None)]


def test_an_alias_keeps_its_code_and_may_get_another_factor(rows, admin_client):
    for code, alias in (("EA", False), ("CS", True)):
        CodeMapping.objects.create(kind="unit", partner=rows.wms, odoo_code="Units", partner_code=code, alias=alias)
    old = CodeMapping.objects.get(partner_code="CS")
    page = admin_client.get(address("codemapping", "change", old.pk))
    assert set(page.context["adminform"].form.fields) == {"factor", "per"}
    admin_client.post(address("codemapping", "change", old.pk), {"factor": "1", "per": "12"})
    found = CodeMapping.objects.filter(odoo_code="Units").order_by("pk")
    assert [(row.partner_code, row.alias, row.version, row.per, row.valid_to is None) for row in found] == [
        ("EA", False, 1, 1, True), ("CS", True, 1, 1, False), ("CS", True, 2, 12, True),
    ]  # fmt: skip


def end(client, mapping, **given):
    return client.post(reverse("admin:integration_codemapping_act", args=[mapping.pk, "end"]), given, follow=True)


def test_a_mapping_is_ended_with_a_reason(rows, admin_client):
    mapping = CodeMapping.objects.create(kind="product", partner=rows.wms, odoo_code="A", partner_code="B")
    page = admin_client.get(address("codemapping", "change", mapping.pk))
    assert reverse("admin:integration_codemapping_act", args=[mapping.pk, "end"]) in page.text
    assert "Why is this code not used any more?" in end(admin_client, mapping).text
    assert not CodeMapping.objects.exclude(valid_to=None).exists()
    page = end(admin_client, mapping, reason="discontinued")
    assert [str(message) for message in page.context["messages"]] == [
        "1 code mapping ended. What needs it from now on opens a case."
    ]
    mapping.refresh_from_db()
    assert mapping.valid_to is not None
    assert audited("end mapping").get().detail["reason"] == "discontinued"
    assert "/act/end/" not in admin_client.get(address("codemapping", "change", mapping.pk)).text


def test_a_mapping_with_an_alias_is_not_ended_and_says_why(rows, admin_client):
    mapping = CodeMapping.objects.create(kind="product", partner=rows.wms, odoo_code="A", partner_code="B")
    CodeMapping.objects.create(kind="product", partner=rows.wms, odoo_code="A", partner_code="B2", alias=True)
    page = end(admin_client, mapping, reason="discontinued")
    assert [str(message) for message in page.context["messages"]] == ["product A = B has aliases: end B2 first."]
    assert CodeMapping.objects.filter(valid_to=None).count() == 3


def test_several_mappings_are_ended_from_the_list(rows, admin_client):
    rows = [CodeMapping.objects.create(kind="carrier", partner=rows.wms, odoo_code=x, partner_code=x) for x in "AB"]
    chosen = {"action": "end", "_selected_action": [row.pk for row in rows], "reason": "gone"}
    admin_client.post(address("codemapping", "changelist"), chosen)
    assert CodeMapping.objects.filter(kind="carrier", valid_to=None).count() == 0


@pytest.mark.parametrize("right", ["view_codemapping", "add_codemapping"])
def test_who_may_not_change_mappings_cannot_end_one(right, rows, operator):
    User.objects.get(username="operator").user_permissions.add(Permission.objects.get(codename=right))
    mapping = CodeMapping.objects.get()
    assert "/act/end/" not in operator.get(address("codemapping", "change", mapping.pk)).text
    assert end(operator, mapping, reason="x").status_code == 403
    assert CodeMapping.objects.filter(valid_to=None).count() == 1


def test_a_token_is_shown_once_and_only_its_hash_is_kept(db, admin_client):
    entered = {"name": "Shop", "scopes": ["jobs:read", "jobs:write"]}
    page = admin_client.post(address("apitoken", "add"), entered, follow=True)
    token = ApiToken.objects.get()
    text = next(str(message) for message in page.context["messages"] if "Copy it now" in str(message))
    secret = text.split(f"cd_{token.prefix}_")[1].split("<")[0]
    assert bytes(token.sha256) == hashlib.sha256(secret.encode()).digest()
    assert token.scopes == ["jobs:read", "jobs:write"]
    for later in (
        address("apitoken", "changelist"),
        address("apitoken", "change", token.pk),
        address("auditevent", "changelist"),
    ):
        assert secret not in admin_client.get(later).text


def test_a_token_is_revoked_once(rows, admin_client):
    token = ApiToken.objects.get()
    for _ in range(2):
        admin_client.post(address("apitoken", "changelist"), {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert audited("revoked").count() == 1


@pytest.mark.parametrize(
    ("entered", "told"),
    [
        ({"kind": "invoice"}, "Say when it is made."),
        ({"when": "on_move"}, "This is for invoices, bills and credit notes only."),
        ({"kind": "invoice", "when": "on_move", "posted": "on"}, ""),
    ],
)
def test_a_rule_for_the_books_says_when_and_no_other_one_does(rows, admin_client, entered, told):
    rule = BusinessRule.objects.get()
    page = admin_client.get(address("businessrule", "change", rule.pk))
    page = admin_client.post(address("businessrule", "change", rule.pk), fields(page) | entered)
    assert told in page.content.decode() if told else page.status_code == 302, page.content
    assert BusinessRule.objects.get().when == ("" if told else "on_move")


def test_the_list_of_rules_says_for_whom_each_is(rows, admin_client):
    rule = BusinessRule.objects.get()
    assert rule.warehouse
    assert escape(rule.warehouse.name) in rules_page(admin_client)
    BusinessRule.objects.update(warehouse=None, sku="", company_id=None, customer_id=None, reason="")
    assert "everything" in rules_page(admin_client)
    BusinessRule.objects.update(sku="OAK", company_id=2, customer_id=12, reason="DAMAGE")
    assert "OAK, company 2, partner 12, reason DAMAGE" in rules_page(admin_client, q="12")
    assert "partner 12" not in rules_page(admin_client, q="13")


def rules_page(admin_client, **search):
    return admin_client.get(address("businessrule", "changelist"), search).content.decode()
