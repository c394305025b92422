"""Ticked mappings are changed in one table; each becomes a new version, and says who made it."""

from decimal import Decimal

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from django.utils.timezone import now

from integration.models import AuditEvent, CodeMapping
from tests.component.console.conftest import user_with

LIST, PAGE = reverse("admin:integration_codemapping_changelist"), reverse("admin:mapping_many")


@pytest.fixture
def codes(rows):
    CodeMapping.objects.all().delete()

    def make(kind, ours, theirs, **more):
        return CodeMapping.objects.create(partner=rows.wms, kind=kind, odoo_code=ours, partner_code=theirs, **more)

    return [make("product", "CHAIR", "P1"), make("product", "TABLE", "P2"), make("unit", "Units", "EA")]


def current():
    found = CodeMapping.objects.filter(valid_to=None).order_by("kind", "odoo_code")
    return list(found.values_list("odoo_code", "partner_code", "factor", "version"))


def sent(codes, **changes):
    return {"row": [row.pk for row in codes], **changes}


def test_ticked_mappings_come_in_one_table(codes, admin_client):
    page = admin_client.post(LIST, {"action": "many", ACTION_CHECKBOX_NAME: [row.pk for row in codes[:2]]})
    assert [row.mapping.odoo_code for row in page.context["rows"]] == ["CHAIR", "TABLE"]


def test_what_is_changed_becomes_a_version_and_the_rest_stays(codes, admin_client):
    chair, _table, unit = codes
    changes = {f"partner_code_{chair.pk}": " P9 ", f"factor_{unit.pk}": "12"}
    assert admin_client.post(PAGE, sent(codes, **changes)).url == LIST
    assert current() == [("CHAIR", "P9", 1, 2), ("TABLE", "P2", 1, 1), ("Units", "EA", 12, 2)]
    assert CodeMapping.objects.get(partner_code="P9").made_by == "admin"
    assert AuditEvent.objects.filter(verb="map code").count() == 2


def test_what_no_code_can_hold_is_left_out(codes, admin_client):
    admin_client.post(PAGE, sent(codes, **{f"partner_code_{codes[0].pk}": "P\0009"}))
    assert current()[0] == ("CHAIR", "P9", 1, 2)


def test_a_row_that_is_wrong_comes_back_and_stops_no_other(codes, admin_client):
    chair, table, unit = codes
    changes = {f"partner_code_{chair.pk}": "P2", f"partner_code_{table.pk}": "P3", f"factor_{unit.pk}": "-1"}
    page = admin_client.post(PAGE, sent(codes, **changes))
    assert [(row.mapping.odoo_code, bool(row.wrong)) for row in page.context["rows"]] == [
        ("CHAIR", True),
        ("Units", True),
    ]
    assert current() == [("CHAIR", "P1", 1, 1), ("TABLE", "P3", 1, 2), ("Units", "EA", 1, 1)]


def test_what_somebody_changed_meanwhile_is_not_overwritten(codes, admin_client):
    chair = codes[0]
    CodeMapping.objects.filter(pk=chair.pk).update(valid_to=now())
    page = admin_client.post(PAGE, sent(codes, **{f"partner_code_{chair.pk}": "P9"}))
    assert "meanwhile" in page.context["rows"][0].wrong
    assert not CodeMapping.objects.filter(partner_code="P9").exists()


@pytest.mark.parametrize("roles", [("viewer", "every warehouse"), ("operator",)])
def test_who_may_not_map_or_does_not_see_the_warehouse_changes_nothing(codes, roles):
    _user, client = user_with(*roles)
    client.post(PAGE, sent(codes, **{f"partner_code_{codes[0].pk}": "P9"}))
    assert current()[0] == ("CHAIR", "P1", 1, 1)


def test_a_mapping_s_page_tells_its_versions_and_who_made_them(codes, admin_client):
    admin_client.post(PAGE, sent(codes, **{f"partner_code_{codes[0].pk}": "P9"}))
    newest = CodeMapping.objects.get(partner_code="P9")
    page = admin_client.get(reverse("admin:integration_codemapping_change", args=[newest.pk]))
    assert [(row.version, row.partner_code, row.made_by) for row in page.context["versions"]] == [
        (2, "P9", "admin"),
        (1, "P1", ""),
    ]
    assert Decimal(1) == newest.factor
