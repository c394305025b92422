"""The search knows a warehouse's SKU and what only a case names, by indexes alone, for those who may see it."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integration.models import CodeMapping, Connection, Document, DocumentLine, ExceptionCase, Reach, Warehouse
from tests.component.console.conftest import user_with

FIND = reverse("admin:find")


def search(client, term):
    return client.get(FIND, {"q": term})


def leads_to(document):
    return reverse("admin:timeline", args=[document.pk])


@pytest.fixture
def quiet(rows):
    """One order; its line is DRILL here and P-DRILL there, and the case is about something else."""
    DocumentLine.objects.update(sku="DRILL", partner_sku="P-DRILL")
    ExceptionCase.objects.update(context={})
    CodeMapping.objects.all().delete()
    return rows


def mapped(rows, code, partner=None, **more):
    CodeMapping.objects.create(
        kind="product", partner=partner or rows.wms, odoo_code="DRILL", partner_code=code, **more
    )


@pytest.mark.parametrize("term", ["P-DRILL", "p-drill"])
def test_a_warehouse_s_sku_leads_to_the_order_that_was_released_with_it(term, quiet, admin_client):
    assert search(admin_client, term).url == leads_to(quiet.order)


def test_an_alias_leads_to_the_lines_of_its_product_at_its_warehouse(quiet, admin_client):
    mapped(quiet, "P-DRILL-OLD", alias=True)
    south = Connection.objects.create(slug="south", name="South", kind="http_json", base_url="https://example.com")
    mapped(quiet, "S-DRILL", partner=south)
    assert search(admin_client, "P-DRILL-OLD").url == leads_to(quiet.order)
    assert search(admin_client, "S-DRILL").context["found"] == []


@pytest.mark.parametrize(
    "context", [{"lot": "LOT-9"}, {"lot": "LOT-8, LOT-9", "lots": ["LOT-8", "LOT-9"]}, {"code": "LOT-9"}]
)
def test_what_only_a_case_names_leads_to_its_order(context, quiet, admin_client):
    ExceptionCase.objects.update(context=context)
    assert search(admin_client, "lot-9").url == leads_to(quiet.order)


def test_an_order_that_waits_for_the_case_is_found_too(quiet, admin_client):
    ExceptionCase.objects.update(context={"code": "P-NEW"}, document=None)
    assert search(admin_client, "P-NEW").url == leads_to(quiet.order)


def test_a_case_of_no_order_is_listed_itself(quiet, admin_client):
    ExceptionCase.objects.update(context={"lot": "LOT-9"}, document=None)
    quiet.waiting.delete()
    page = search(admin_client, "LOT-9")
    assert list(page.context["cases"]) == [quiet.case]
    assert reverse("admin:integration_exceptioncase_change", args=[quiet.case.pk]) in page.text


def test_a_part_of_a_name_and_another_word_of_a_case_find_nothing(quiet, admin_client):
    ExceptionCase.objects.update(context={"lot": "LOT-9", "partner": "North"})
    for term in ("LOT-", "North"):
        assert search(admin_client, term).context["found"] == []


@pytest.mark.parametrize("term", ["DRILL-9", "drill-9", "LOT-9"])
def test_the_list_of_cases_is_searched_for_goods_as_well(term, quiet, admin_client):
    ExceptionCase.objects.update(context={"sku": "DRILL-9", "lots": ["LOT-9"]}, document=None)
    page = admin_client.get(reverse("admin:integration_exceptioncase_changelist"), {"q": term})
    assert list(page.context["cl"].result_list) == [quiet.case]


def test_of_other_warehouses_nothing_is_found(quiet):
    ExceptionCase.objects.update(context={"lot": "LOT-9"})
    mapped(quiet, "P-OLD")
    erp = Connection.objects.create(slug="odoo-2", name="Odoo 2", kind="odoo", base_url="https://example.com")
    other = Warehouse.objects.create(
        name="Other", erp=erp, company_id=1, erp_warehouse_id=2, wms=quiet.wms, site="O", owner_code="O"
    )
    user, client = user_with("operator")
    Reach.objects.create(user=user, warehouse=other)
    for term in ("LOT-9", "P-DRILL", "P-OLD"):
        page = search(client, term)
        assert (page.context["found"], list(page.context["cases"])) == ([], [])
    Reach.objects.create(user=user, warehouse=quiet.warehouse)
    client.logout()
    client.force_login(user)
    for term in ("LOT-9", "P-DRILL", "P-OLD"):
        assert search(client, term).url == leads_to(quiet.order)


def test_who_may_not_see_cases_is_shown_none(quiet):
    ExceptionCase.objects.update(context={"lot": "LOT-9"}, document=None)
    quiet.waiting.delete()
    user, client = user_with()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_document", "view_all_warehouses"]))
    assert search(client, "LOT-9").context["cases"] == []


MANY = (
    f"INSERT INTO {ExceptionCase._meta.db_table} (fingerprint, code, title, cause, fix, owner, severity, state,"
    " context, currency, count, last_seen, resolution) SELECT 'x' || n, 'CD-5005', '', '', '', '', 'low', 'resolved',"
    " jsonb_build_object('lot', 'LOT-' || n, 'sku', 'S' || n), '', 1, now(), '' FROM generate_series(1, 20000) AS n",
    f"INSERT INTO {DocumentLine._meta.db_table} (document_id, line, product_id, sku, unit, tracking, partner_sku,"
    " partner_unit, factor, per, ordered, released, shipped, over, cancelled) SELECT document.id, 'x' || n, n,"
    " 'S' || n, '', 'none', 'P' || n, '', 1, 1, 1, 1, 1, 0, 0 FROM generate_series(1, 20000) AS n,"
    f" {Document._meta.db_table} AS document WHERE document.kind = 'delivery'",
)


@pytest.mark.parametrize("term", ["LOT-77", "P77", "S77"])
def test_many_lines_and_cases_are_not_read_to_find_one(term, quiet, admin_client):
    mapped(quiet, "P77", alias=True)
    with connection.cursor() as cursor:
        for statement in MANY:
            cursor.execute(statement)
        cursor.execute(f"ANALYZE {ExceptionCase._meta.db_table}, {DocumentLine._meta.db_table}")
    with CaptureQueriesContext(connection) as asked:
        search(admin_client, term)
    tables = (ExceptionCase._meta.db_table, DocumentLine._meta.db_table)
    looks = [
        each["sql"]
        for each in asked
        if each["sql"].startswith("SELECT") and any(f'FROM "{table}"' in each["sql"] for table in tables)
    ]
    plans = {sql: explained(sql) for sql in looks}
    assert len(plans) >= 3
    assert [sql for sql, plan in plans.items() for table in tables if f"Seq Scan on {table}" in plan] == []


def explained(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())
