"""A case that a mapping led to names it, and leads to it."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from integration.models import CodeMapping, Connection, ExceptionCase
from tests.component.console.conftest import user_with
from tests.component.console.test_configuration import address

PRODUCT = ("CD-5002", {"sku": "ROPE", "code": "P-ROPE"})
CARRIER = ("CD-5009", {"method": "Expres", "carrier": "EXP"})


def mapping(rows, kind, ours, theirs, **more):
    return CodeMapping.objects.create(partner=more.pop("partner", rows.wms), kind=kind, odoo_code=ours,
                                      partner_code=theirs, **more)  # fmt: skip


def led_by(client, case):
    return list(client.get(address("exceptioncase", "change", case.pk)).context["mapped"])


@pytest.mark.parametrize(
    ("case", "codes"), [(PRODUCT, ("product", "ROPE", "P-ROPE")), (CARRIER, ("carrier", "Expres", "EXP"))]
)
def test_the_case_leads_to_the_mapping(case, codes, rows, admin_client):
    code, context = case
    ExceptionCase.objects.update(code=code, context=context)
    made = mapping(rows, *codes)
    page = admin_client.get(address("exceptioncase", "change", rows.case.pk))
    assert reverse("admin:integration_codemapping_change", args=[made.pk]) in page.text
    assert f"{codes[1]} = {codes[2]}" in page.text


def test_what_is_another_warehouse_s_or_ended_or_otherwise_mapped_did_not_lead_there(rows, admin_client):
    ExceptionCase.objects.update(code=PRODUCT[0], context=PRODUCT[1])
    south = Connection.objects.create(slug="south", name="South", kind="http_json", base_url="https://example.com")
    mapping(rows, "product", "ROPE", "P-ROPE", partner=south)
    mapping(rows, "product", "ROPE", "P-ROPE-2")
    mapping(rows, "product", "ROPE", "P-ROPE", valid_to="2026-01-01T00:00Z")
    assert led_by(admin_client, rows.case) == []


def test_who_may_see_no_mappings_is_led_to_none(rows):
    ExceptionCase.objects.update(code=PRODUCT[0], context=PRODUCT[1])
    made = mapping(rows, "product", "ROPE", "P-ROPE")
    user, client = user_with("viewer", "every warehouse")
    assert led_by(client, rows.case) == [made]
    user.groups.clear()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_exceptioncase", "view_all_warehouses"]))
    assert led_by(client, rows.case) == []
