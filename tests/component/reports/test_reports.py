"""What each report says of seeded rows, in exact figures, as page, XLSX and PDF; and to whom."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook
from pypdf import PdfReader

from integration.jobs import tokens
from integration.models import (
    AuditEvent,
    Availability,
    CallTally,
    CapturedRecord,
    Document,
    ExceptionCase,
    FlowDay,
    InTransit,
    MasterRecord,
    Reach,
    StockEvent,
    Warehouse,
)
from integration.reports import keeping, pdf, xlsx
from integration.reports.catalogue import REPORTS
from integration.reports.figures import Day
from integration.reports.mailing import PAGE
from integration.reports.parts import Report, Scope, Table
from tests.component.reports.conftest import TODAY, YESTERDAY, Town, busy_day, stock

pytestmark = pytest.mark.django_db
WITHOUT_DAYS = ("lot", "readiness")
SUBJECTS = [
    ["Orders", 4, 2, 1, 1, 75.0],
    ["Shipments", 4, 2, 1, 1, 75.0],
    ["Receipts and returns", 2, 1, 1, 0, 100.0],
]


@pytest.fixture(autouse=True)
def _static(settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def busy(town: Town) -> Town:
    busy_day(town)
    stock(town)
    for warehouse in (town.main, town.other):
        for day in (YESTERDAY, TODAY):
            keeping.take(Day(warehouse, day))
    return town


def build(name: str, *warehouses: Warehouse, **given: Any) -> Report:
    days = REPORTS[name].days[0]
    return REPORTS[name].build(Scope(warehouses, given.pop("day", YESTERDAY), given.pop("days", days), **given))


def table(report: Report, key: str) -> Table:
    return next(each for each in report.tables if each.key == key)


def rows(report: Report, key: str) -> list[list[Any]]:
    return [[str(cell) if hasattr(cell, "case") else cell for cell in row] for row in table(report, key).rows]


def tiles(report: Report) -> dict[str, Any]:
    return {tile.key: tile.value for tile in report.tiles}


def series(report: Report, key: str) -> list[Any]:
    return [value for _day, value in next(each for each in report.series if each.key == key).points]


def text(report: Report) -> str:
    """Of the PDF, with its lines put together."""
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf.write(report))).pages)


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def reader(*rights: str, see: Warehouse | None = None, name: str = "reader") -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    if see is not None:
        Reach.objects.create(user=user, warehouse=see)
    client = Client()
    client.force_login(user)
    return client


def address(name: str) -> str:
    return reverse("admin:report", args=[name])


class TestHypercare:
    def test_it_says_what_is_matched_explained_and_unexplained(self, busy: Town) -> None:
        report = build("hypercare", busy.main)
        assert rows(report, "subjects")[:3] == SUBJECTS
        lost = Document.objects.get(state="released").reference
        assert [row for row in rows(report, "unexplained") if row[0] == "Orders"] == [["Orders", lost]]
        assert tiles(report) | {"as": 0} == {
            "unexplained": 2, "by_hand": 1, "cases": 2, "open_cases": None, "not_added_up": None,
            "overdue": None, "as": 0,
        }  # fmt: skip

    def test_it_adds_warehouses_up(self, busy: Town) -> None:
        report = build("hypercare", busy.main, busy.other)
        assert [row[1:5] for row in rows(report, "subjects")[:2]] == [[6, 4, 1, 1], [5, 3, 1, 1]]

    def test_today_tells_of_stock_too(self, busy: Town) -> None:
        report = build("hypercare", busy.main, day=TODAY)
        assert rows(report, "subjects")[3] == ["Slots of stock", 10, 8, 1, 1, 90.0]
        assert rows(report, "stock") == [
            ["Main", "CRATE-M", "=L2", "Größe Łódź", 5, 3, -2, Decimal("20.00"), "EUR"],
        ]
        assert tiles(report)["open_cases"] == 2

    def test_it_shows_the_days_before(self, busy: Town) -> None:
        found = series(build("hypercare", busy.main, day=TODAY), "orders_unexplained")
        assert found == [None] * 12 + [1, 0]

    def test_what_people_keyed_again_is_told_by_field_with_its_case(self, busy: Town) -> None:
        report = build("hypercare", busy.main)
        assert [row for row in rows(report, "by_hand") if row[2]] == [["delivery", "what left", 1]]
        late = Document.objects.order_by("pk").filter(kind="delivery")[1].reference
        assert [row[1:] for row in rows(report, "written")] == [["Already shipped by somebody else", late, "Open"]]
        assert rows(build("hypercare", busy.other), "written") == []

    def test_what_is_open_is_told_by_problem(self, busy: Town) -> None:
        assert [row[0::2] for row in rows(build("hypercare", busy.main), "reasons")] == [["CD-3002", 1], ["CD-5007", 1]]
        assert rows(build("hypercare", busy.other), "reasons") == []

    def test_what_is_open_holds_stock_that_differs_and_orders_without_a_delivery(self, busy: Town) -> None:
        order = Document.objects.create(
            connection=busy.main.erp, kind="order", reference="S-WAITS", erp_id=4711, named_warehouse=busy.main
        )
        common = {"owner": "operations", "severity": "high", "last_seen": datetime.now(UTC)}
        ExceptionCase.objects.create(fingerprint="a", code="CD-4001", document=order, **common)
        source = {"source": f"variance/{busy.main.pk}/5"}
        ExceptionCase.objects.create(fingerprint="b", code="CD-8204", context=source, **common)
        found = [row[0] for row in rows(build("hypercare", busy.main), "reasons")]
        assert found == ["CD-3002", "CD-4001", "CD-5007", "CD-8204"]
        assert rows(build("hypercare", busy.other), "reasons") == []

    def test_a_case_of_two_warehouses_counts_for_each_and_once_for_both(self, busy: Town) -> None:
        order = Document.objects.create(connection=busy.main.erp, kind="order", reference="S-TWO", erp_id=4712)
        for number, warehouse in enumerate((busy.main, busy.other)):
            about = {"reference": f"OUT/{number}", "erp_id": 5000 + number, "warehouse": warehouse}
            Document.objects.create(connection=busy.main.erp, kind="delivery", parent=order, **about)
        busy.case("CD-4001", order)
        for warehouse, day in product((busy.main, busy.other), (YESTERDAY, TODAY)):
            keeping.take(Day(warehouse, day))
        both = (busy.main, busy.other)
        assert [tiles(build("hypercare", *some))["cases"] for some in (both[:1], both[1:], both)] == [3, 1, 3]
        assert tiles(build("hypercare", *both, day=TODAY))["open_cases"] == 3

    def test_what_is_open_now_is_told_as_long_as_the_day_lasts(self, busy: Town) -> None:
        """Whatever it was when the day was last looked at."""
        busy.case("CD-4001", Document.objects.filter(warehouse=busy.main).first())
        assert tiles(build("hypercare", busy.main, day=TODAY))["open_cases"] == 3

    def test_stock_that_nobody_can_explain_is_not_called_explained(self, busy: Town) -> None:
        report = build("hypercare", busy.main, day=TODAY)
        assert (table(report, "unexplained").title, table(report, "unexplained").nothing) == (
            "Unexplained documents, the first of them", "Every document is explained.",
        )  # fmt: skip

    def test_a_day_that_nobody_counted_says_what_to_do(self, busy: Town) -> None:
        assert "choose a later one" in build("hypercare", busy.main, day=YESTERDAY - timedelta(days=60)).nothing
        assert "You see no warehouse yet" in build("hypercare").nothing


class TestScorecards:
    def test_of_warehouses(self, busy: Town) -> None:
        report = build("warehouse", busy.main, busy.other)
        assert rows(report, "warehouses") == [
            ["Main", 2, 50.0, 1, 0, 0, 0, 7, 14.3, 2, 1],
            ["Other", 0, None, 0, 0, 0, 0, 1, 0.0, 0, 0],
        ]
        assert tiles(report)["in_time"] == 50.0

    def test_of_partners(self, busy: Town) -> None:
        slot = datetime.combine(YESTERDAY, datetime.min.time(), UTC) + timedelta(hours=12)
        CallTally.objects.create(connection=busy.main.wms, slot=slot, calls=200, failed=3, seconds=50)
        report = build("partner", busy.main, busy.other)
        assert rows(report, "partners") == [
            ["Main partner", 2, 1, 50.0, 30.0, 30.0, 0, 7, 14.3, 50.0],
            ["Other partner", 0, 0, None, None, None, 0, 1, 0.0, None],
        ]
        assert rows(report, "calls") == [["Main partner", 200, 1.5, 0.25]]

    def test_promises_are_of_the_flows_of_these_warehouses(self, busy: Town) -> None:
        about = {"day": YESTERDAY, "flow": "shipment_confirmation"}
        FlowDay.objects.create(warehouse=busy.main, **about, jobs=8, kept=6, seconds=16)
        FlowDay.objects.create(warehouse=busy.other, **about, jobs=2, kept=2, seconds=1)
        FlowDay.objects.create(
            warehouse=busy.main, **{**about, "day": YESTERDAY - timedelta(days=40)}, jobs=9, kept=0, seconds=9
        )
        says = "What left the warehouse is posted in Odoo"
        assert rows(build("warehouse", busy.main), "flows") == [[says, 8, 2.0, 60.0, 75.0]]
        assert rows(build("partner", busy.main, busy.other), "flows") == [[says, 10, 1.7, 60.0, 80.0]]


class TestTransit:
    def goods(self, town: Town, days: float, quantity: int = 3, to: Warehouse | None = None) -> InTransit:
        number = town.number()
        about = {"connection": town.main.erp, "erp_id": number}
        transfer = Document.objects.create(kind="transfer", reference=f"T{number}", **about)
        Document.objects.create(kind="delivery", reference="o", parent=transfer, warehouse=town.main, **about)
        Document.objects.create(kind="receipt", reference="i", parent=transfer, warehouse=to or town.other, **about)
        return InTransit.objects.create(
            transfer=transfer, product_id=5, sku="CRATE-S", unit="Units", quantity=quantity, location_id=9,
            left_at=datetime.now(UTC) - timedelta(days=days),
        )  # fmt: skip

    def test_it_tells_how_long_goods_have_been_away(self, town: Town) -> None:
        for days in (0.5, 2, 2.5, 5, 10, 30):
            self.goods(town, days)
        self.goods(town, 1, quantity=0)
        report = build("transit", town.other)
        assert rows(report, "ages") == [["Main → Other", 1, 2, 1, 1, 1]]
        assert tiles(report) == {"rows": 6, "old": 2, "transfers": 6}
        assert rows(report, "goods")[0][:6] == ["T6", "Main", "Other", "CRATE-S", "", 3]

    def test_it_shows_none_of_others(self, town: Town) -> None:
        third = Warehouse.objects.create(
            name="Third", erp=town.main.erp, company_id=1, erp_warehouse_id=3, wms=town.main.wms, site="T"
        )
        self.goods(town, 1)
        assert rows(build("transit", third), "goods") == []


class TestLot:
    def ship(self, town: Town, partner: int, quantity: int, kind: str = "shipped", of: Warehouse | None = None) -> None:
        document = town.delivery("shipped", of=of)
        Document.objects.filter(pk=document.parent_id).update(erp_partner_id=partner)
        StockEvent.objects.create(
            warehouse=document.warehouse, document=document, kind=kind, product_id=5, sku="CRATE-S", lot="L1",
            quantity=quantity, source=f"x{town.number()}", line="1", happened_at=datetime.now(UTC),
        )  # fmt: skip

    @pytest.fixture
    def recalled(self, town: Town) -> Town:
        self.ship(town, 71, -5)
        self.ship(town, 71, 2, "returned")
        self.ship(town, 72, -4)
        self.ship(town, 990073, -9, of=town.other)
        Availability.objects.create(
            warehouse=town.main, product_id=5, sku="CRATE-S", lot="L1", place=8, condition="good", on_hand=7
        )
        snapshot = {"address": {"name": "Erika Mustermann", "company": ""}}
        MasterRecord.objects.create(
            connection=town.main.erp, kind="customer", erp_id=71, content_hash="x", snapshot=snapshot
        )
        return town

    def test_it_leads_from_the_lot_to_who_has_it(self, recalled: Town) -> None:
        report = build("lot", recalled.main, lot="L1", personal=True)
        assert rows(report, "customers") == [["Erika Mustermann", "71", "CRATE-S", 3], [None, "72", "CRATE-S", 4]]
        assert tiles(report) == {"movements": 3, "customers": 2, "on_hand": 7}
        assert rows(report, "goods") == [["CRATE-S", -9, 0, 2, 0, 0, 0]]
        assert [row[1:4] for row in rows(report, "movements")][-1] == ["Shipped", "CRATE-S", -5]

    def test_who_was_never_invoiced_is_named_by_where_it_went(self, recalled: Town) -> None:
        order = Document.objects.get(kind="order", erp_partner_id=72)
        moved = {"code": "outgoing", "ship_to": {"name": "Cedar Market", "company": "Cedar Market"}}
        came = {"code": "incoming", "ship_to": {"name": "Our yard"}}
        CapturedRecord.objects.create(
            connection=recalled.main.erp, model="sale.order", record_id=order.erp_id, version=1,
            snapshot={"pickings": [moved, moved, came]},
        )  # fmt: skip
        report = build("lot", recalled.main, lot="L1", personal=True)
        assert [row[0] for row in rows(report, "customers")] == ["Erika Mustermann", "Cedar Market"]
        hidden = build("lot", recalled.main, lot="L1")
        assert [row[0] for row in rows(hidden, "customers")] == [None, None]

    def test_a_supplier_who_buys_is_named(self, recalled: Town) -> None:
        MasterRecord.objects.create(
            connection=recalled.main.erp, kind="supplier", erp_id=72, content_hash="x",
            snapshot={"address": {"name": "Dogwood"}},
        )  # fmt: skip
        report = build("lot", recalled.main, lot="L1", personal=True)
        assert [row[0] for row in rows(report, "customers")] == ["Erika Mustermann", "Dogwood"]

    def test_a_company_is_named_once(self, recalled: Town) -> None:
        snapshot = {"address": {"name": "Birch & Sons", "company": "Birch & Sons"}}
        MasterRecord.objects.update(snapshot=snapshot)
        report = build("lot", recalled.main, lot="L1", personal=True)
        assert rows(report, "customers")[0][0] == "Birch & Sons"

    def test_other_warehouses_are_left_out(self, recalled: Town) -> None:
        assert [row[1] for row in rows(build("lot", recalled.other, lot="L1"), "customers")] == ["990073"]

    def test_an_unknown_lot_and_none_say_what_to_do(self, town: Town) -> None:
        assert "No movement of L9 is known" in build("lot", town.main, lot="L9").nothing
        assert "Enter the number" in build("lot", town.main).nothing

    @pytest.mark.parametrize("personal", [True, False])
    def test_names_are_shown_to_who_may_see_personal_data(self, personal: bool, recalled: Town) -> None:
        rights = ["see_lot_trace", *(["view_personal_data"] if personal else [])]
        client = reader(*rights, see=recalled.main)
        for form in ("", "xlsx", "pdf"):
            answer = client.get(address("lot"), {"lot": "L1", "form": form})
            assert answer.status_code == 200
            shown = answer.text if not form else ""
            if form == "xlsx":
                shown = str(sheets(answer.content))
            if form == "pdf":
                shown = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
            assert ("Erika Mustermann" in shown, "CRATE-S" in shown, "990073" in shown) == (personal, True, False)
        assert [event.detail["personal"] for event in AuditEvent.objects.filter(verb="downloaded")] == [personal] * 2


class TestForms:
    def test_a_workbook_holds_the_same_numbers(self, busy: Town) -> None:
        found = sheets(xlsx.write(build("hypercare", busy.main)))
        assert list(found)[:3] == ["Daily hypercare", "What came through", "Unexplained documents, the"]
        assert found["What came through"][1:4] == SUBJECTS
        assert ["Unexplained", 2] in [row[:2] for row in found["Daily hypercare"]]
        days = found["Days"]
        assert days[0][:2] == ["Day", "Orders unexplained"]
        assert [days[-1][0].date(), days[-1][1]] == [YESTERDAY, 1]

    def test_a_file_says_of_which_days_it_is(self, busy: Town) -> None:
        day = f"{YESTERDAY.day} {YESTERDAY:%b %Y}"
        for name, says in (("hypercare", day), ("warehouse", f"30 days up to {day}")):
            report = build(name, busy.main)
            assert sheets(xlsx.write(report))[report.title][2] == [says, None]
            assert f"Main {says} As of" in text(report)
        assert build("transit", busy.main).period == ""

    def test_money_has_its_hundredths(self, busy: Town) -> None:
        report = build("hypercare", busy.main, day=TODAY)
        assert "20.00 EUR" in text(report)
        book = load_workbook(io.BytesIO(xlsx.write(report)))
        assert book["Stock that nobody can explain"]["H2"].number_format == "#,##0.00"

    def test_nothing_in_a_workbook_is_a_formula(self, busy: Town) -> None:
        content = xlsx.write(build("hypercare", busy.main, day=TODAY))
        book = load_workbook(io.BytesIO(content))
        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
        assert [(cell.value, cell.quotePrefix) for cell in cells if cell.value == "=L2"] == [("=L2", True)]

    def test_what_xml_does_not_know_is_replaced(self, busy: Town) -> None:
        Warehouse.objects.filter(pk=busy.main.pk).update(name="M\x08ain")
        content = xlsx.write(build("hypercare", Warehouse.objects.get(pk=busy.main.pk)))
        assert sheets(content)["Daily hypercare"][1] == ["M�ain", None]

    def test_a_pdf_holds_the_same_numbers_and_other_letters(self, busy: Town) -> None:
        shown = text(build("hypercare", busy.main, day=TODAY))
        for words in ("Daily hypercare", "Slots of stock 10 8 1 1 90.0 %", "Größe Łódź", "=L2", "Page 1"):
            assert words in shown

    @pytest.mark.parametrize("name", REPORTS)
    def test_each_report_has_all_forms_filled_or_empty(self, name: str, busy: Town) -> None:
        for warehouses in ((busy.main,), ()):
            report = build(name, *warehouses, lot="L1")
            assert report.title in text(report)
            assert sheets(xlsx.write(report))

    def test_a_long_table_goes_over_pages_with_its_heads(self, busy: Town) -> None:
        for document in Document.objects.filter(kind="delivery", warehouse=busy.main):
            for _ in range(15):
                busy.case("CD-5029", document)
        reader_ = PdfReader(io.BytesIO(pdf.write(build("hypercare", busy.main))))
        assert len(reader_.pages) > 1
        assert sum(page.extract_text().count("Already shipped by somebody else") for page in reader_.pages) == 51

    def test_a_page_in_german(self, busy: Town, admin_client: Client) -> None:
        admin_client.cookies["django_language"] = "de"
        page = admin_client.get(address("hypercare"), {"day": YESTERDAY})
        assert "Sendungen" in page.text
        with translation.override("de"):
            assert "75,0 %" in text(build("hypercare", busy.main))


class TestPages:
    @pytest.mark.parametrize("name", REPORTS)
    def test_it_opens_empty_and_filled(self, name: str, town: Town, admin_client: Client) -> None:
        assert admin_client.get(address(name), {"lot": "L1"}).status_code == 200
        busy_day(town)
        keeping.take(Day(town.main, YESTERDAY))
        page = admin_client.get(address(name), {"day": YESTERDAY, "lot": "L1"})
        assert page.status_code == 200
        assert "<svg" in page.text or name in WITHOUT_DAYS

    @pytest.mark.parametrize("name", REPORTS)
    def test_only_who_has_the_right_sees_it(self, name: str, busy: Town) -> None:
        right = REPORTS[name].right.partition(".")[2]
        others = {each.right.partition(".")[2] for each in REPORTS.values()} - {right}
        assert reader(*others, see=busy.main, name="other").get(address(name)).status_code == 403
        assert reader(right, see=busy.main).get(address(name)).status_code == 200
        assert Client().get(address(name)).status_code == 302

    def test_what_is_not_seen_is_in_no_form(self, busy: Town) -> None:
        client = reader("see_hypercare", see=busy.other)
        asked = {"day": str(YESTERDAY)}
        for hidden in (busy.main.pk, 4711):  # not its own: those of all would be taken for it
            assert client.get(address("hypercare"), asked | {"warehouse": hidden}).status_code == 404
        page = client.get(address("hypercare"), asked)
        assert [warehouse.name for warehouse in page.context["asked"].seen] == ["Other"]
        assert "Main" not in page.text.replace("main", "")
        found = sheets(client.get(address("hypercare"), asked | {"form": "xlsx"}).content)
        assert found["What came through"][1] == ["Orders", 2, 2, 0, 0, 100.0]

    def test_what_cannot_be_read_is_as_if_it_was_not_asked_for(self, busy: Town, admin_client: Client) -> None:
        asked = {"day": "31.2.2026", "days": "9" * 30, "warehouse": "x", "lot": "\0", "form": "exe"}
        for name in REPORTS:
            assert admin_client.get(address(name), asked).status_code == 200
        page = admin_client.get(address("hypercare"), {"day": "9999-12-31"})
        assert page.context["asked"].scope.day == TODAY
        assert admin_client.get(address("nothing")).status_code == 404

    def test_documents_and_cases_are_linked_for_who_may_open_them(self, busy: Town, admin_client: Client) -> None:
        late = Document.objects.order_by("pk").filter(kind="delivery")[1]
        link = reverse("admin:timeline", args=[late.pk])
        asked = {"day": str(YESTERDAY)}
        assert link in admin_client.get(address("hypercare"), asked).text
        assert link not in reader("see_hypercare", see=busy.main).get(address("hypercare"), asked).text

    def test_hostile_text_is_shown_as_text(self, busy: Town, admin_client: Client) -> None:
        Warehouse.objects.filter(pk=busy.main.pk).update(name="<script>alert(1)</script>")
        page = admin_client.get(address("warehouse"), {"day": str(YESTERDAY)})
        assert "&lt;script&gt;alert(1)" in page.text
        assert "<script>alert(1)" not in page.text

    def test_a_mail_leads_to_the_page(self) -> None:
        assert {PAGE.format(name) for name in REPORTS} == {address(name) for name in REPORTS}


class TestApi:
    def get(self, name: str, *scopes: str, **asked: object) -> Any:
        _row, text_ = tokens.make("t", scopes or ("reports:read",), None)
        return Client().get(f"/api/v1/reports/{name}", asked, headers={"Authorization": f"Bearer {text_}"})

    def test_it_gives_the_same_figures(self, busy: Town) -> None:
        told = self.get("hypercare", day=YESTERDAY, warehouse=busy.main.pk).json()
        assert {each["key"]: each["value"] for each in told["figures"]}["unexplained"] == 2
        first = next(each for each in told["tables"] if each["key"] == "subjects")["rows"][0]
        assert list(first.values()) == SUBJECTS[0]
        trend = next(each for each in told["series"] if each["key"] == "orders_unexplained")
        assert trend["days"][str(YESTERDAY)] == 1.0
        told = self.get("hypercare", day=TODAY).json()
        assert [
            row["unexplained"] for table_ in told["tables"] if table_["key"] == "stock" for row in table_["rows"]
        ] == ["-2"]

    @pytest.mark.parametrize("name", REPORTS)
    def test_each_is_there_for_who_may_read_reports(self, name: str, busy: Town) -> None:
        assert self.get(name, lot="L1").status_code == 200
        assert self.get(name, "orders:read").status_code == 403

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ({"day": "9999-12-31"}, "Give a day between"),
            ({"day": "x"}, "Date has wrong format"),
            ({"warehouse": 99}, "There is no warehouse 99"),
            ({"days": 0}, "greater than or equal to 1"),
        ],
    )
    def test_what_cannot_be_is_refused(self, asked: dict[str, Any], said: str, busy: Town) -> None:
        answer = self.get("warehouse", **asked)
        assert (answer.status_code, said in answer.text) == (400, True)
        assert self.get("nothing").status_code == 404
