"""Codes that work waits for are mapped in one table; a row that is wrong stops no other."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from integration.errors.catalogue import PROBLEMS
from integration.models import AuditEvent, CaseJob, CodeMapping, Document, ExceptionCase, SyncJob
from tests.component.console.conftest import ESCAPED, user_with

PAGE = reverse("admin:mapping_gaps")


@pytest.fixture
def gap(rows):
    """Makes a case of a code that nobody has mapped, with an order that waits for it."""
    ExceptionCase.objects.all().delete()
    CodeMapping.objects.all().delete()

    def make(code, known, value=None):
        case = ExceptionCase.objects.create(
            fingerprint=f"{code}:north:{known}", code=code, title="Unknown", cause="c", fix="f", owner="master data",
            severity="high", connection=rows.wms, last_seen=now(), context={"scope": "north", "code": known},
        )  # fmt: skip
        if value:
            order = Document.objects.create(
                connection=rows.erp, kind="order", reference=f"S-{known}", erp_id=case.pk + 500, value=value,
                currency="EUR",
            )  # fmt: skip
            job = SyncJob.objects.create(
                stream=rows.stream, flow="order_release", subject="s", document=order, state="blocked", started_at=now()
            )
            CaseJob.objects.create(case=case, job=job)
        return case

    return make


def mapped():
    rows = CodeMapping.objects.filter(valid_to=None).order_by("pk")
    return list(rows.values_list("kind", "odoo_code", "partner_code", "factor", "alias"))


def states():
    return set(SyncJob.objects.filter(flow="order_release").values_list("state", flat=True))


def test_the_most_valuable_gap_comes_first(gap, admin_client):
    gap("CD-3001", "CHEAP", 10)
    gap("CD-3001", "NOBODY")
    gap("CD-3002", "DEAR", 9000)
    assert [each.code for each in admin_client.get(PAGE).context["gaps"]] == ["DEAR", "CHEAP", "NOBODY"]


def test_what_no_code_can_hold_is_left_out(gap, admin_client):
    case = gap("CD-3001", "CHAIR", 10)
    admin_client.post(PAGE, {f"code_{case.pk}": "P-\0CHAIR"})
    assert mapped() == [("product", "CHAIR", "P-CHAIR", 1, False)]


def test_codes_of_both_sides_are_mapped_at_once_and_what_waited_goes_on(gap, admin_client):
    ours, theirs = gap("CD-3001", "CHAIR", 10), gap("CD-3002", "P-TABLE", 20)
    admin_client.post(PAGE, {f"code_{ours.pk}": " P-CHAIR ", f"code_{theirs.pk}": "TABLE"})
    assert sorted(mapped()) == [("product", "CHAIR", "P-CHAIR", 1, False), ("product", "TABLE", "P-TABLE", 1, False)]
    assert states() == {"pending"}
    assert AuditEvent.objects.filter(verb="map code", actor="admin").count() == 2


def test_what_is_left_empty_stays_a_gap(gap, admin_client):
    one, other = gap("CD-3001", "CHAIR", 10), gap("CD-3001", "TABLE", 20)
    admin_client.post(PAGE, {f"code_{one.pk}": "P-CHAIR", f"code_{other.pk}": ""})
    assert [row[1] for row in mapped()] == ["CHAIR"]


def test_a_row_that_is_wrong_keeps_what_was_entered_and_stops_no_other(gap, rows, admin_client):
    CodeMapping.objects.create(kind="product", partner=rows.wms, odoo_code="STOOL", partner_code="P-TAKEN")
    wrong, right = gap("CD-3001", "CHAIR", 10), gap("CD-3001", "TABLE", 20)
    page = admin_client.post(PAGE, {f"code_{wrong.pk}": "P-TAKEN", f"code_{right.pk}": "P-TABLE"})
    assert "P-TAKEN is mapped to STOOL already" in page.text
    [shown] = [each for each in page.context["gaps"] if each.wrong]
    assert (shown.code, shown.entered) == ("CHAIR", "P-TAKEN")
    assert "TABLE" in {row[1] for row in mapped()}


@pytest.mark.parametrize("code", ["CD-3002", "CD-3004", "CD-3006"])
def test_a_case_tells_of_the_alias_that_its_own_field_makes(code, gap, admin_client):
    case = gap(code, "P-1")
    ExceptionCase.objects.update(fix=PROBLEMS[code].fix.format(code="P-1"))
    page = admin_client.get(reverse("admin:integration_exceptioncase_change", args=[case.pk])).text
    assert f'name="code_{case.pk}"' in page
    assert "if that has a code already, P-1 becomes its alias." in page


def test_a_second_code_of_the_warehouses_is_an_alias_and_what_is_sent_stays(gap, rows, admin_client):
    CodeMapping.objects.create(kind="product", partner=rows.wms, odoo_code="CHAIR", partner_code="P-CHAIR")
    case = gap("CD-3002", "P-CHAIR-OLD", 10)
    admin_client.post(PAGE, {f"code_{case.pk}": "CHAIR"})
    assert mapped() == [("product", "CHAIR", "P-CHAIR", 1, False), ("product", "CHAIR", "P-CHAIR-OLD", 1, True)]


@pytest.mark.parametrize(("factor", "kept"), [("12", 12), ("0,5", 0.5)])
def test_units_say_how_many_are_one(factor, kept, gap, admin_client):
    case = gap("CD-3003", "Dozens", 10)
    admin_client.post(PAGE, {f"code_{case.pk}": "EA", f"factor_{case.pk}": factor})
    [(kind, _, code, stored, _)] = mapped()
    assert (kind, code, float(stored)) == ("unit", "EA", kept)


@pytest.mark.parametrize("factor", ["0", "-1", "many", "NaN", "1e99", ""])
def test_a_factor_of_nothing_is_refused_in_words(factor, gap, admin_client):
    case = gap("CD-3003", "Dozens", 10)
    page = admin_client.post(PAGE, {f"code_{case.pk}": "EA", f"factor_{case.pk}": factor})
    assert "a number above zero" in page.text
    assert mapped() == []


def test_who_may_not_map_sees_the_gaps_and_fills_in_none(gap):
    case = gap("CD-3001", "CHAIR", 10)
    _, client = user_with("viewer", "every warehouse")
    assert f'name="code_{case.pk}"' not in client.get(PAGE).text
    assert client.post(PAGE, {f"code_{case.pk}": "P-CHAIR"}).status_code == 403
    assert mapped() == []


def test_gaps_of_partners_that_are_not_seen_are_neither_shown_nor_filled(gap):
    case = gap("CD-3001", "CHAIR", 10)
    _, client = user_with("operator")
    assert client.get(PAGE).context["gaps"] == []
    client.post(PAGE, {f"code_{case.pk}": "P-CHAIR"})
    assert mapped() == []


def test_hostile_codes_are_shown_as_text(gap, admin_client):
    gap("CD-3002", "<script>alert(1)</script>")
    assert ESCAPED in admin_client.get(PAGE).text


def test_without_gaps_it_says_what_to_do_next(rows, admin_client):
    ExceptionCase.objects.update(state="resolved")
    assert "Match products" in admin_client.get(PAGE).text


def fill(case):
    return reverse("admin:mapping_fill", args=[case.pk])


def test_a_code_is_mapped_on_the_page_of_its_case_and_what_waited_goes_on(gap, admin_client):
    case = gap("CD-3001", "CHAIR", 10)
    page = reverse("admin:integration_exceptioncase_change", args=[case.pk])
    assert f'action="{fill(case)}"' in admin_client.get(page).text
    assert admin_client.post(fill(case), {f"code_{case.pk}": "P-CHAIR"}).url == page
    assert mapped() == [("product", "CHAIR", "P-CHAIR", 1, False)]
    assert states() == {"pending"}


def test_a_code_that_is_taken_is_refused_on_the_page_of_its_case(gap, rows, admin_client):
    CodeMapping.objects.create(kind="product", partner=rows.wms, odoo_code="OTHER", partner_code="P-TAKEN")
    case = gap("CD-3001", "CHAIR", 10)
    page = admin_client.post(fill(case), {f"code_{case.pk}": "P-TAKEN"}, follow=True)
    assert "P-TAKEN is mapped to OTHER already." in page.text
    assert states() == {"blocked"}


def test_a_case_of_others_or_of_another_kind_is_not_filled(gap, admin_client):
    case, closed = gap("CD-3001", "CHAIR", 10), gap("CD-3001", "TABLE")
    ExceptionCase.objects.filter(pk=closed.pk).update(state="ignored")
    _, client = user_with("operator")
    assert client.post(fill(case), {f"code_{case.pk}": "P-CHAIR"}).status_code == 404
    _, viewer = user_with("viewer", "every warehouse", name="viewer")
    assert viewer.post(fill(case), {f"code_{case.pk}": "P-CHAIR"}).status_code == 403
    admin_client.post(fill(closed), {f"code_{closed.pk}": "P-TABLE"})
    admin_client.get(fill(case))
    assert mapped() == []


def test_an_empty_code_says_what_is_missing(gap, admin_client):
    case = gap("CD-3001", "CHAIR", 10)
    page = admin_client.post(fill(case), {f"code_{case.pk}": " "}, follow=True)
    assert "Enter the code that belongs to CHAIR" in page.text
    assert "Nothing was entered" in admin_client.post(PAGE, {f"code_{case.pk}": " "}, follow=True).text
    assert mapped() == []
