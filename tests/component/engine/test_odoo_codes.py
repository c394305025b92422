"""A code that is mapped is looked at in Odoo, as far as Odoo was read; the nearest that it has are named."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integration.jobs import mappings, odoo_codes
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.odoo_codes import NotInOdoo, Why
from integration.models import (
    AuditEvent,
    CodeMapping,
    Connection,
    ExceptionCase,
    MasterRecord,
    MasterRun,
    PartnerItem,
    Warehouse,
)

pytestmark = pytest.mark.django_db
ADA = Actor("ada")
KIND = CodeMapping.Kind
Has = Callable[..., MasterRecord]


def system(slug: str, kind: str, **more: object) -> Connection:
    return Connection.objects.create(slug=slug, name=slug.title(), kind=kind, base_url="https://example.com", **more)


def work_with(wms: Connection, erp: Connection, company: int = 1) -> None:
    number = Warehouse.objects.count() + 1
    Warehouse.objects.create(
        name=f"W{number}", erp=erp, company_id=company, erp_warehouse_id=number, wms=wms, site=f"W{number}"
    )


def read(erp: Connection, kind: str = "item", task: str = "sweep", **more: object) -> None:
    about = {"number": 1, "state": "done", "began_at": timezone.now()} | more
    MasterRun.objects.update_or_create(connection=erp, kind=kind, task=task, defaults=about)


@pytest.fixture
def odoo() -> Connection:
    return system("odoo", "odoo")


@pytest.fixture
def wms(odoo: Connection) -> Connection:
    """Works for company 1 of an Odoo whose products were read."""
    made = system("north", "http_json")
    work_with(made, odoo)
    read(odoo)
    return made


@pytest.fixture
def has(odoo: Connection) -> Has:
    """Puts a record into our copy of Odoo."""

    def put(code: str, erp: Connection = odoo, **more: object) -> MasterRecord:
        about = {"kind": "item", "erp_id": MasterRecord.objects.count() + 1, "content_hash": "x", "snapshot": {}} | more
        return MasterRecord.objects.create(connection=erp, code=code, mapped_by=code, **about)

    return put


def why(wms: Connection, code: str, kind: str = KIND.PRODUCT) -> Why | None:
    return next((each.why for each in odoo_codes.unseen(wms, {(kind, code)}).values()), None)


def test_a_code_that_odoo_has_is_mapped(wms: Connection, has: Has) -> None:
    has("OAK-TABLE")
    mappings.add(wms, KIND.PRODUCT, "OAK-TABLE", "100-1", actor=ADA)
    assert CodeMapping.objects.count() == 1


def test_a_typo_is_refused_and_the_nearest_codes_are_named(wms: Connection, has: Has) -> None:
    for code in ("OAK-TABLE", "OAK-TABLE-2", "OAK-CHAIR", "PINE-TABLE"):
        has(code)
    with pytest.raises(NotInOdoo) as refused:
        mappings.add(wms, KIND.PRODUCT, "OAK-TABEL", "100-1", actor=ADA)
    assert refused.value.unseen.near == ("OAK-TABLE", "OAK-TABLE-2")
    assert str(refused.value).startswith(
        "Odoo has no product with the code OAK-TABEL. Nearest: OAK-TABLE, OAK-TABLE-2. Odoo was last read 20"
    )
    assert not CodeMapping.objects.exists()


def test_letters_of_another_case_are_another_code_and_the_nearest_one(wms: Connection, has: Has) -> None:
    has("Oak-Table")
    assert odoo_codes.unseen(wms, {(KIND.PRODUCT, "OAK-TABLE")})[KIND.PRODUCT, "OAK-TABLE"].near == ("Oak-Table",)


def test_what_somebody_says_that_odoo_has_is_taken_and_audited(wms: Connection) -> None:
    mappings.add(wms, KIND.PRODUCT, "BRAND-NEW", "100-1", odoo_has_it=True, actor=ADA)
    assert AuditEvent.objects.get().detail["odoo_has_it"] is True


@pytest.mark.parametrize(
    "run",
    [
        {"number": 0, "began_at": None},
        {"state": "running"},
        {"task": "poll"},
    ],
)
def test_before_odoo_was_read_whole_nothing_is_looked_at(wms: Connection, odoo: Connection, run: dict[str, object]):
    MasterRun.objects.all().delete()
    read(odoo, **run)
    mappings.add(wms, KIND.PRODUCT, "ANYTHING", "100-1", actor=ADA)


def test_while_odoo_is_read_anew_the_last_look_counts(wms: Connection, odoo: Connection) -> None:
    read(odoo, state="running", number=2)
    assert why(wms, "ANYTHING") == Why.NOWHERE


def test_a_product_that_is_archived_is_there_and_one_that_is_gone_is_not(wms: Connection, has: Has) -> None:
    has("ARCHIVED", active=False)
    has("GONE", active=False, gone_at=timezone.now())
    assert (why(wms, "ARCHIVED"), why(wms, "GONE")) == (None, Why.DELETED)


def test_a_code_that_was_given_to_another_product_is_there(wms: Connection, has: Has) -> None:
    has("SAME", active=False, gone_at=timezone.now())
    has("SAME")
    has("SAME", company_id=7)
    assert why(wms, "SAME") is None


def test_a_product_of_a_company_that_the_warehouse_does_not_work_for_is_said_so(
    wms: Connection, odoo: Connection, has: Has
) -> None:
    has("OURS", company_id=1)
    has("OURS-2", company_id=2)
    assert (why(wms, "OURS"), why(wms, "OURS-2")) == (None, Why.FOREIGN)
    assert odoo_codes.nearest(wms, KIND.PRODUCT, "OURS-3") == ("OURS",)
    work_with(wms, odoo, company=2)
    assert why(wms, "OURS-2") is None


def test_of_several_odoos_any_may_have_it_and_all_have_to_be_read(wms: Connection, has: Has) -> None:
    second = system("odoo-2", "odoo")
    work_with(wms, second)
    assert why(wms, "THERE") is None
    read(second)
    has("THERE", erp=second)
    assert (why(wms, "THERE"), why(wms, "NOWHERE")) == (None, Why.NOWHERE)
    has("ELSEWHERE", erp=system("odoo-3", "odoo"))
    assert why(wms, "ELSEWHERE") == Why.NOWHERE


@pytest.mark.parametrize(("kind", "record"), [(KIND.UNIT, "unit"), (KIND.CARRIER, "carrier")])
def test_units_and_carriers_are_looked_at_while_somebody_is_told_of_them(
    wms: Connection, odoo: Connection, has: Has, kind: str, record: str
) -> None:
    read(odoo, kind=record)
    has("There", kind=record)
    assert why(wms, "Other", kind) is None
    Connection.objects.filter(pk=wms.pk).update(master_kinds=[record])
    assert (why(wms, "There", kind), why(wms, "Other", kind)) == (None, Why.NOWHERE)


def test_the_product_of_a_unit_is_looked_at_too(wms: Connection, has: Has) -> None:
    has("GLUE")
    mappings.add(wms, KIND.UNIT, "Units", "CS", sku="GLUE", actor=ADA)
    with pytest.raises(NotInOdoo, match="GLEU"):
        mappings.add(wms, KIND.UNIT, "Units", "CS", sku="GLEU", actor=ADA)


def test_what_is_mapped_already_gets_versions_and_aliases_without_a_look(wms: Connection) -> None:
    old = CodeMapping.objects.create(partner=wms, kind=KIND.UNIT, odoo_code="Units", partner_code="CS", sku="GONE")
    CodeMapping.objects.create(partner=wms, kind=KIND.PRODUCT, odoo_code="OLD", partner_code="1")
    mappings.change(old.pk, partner_code="EA", factor=1, per=1, actor=ADA)
    mappings.add(wms, KIND.PRODUCT, "OLD", "2", actor=ADA)
    mappings.add(wms, KIND.PRODUCT, "OLD", "3", alias=True, actor=ADA)
    assert CodeMapping.objects.filter(valid_to=None).count() == 3


def test_what_an_order_waits_for_is_odoo_s_word_though_it_is_newer_than_the_look(wms: Connection) -> None:
    case = ExceptionCase.objects.create(
        fingerprint="CD-3001:north:NEW", code="CD-3001", last_seen=timezone.now(),
        context={"scope": "north", "code": "NEW"},
    )  # fmt: skip
    assert why(wms, "NEW") is None
    ExceptionCase.objects.filter(pk=case.pk).update(state="resolved")
    assert why(wms, "NEW") == Why.NOWHERE


def test_a_clash_is_said_first(wms: Connection) -> None:
    CodeMapping.objects.create(partner=wms, kind=KIND.PRODUCT, odoo_code="OLD", partner_code="1")
    with pytest.raises(NotAllowed, match="1 is mapped to OLD already"):
        mappings.add(wms, KIND.PRODUCT, "TYPO", "1", actor=ADA)


@pytest.mark.parametrize("term", ["oak", "OAK-", "table, o", "Table"])
def test_codes_and_names_that_begin_so_are_offered(wms: Connection, has: Has, term: str) -> None:
    has("OAK-1", name="Table, oak")
    has("PINE-1", name="Chair")
    has("OAK-2", name="Table, old", active=False)
    assert odoo_codes.starting(wms, KIND.PRODUCT, term, 20) == [("OAK-1", "Table, oak")]


def test_codes_come_before_names_and_never_more_than_asked_for(wms: Connection, has: Has) -> None:
    has("X-1", name="Straße 50%")
    has("straße_2", name="")
    has("STRA-1", company_id=9)
    assert odoo_codes.starting(wms, KIND.PRODUCT, "straße", 20) == [("straße_2", ""), ("X-1", "Straße 50%")]
    assert odoo_codes.starting(wms, KIND.PRODUCT, "straße", 1) == [("straße_2", "")]
    assert odoo_codes.starting(wms, KIND.PRODUCT, "%", 20) == []


def test_of_carriers_what_is_mapped_already_is_offered_though_none_are_read(wms: Connection) -> None:
    for code in ("EXP", "EXP-2"):
        CodeMapping.objects.create(partner=wms, kind=KIND.CARRIER, odoo_code=f"Express {code}", partner_code=code)
    assert odoo_codes.starting(wms, KIND.CARRIER, "express", 20) == [("Express EXP", ""), ("Express EXP-2", "")]
    assert odoo_codes.starting(wms, KIND.PRODUCT, "express", 20) == []


def test_the_warehouse_s_own_items_are_offered(wms: Connection) -> None:
    PartnerItem.objects.create(partner=wms, sku="p-100", name="Oak table")
    PartnerItem.objects.create(partner=wms, sku="p-101", name="", active=False)
    for term in ("P-1", "oak"):
        assert odoo_codes.items_starting(wms, term, 20) == [("p-100", "Oak table")]


@pytest.mark.parametrize(("column", "index"), [("mapped_by", "master_code_begins"), ("name", "master_name_begins")])
def test_a_hundred_thousand_products_are_searched_by_their_index(wms: Connection, column: str, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO integration_masterrecord (connection_id, kind, erp_id, code, mapped_by, name, barcodes, kit,"
            " active, content_hash, snapshot, version) SELECT %s, 'item', n, 'SKU-' || n, 'SKU-' || n, 'Name ' || n,"
            " '[]', false, true, 'x', '', 1 FROM generate_series(1, 100000) AS n",
            [Warehouse.objects.get().erp_id],
        )
        cursor.execute("ANALYZE integration_masterrecord")
    with CaptureQueriesContext(connection) as asked:
        assert len(odoo_codes.starting(wms, KIND.PRODUCT, "sku-7", 20)) == 20
        assert odoo_codes.nearest(wms, KIND.PRODUCT, "SKU-77777x")[0] == "SKU-77777"
    looks = [
        each["sql"]
        for each in asked
        if "masterrecord" in each["sql"] and f'UPPER("integration_masterrecord"."{column}"' in each["sql"]
    ]
    plans = [_plan(sql) for sql in looks]
    assert plans
    assert all(index in plan and "Seq Scan" not in plan and "Sort" not in plan for plan in plans), plans


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())
