"""A code that Odoo was not seen to have is refused in every way in, unless somebody says so; codes are offered."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import now

from integration.jobs import sheets
from integration.models import AuditEvent, CodeMapping, ExceptionCase, MasterRecord, MasterRun, PartnerItem
from tests.component.console.conftest import ESCAPED, EVIL, user_with
from tests.component.console.test_configuration import address, entered

GAPS, IMPORT, CODES = (reverse(f"admin:mapping_{name}") for name in ("gaps", "import", "codes"))
TYPO = "OAK-TABEL"


@pytest.fixture
def odoo(rows):
    """Was read, and has OAK-TABLE."""
    CodeMapping.objects.all().delete()
    ExceptionCase.objects.all().delete()
    MasterRun.objects.filter(task="sweep").update(number=1, began_at=now())
    MasterRecord.objects.create(
        connection=rows.erp, kind="item", erp_id=2, code="OAK-TABLE", mapped_by="OAK-TABLE", name=f"Table {EVIL}",
        content_hash="x", snapshot={},
    )  # fmt: skip
    return rows


@pytest.fixture
def case(odoo):
    """The warehouse's code P-TABLE stands for nothing yet."""
    return ExceptionCase.objects.create(
        fingerprint="CD-3002:north:P-TABLE", code="CD-3002", title="Unknown", cause="c", fix="f", severity="high",
        connection=odoo.wms, last_seen=now(), context={"scope": "north", "code": "P-TABLE"},
    )  # fmt: skip


def mapped():
    return list(CodeMapping.objects.values_list("odoo_code", "partner_code"))


def add(client, rows, **given):
    return client.post(address("codemapping", "add"), entered(rows, partner_code="P-TABLE") | given)


def test_the_form_refuses_a_typo_and_names_what_is_near_and_when_odoo_was_read(odoo, admin_client):
    page = add(admin_client, odoo, odoo_code=TYPO)
    [words] = page.context["adminform"].form.errors["odoo_code"]
    assert words.startswith(f"Odoo has no product with the code {TYPO}. Nearest: OAK-TABLE. Odoo was last read ")
    assert 'type="checkbox" name="odoo_has_it"' in page.text
    assert mapped() == []


def test_the_form_takes_what_odoo_has_and_what_somebody_says_that_it_has(odoo, admin_client):
    page = admin_client.get(address("codemapping", "add"))
    assert 'type="checkbox" name="odoo_has_it"' not in page.text
    add(admin_client, odoo, odoo_code="OAK-TABLE")
    add(admin_client, odoo, odoo_code="BRAND-NEW", partner_code="P-NEW", odoo_has_it="on")
    assert mapped() == [("BRAND-NEW", "P-NEW"), ("OAK-TABLE", "P-TABLE")]
    assert [event.detail.get("odoo_has_it") for event in AuditEvent.objects.filter(verb="map code")] == [True, None]


def test_the_form_says_it_in_the_language_of_the_page(odoo, admin_client):
    admin_client.cookies["django_language"] = "de"
    [words] = add(admin_client, odoo, odoo_code=TYPO).context["adminform"].form.errors["odoo_code"]
    assert words.startswith(f"Odoo hat kein Produkt mit dem Code {TYPO}. Am nächsten: OAK-TABLE.")


def test_a_gap_keeps_a_typo_with_a_box_to_tick(case, admin_client):
    page = admin_client.post(GAPS, {f"code_{case.pk}": TYPO})
    assert f'name="odoo_has_it_{case.pk}"' in page.text
    assert (page.context["gaps"][0].entered, mapped()) == (TYPO, [])
    admin_client.post(GAPS, {f"code_{case.pk}": TYPO, f"odoo_has_it_{case.pk}": "on"})
    assert mapped() == [(TYPO, "P-TABLE")]


def test_the_field_of_a_case_keeps_a_typo_and_the_case_stays_open(case, admin_client):
    fill = reverse("admin:mapping_fill", args=[case.pk])
    page = admin_client.post(fill, {f"code_{case.pk}": TYPO})
    assert f'value="{TYPO}"' in page.text
    assert "Nearest: OAK-TABLE." in page.text
    assert mapped() == []
    admin_client.post(fill, {f"code_{case.pk}": TYPO, f"odoo_has_it_{case.pk}": "on"})
    assert mapped() == [(TYPO, "P-TABLE")]


def test_what_an_order_of_odoo_s_asks_for_is_mapped_without_a_look(odoo, admin_client):
    case = ExceptionCase.objects.create(
        fingerprint="CD-3001:north:NEWER", code="CD-3001", title="Unknown", cause="c", fix="f", severity="high",
        connection=odoo.wms, last_seen=now(), context={"scope": "north", "code": "NEWER"},
    )  # fmt: skip
    admin_client.post(GAPS, {f"code_{case.pk}": "P-NEWER"})
    assert mapped() == [("NEWER", "P-NEWER")]


