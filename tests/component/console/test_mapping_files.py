"""Mappings in and out as files: the preview, all mistakes at once, all or nothing, and what spreadsheets do to text."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from integration.console import matching
from integration.jobs import sheets
from integration.models import AuditEvent, CodeMapping, Connection, MasterRecord, PartnerItem, Warehouse
from tests.unit.rules.test_mapping_sheet import COLUMNS, WRONG

pytestmark = pytest.mark.django_db
FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def partner() -> Connection:
    erp = Connection.objects.create(slug="odoo", name="Odoo", kind="odoo", base_url="https://example.com")
    wms = Connection.objects.create(slug="north", name="North", kind="http_json", base_url="https://example.com")
    Warehouse.objects.create(name="Main", erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site="N")
    CodeMapping.objects.create(kind="product", partner=wms, odoo_code="A", partner_code="P-A")
    return wms


def page(name: str, partner: Connection | None = None, **more: str) -> str:
    query = "&".join(
        f"{key}={value}" for key, value in {**({"partner": partner.slug} if partner else {}), **more}.items()
    )
    return reverse(f"admin:mapping_{name}") + (f"?{query}" if query else "")


def xlsx(*rows) -> bytes:
    book, kept = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(kept)
    return kept.getvalue()


def csv(*rows) -> bytes:
    return sheets.write_csv(rows[0], rows[1:])


def send(client, partner, content: bytes):
    return client.post(page("import"), {"partner": partner.pk, "file": SimpleUploadedFile("x", content)})


def signed(answer) -> str:
    return answer.context["signed"]


def in_force() -> list[tuple[str, str, int]]:
    rows = CodeMapping.objects.filter(valid_to=None).order_by("odoo_code")
    return list(rows.values_list("odoo_code", "partner_code", "version"))


SHEET = (("kind", "odoo_code", "partner_code"), ("product", "A", "P-NEW"), ("product", "B", "P-A"))


@pytest.mark.parametrize("write", [xlsx, csv])
def test_a_file_is_shown_first_and_written_when_a_person_says_so(admin_client, partner, write):
    shown = send(admin_client, partner, write(*SHEET))
    assert "1 new, 1 changed, 0 the same, 0 wrong" in shown.text
    assert in_force() == [("A", "P-A", 1)]
    admin_client.post(page("import"), {"agreed": signed(shown)})
    assert in_force() == [("A", "P-NEW", 2), ("B", "P-A", 1)]
    assert CodeMapping.objects.filter(odoo_code="A").exclude(valid_to=None).count() == 1
    told = AuditEvent.objects.get(verb="import mappings").detail
    assert told["new"] == ["product B P-A  1 1 no"]
    assert told["changed"] == ["product A P-A  1 1 no -> product A P-NEW  1 1 no"]


def test_the_same_file_again_has_nothing_to_do(admin_client, partner):
    admin_client.post(page("import"), {"agreed": signed(send(admin_client, partner, csv(*SHEET)))})
    again = send(admin_client, partner, csv(*SHEET))
    assert "0 new, 0 changed, 2 the same, 0 wrong" in again.text
    assert signed(again) == ""


def test_twenty_mistakes_are_shown_at_once_and_nothing_is_written(admin_client, partner):
    shown = send(admin_client, partner, csv(COLUMNS, ("product", "GOOD", "P-GOOD"), *WRONG))
    assert "20 wrong" in shown.text
    assert shown.text.count("<td>odoo_code</td>") == 3
    assert (signed(shown), in_force()) == ("", [("A", "P-A", 1)])


def test_what_changed_meanwhile_is_shown_again_instead_of_written(admin_client, partner):
    shown = send(admin_client, partner, csv(*SHEET))
    CodeMapping.objects.create(kind="product", partner=partner, odoo_code="B", partner_code="P-B")
    answer = admin_client.post(page("import"), {"agreed": signed(shown)})
    assert "Mappings have changed since this was shown" in answer.text
    assert in_force() == [("A", "P-A", 1), ("B", "P-B", 1)]


def test_a_preview_that_somebody_wrote_himself_is_refused(admin_client, partner):
    good = signed(send(admin_client, partner, csv(*SHEET)))
    assert admin_client.post(page("import"), {"agreed": "x" + good}).status_code == 302
    assert in_force() == [("A", "P-A", 1)]


def test_who_may_only_look_imports_nothing(operator, partner):
    assert operator.get(page("import")).status_code == 403
    assert send(operator, partner, csv(*SHEET)).status_code == 403
    assert operator.post(page("match", partner), {"act": "fetch"}).status_code == 403
    assert operator.get(page("match", partner)).status_code == 200
    assert operator.get(page("export", partner, format="csv")).status_code == 200


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "submitted file is empty"),
        (b"\xff\xfekind", "neither XLSX nor UTF-8"),
        (b'kind,odoo_code\n"a', "is no CSV"),
        (b"PK\x03\x04 not a zip", "no XLSX that can be read"),
        (b"kind\n" + b"x\n" * 5001, "more than 5000 rows"),
        (b"," * 50 + b"\n", "columns; at most 40"),
        (b"x" * 2_000_001, "at most 2000000 are taken"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(admin_client, partner, content, words):
    assert words in send(admin_client, partner, content).text


def test_a_bomb_is_not_unpacked(admin_client, partner, monkeypatch):
    monkeypatch.setattr(sheets, "LARGEST_UNPACKED", 1000)
    assert "at most 1000 are taken" in send(admin_client, partner, xlsx(*SHEET)).text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_formula_leaves_as_text_and_comes_back_as_it_was(admin_client, partner, kind):
    CodeMapping.objects.create(kind="product", partner=partner, odoo_code=FORMULA, partner_code="-1+2")
    answer = admin_client.get(page("export", partner, format=kind))
    if kind == "xlsx":
        cells = [cell for row in load_workbook(io.BytesIO(answer.content)).active for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
        assert not [cell.value for cell in cells if str(cell.value).startswith(sheets.FORMULA)]
    else:
        assert f"product,'{FORMULA},'-1+2" in answer.content.decode("utf-8-sig")
    assert "0 new, 0 changed, 2 the same, 0 wrong" in send(admin_client, partner, answer.content).text
    assert AuditEvent.objects.filter(verb="export mappings").exists()


def test_codes_that_look_like_numbers_keep_their_zeros_on_the_way_out(admin_client, partner):
    CodeMapping.objects.create(kind="product", partner=partner, odoo_code="007", partner_code="0042")
    answer = admin_client.get(page("export", partner, format="xlsx"))
    values = [cell.value for row in load_workbook(io.BytesIO(answer.content)).active for cell in row]
    assert {"007", "0042"} <= set(values)


def product(code: str, *barcodes: str) -> None:
    erp = Connection.objects.get(slug="odoo")
    count = MasterRecord.objects.count() + 1
    MasterRecord.objects.create(
        connection=erp, kind="item", erp_id=count, code=code, mapped_by=code, barcodes=list(barcodes), snapshot={}
    )


def test_matching_maps_what_is_ticked_and_nothing_else(admin_client, partner):
    for code in ("B-1", "C-1", "D-1", "d1"):
        product(code)
    listed = csv(("sku", "name", "barcodes"), ("B-1", "Bee", ""), ("c1", "Sea", "12 34"), ("D1", "Dee", ""))
    admin_client.post(page("match", partner), {"act": "upload", "file": SimpleUploadedFile("x", listed)})
    assert PartnerItem.objects.get(sku="c1").barcodes == ["12", "34"]
    shown = admin_client.get(page("match", partner))
    assert [each.item.code for each in shown.context["proposals"]] == ["B-1", "c1"]
    assert [each.items[0].code for each in shown.context["ambiguous"]] == ["D1"]
    admin_client.post(page("match", partner), {"act": "accept", "sku": ["c1", "D1", "nonsense"]})
    assert in_force() == [("A", "P-A", 1), ("C-1", "c1", 1)]


def test_a_long_list_of_proposals_comes_in_parts(admin_client, partner, monkeypatch):
    monkeypatch.setattr(matching, "SHOWN", 2)
    for code in ("X", "Y", "Z"):
        product(code)
        PartnerItem.objects.create(partner=partner, sku=code)
    first = admin_client.get(page("match", partner))
    assert ("the first 2" in first.text, len(first.context["proposals"])) == (True, 2)
    admin_client.post(page("match", partner), {"act": "accept", "sku": ["X", "Y"]})
    last = admin_client.get(page("match", partner))
    assert ("the first 2" in last.text, [each.item.code for each in last.context["proposals"]]) == (False, ["Z"])


def test_a_list_of_items_that_is_wrong_says_all_of_it_and_keeps_the_old_one(admin_client, partner):
    PartnerItem.objects.create(partner=partner, sku="OLD")
    listed = csv(("sku", "barcodes"), ("", ""), ("B", "x" * 65), ("C", ""), ("C", ""))
    answer = admin_client.post(page("match", partner), {"act": "upload", "file": SimpleUploadedFile("x", listed)})
    assert [fault.row for fault in answer.context["faults"]] == [2, 3, 5]
    assert list(PartnerItem.objects.values_list("sku", "active")) == [("OLD", True)]


def test_five_thousand_rows_are_written_with_few_statements(admin_client, partner, django_assert_max_num_queries):
    rows = [("product", f"X-{n}", f"Y-{n}") for n in range(4999)]
    shown = send(admin_client, partner, csv(SHEET[0], *rows))
    with django_assert_max_num_queries(60):
        admin_client.post(page("import"), {"agreed": signed(shown)})
    assert CodeMapping.objects.filter(valid_to=None).count() == 5000


def test_what_a_warehouse_is_told_is_said_on_its_connection(admin_client, partner):
    address = reverse("admin:integration_connection_change", args=[partner.pk])
    form = admin_client.get(address).context["adminform"].form
    entered = {name: value for name, value in form.initial.items() if value not in (None, "")}
    entered |= {"options": "{}", "master_kinds": ["item", "lot"], "same_codes": "on"}
    admin_client.post(address, entered)
    partner.refresh_from_db()
    assert (partner.master_kinds, partner.same_codes) == (["item", "lot"], True)