@pytest.mark.parametrize("where", [GAPS, None])
def test_a_code_that_is_too_long_is_refused_in_words(where, case, admin_client):
    page = admin_client.post(where or reverse("admin:mapping_fill", args=[case.pk]), {f"code_{case.pk}": "X" * 101})
    assert "A code has at most 100 characters." in page.text


def sheet(client, partner, *rows):
    content = sheets.write_csv(("kind", "odoo_code", "partner_code", "sku"), rows)
    return client.post(IMPORT, {"partner": partner.pk, "file": SimpleUploadedFile("x", content)})


def test_a_file_is_shown_with_what_odoo_was_not_seen_to_have_and_written_when_somebody_says_it_has(odoo, admin_client):
    rows = [("product", "OAK-TABLE", "1", ""), ("product", TYPO, "2", ""), ("unit", "Units", "CS", "OAK-TABL")]
    shown = sheet(admin_client, odoo.wms, *rows)
    assert [(fault.row, fault.column) for fault in shown.context["plan"].unseen] == [(3, "odoo_code"), (4, "sku")]
    assert "Nearest: OAK-TABLE." in shown.text
    assert "When Odoo was last read, " in shown.text
    agreed = {"agreed": shown.context["signed"]}
    refused = admin_client.post(IMPORT, agreed)
    assert "codes that Odoo was not seen to have" in refused.text
    assert mapped() == []
    admin_client.post(IMPORT, agreed | {"odoo_has_it": "on"})
    assert len(mapped()) == 3


def test_a_file_of_known_codes_asks_for_nothing_more(odoo, admin_client):
    shown = sheet(admin_client, odoo.wms, ("product", "OAK-TABLE", "1", ""))
    assert "odoo_has_it" not in shown.text
    admin_client.post(IMPORT, {"agreed": shown.context["signed"]})
    assert mapped() == [("OAK-TABLE", "1")]


def codes(client, wms, q, **more):
    return client.get(CODES, {"partner": wms.pk, "kind": "product", "side": "odoo", "q": q} | more)


def test_codes_of_both_sides_are_offered(odoo, admin_client):
    PartnerItem.objects.create(partner=odoo.wms, sku="P-TABLE", name="Table")
    assert codes(admin_client, odoo.wms, "oak-").json() == {"codes": [["OAK-TABLE", f"Table {EVIL}"]]}
    assert codes(admin_client, odoo.wms, "p-t", side="partner").json() == {"codes": [["P-TABLE", "Table"]]}


def test_never_more_than_twenty_codes_are_offered(odoo, admin_client):
    PartnerItem.objects.bulk_create(PartnerItem(partner=odoo.wms, sku=f"P-{each:03d}") for each in range(30))
    assert len(codes(admin_client, odoo.wms, "P", side="partner").json()["codes"]) == 20


@pytest.mark.parametrize(
    "asked",
    [
        *({"q": " "}, {"q": "\0"}, {"kind": "fax"}, {"kind": ""}, {"partner": "x"}, {"partner": ""}),
        *({"partner": "9" * 40}, {"kind": "unit", "side": "partner"}),
    ],
)
def test_what_cannot_be_looked_up_has_no_codes(asked, odoo, admin_client):
    assert codes(admin_client, odoo.wms, **{"q": "O", **asked}).json() == {"codes": []}


def test_codes_are_offered_to_those_who_may_see_the_mappings_of_the_warehouse(odoo):
    _, elsewhere = user_with("operator", name="elsewhere")
    _, nobody = user_with(name="nobody")
    assert codes(elsewhere, odoo.wms, "OAK").json() == {"codes": []}
    assert codes(nobody, odoo.wms, "OAK").status_code == 403
    _, viewer = user_with("viewer", "every warehouse", name="viewer")
    assert codes(viewer, odoo.wms, "OAK").json()["codes"][0][0] == "OAK-TABLE"


@pytest.mark.parametrize("page", ["case", "gaps", "add", "change", "many"])
def test_every_field_for_a_code_says_where_codes_are_offered(page, case, odoo, admin_client):
    row = CodeMapping.objects.create(kind="product", partner=odoo.wms, odoo_code="A", partner_code="B")
    text = {
        "case": lambda: admin_client.get(address("exceptioncase", "change", case.pk)),
        "gaps": lambda: admin_client.get(GAPS),
        "add": lambda: admin_client.get(address("codemapping", "add")),
        "change": lambda: admin_client.get(address("codemapping", "change", row.pk)),
        "many": lambda: admin_client.post(
            address("codemapping", "changelist"), {"action": "many", "_selected_action": [row.pk]}
        ),
    }[page]().text
    assert f'data-codes="{CODES}?side=' in text


def test_hostile_names_of_products_do_no_harm_on_a_refusal(odoo, case, admin_client):
    MasterRecord.objects.create(
        connection=odoo.erp, kind="item", erp_id=3, code=EVIL, mapped_by=EVIL, content_hash="x", snapshot={}
    )
    page = admin_client.post(GAPS, {f"code_{case.pk}": EVIL + "!"})
    assert ESCAPED in page.text
    assert EVIL not in page.text
