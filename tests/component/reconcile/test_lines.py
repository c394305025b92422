"""Lines that add up say nothing; one that does not is written down, told once, and forgotten when it is mended."""

from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils.timezone import now

from integration.jobs import audit
from integration.models import (
    AuditEvent,
    Connection,
    Document,
    DocumentLine,
    ExceptionCase,
    ReconciliationRun,
    StockEvent,
    Variance,
    Warehouse,
)
from integration.reconcile import lines
from tests.component.engine.yard import together

pytestmark = pytest.mark.django_db
KEPT = ("subject", "line", "sku", "says", "found")


@pytest.fixture
def warehouse() -> Warehouse:
    erp = Connection.objects.create(slug="odoo", name="Odoo", kind="odoo")
    wms = Connection.objects.create(slug="north", name="North", kind="http_json")
    return Warehouse.objects.create(name="Main", erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site="N")


def document(warehouse: Warehouse, kind: str, state: str, *moved: int, **figures: int) -> Document:
    """One line, and the movements that made it."""
    number = Document.objects.count() + 1
    about = {"connection": warehouse.erp, "erp_id": number, "warehouse": warehouse}
    made = Document.objects.create(kind=kind, state=state, reference=f"WH/{kind}/{number}", **about)
    unit: dict[str, Any] = {"unit": "Units", "partner_unit": "EA", "product_id": 5, "sku": "CRATE-S"}
    made.lines.create(line="1", partner_sku="P-CRATE-S", **unit, **figures)
    for count, quantity in enumerate(moved):
        told = {"delivery": "shipped", "receipt": "received", "return": "returned"}[kind]
        place = {"warehouse": warehouse, "document": made, "kind": told, "product_id": 5, "sku": "CRATE-S"}
        StockEvent.objects.create(
            **place, quantity=quantity, source=f"{kind}/{number}", line=str(count), happened_at=now()
        )
    return made


def found() -> list[tuple[Any, ...]]:
    return list(Variance.objects.filter(gone_at=None).order_by("subject", "line").values_list(*KEPT))


def said() -> list[tuple[str, str, int]]:
    return list(ExceptionCase.objects.order_by("id").values_list("code", "state", "count"))


@pytest.mark.parametrize(
    ("kind", "moved", "figures"),
    [
        ("delivery", (), {"ordered": 5, "released": 5}),
        ("delivery", (-3, -2), {"ordered": 5, "released": 5, "shipped": 5}),
        ("delivery", (-7,), {"ordered": 5, "released": 5, "shipped": 7, "over": 2}),
        ("delivery", (-3, -1), {"ordered": 5, "released": 5, "shipped": 3, "substituted": 1, "cancelled": 1}),
        ("delivery", (-3,), {"ordered": 5, "released": 5, "shipped": 3, "cancelled": 5, "over": 3}),
        ("receipt", (4, 2), {"ordered": 5, "received": 6, "damaged": 2, "over": 1}),
        ("return", (2,), {"ordered": 1, "received": 2, "inspected": 2, "damaged": 1}),
    ],
)
def test_what_adds_up_is_not_spoken_of(warehouse: Warehouse, kind: str, moved: Any, figures: Any) -> None:
    document(warehouse, kind, "part_shipped", *moved, **figures)
    assert (lines.look(), found(), said()) == (1, [], [])


@pytest.mark.parametrize(
    ("kind", "moved", "figures", "wrong"),
    [
        ("delivery", (-7,), {"ordered": 5, "shipped": 7}, ("over", "1", "CRATE-S", 0, 2)),
        ("delivery", (-5,), {"ordered": 5, "shipped": 5, "over": 1}, ("over", "1", "CRATE-S", 1, 0)),
        ("delivery", (-5,), {"ordered": 5, "shipped": 5, "cancelled": 2}, ("over", "1", "CRATE-S", 0, 2)),
        ("receipt", (6,), {"ordered": 5, "received": 6}, ("over", "1", "CRATE-S", 0, 1)),
        ("receipt", (5,), {"ordered": 5, "received": 5, "damaged": 6}, ("part", "1", "CRATE-S", 6, 5)),
        ("delivery", (), {"ordered": 5, "returned": -1}, ("part", "1", "CRATE-S", -1, 0)),
        ("delivery", (-3,), {"ordered": 5, "shipped": 4}, ("moved", "", "", 4, 3)),
        ("delivery", (-3, -1), {"ordered": 5, "shipped": 3}, ("moved", "", "", 3, 4)),
        ("receipt", (), {"ordered": 5, "received": 4}, ("moved", "", "", 4, 0)),
        ("return", (2,), {"ordered": 2, "received": 1}, ("moved", "", "", 1, 2)),
    ],
)
def test_what_does_not_is_written_down(warehouse: Warehouse, kind: str, moved: Any, figures: Any, wrong: Any) -> None:
    made = document(warehouse, kind, "part_shipped", *moved, **figures)
    lines.look()
    assert (found(), said()) == ([wrong], [("CD-8201", "open", 1)])
    case = ExceptionCase.objects.get()
    assert (case.document, case.context["count"]) == (made, 1)
    assert (
        f"{wrong[3]} is written down for {wrong[2] or made.reference}, and {wrong[4]} is what it comes to" in case.cause
    )


def test_it_is_told_once_and_forgotten_when_it_is_mended(warehouse: Warehouse) -> None:
    document(warehouse, "delivery", "shipped", -5, ordered=5, shipped=5)
    DocumentLine.objects.update(shipped=6, over=1)
    for _ in range(2):
        lines.look()
    assert (found(), said()) == ([("moved", "", "", 6, 5)], [("CD-8201", "open", 1)])
    DocumentLine.objects.update(shipped=7, over=1)
    lines.look()
    assert found() == [("moved", "", "", 7, 5), ("over", "1", "CRATE-S", 1, 2)]
    assert said() == [("CD-8201", "open", 2)]
    StockEvent.objects.all().delete()
    DocumentLine.objects.update(shipped=0, over=0)
    lines.look()
    assert (found(), said()) == ([], [("CD-8201", "resolved", 2)])
    assert Variance.objects.exclude(gone_at=None).count() == 2


def test_what_is_over_is_looked_at_when_it_has_just_moved_or_did_not_add_up(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "RECENT", 1)
    document(warehouse, "delivery", "cancelled", ordered=5, cancelled=5)
    old = document(warehouse, "delivery", "shipped", -5, ordered=5, shipped=5)
    document(warehouse, "delivery", "shipped", -5, ordered=5, shipped=5)
    assert lines.look() == 1
    old.lines.update(shipped=6)
    assert (lines.look(), found()) == (1, [])
    lines.sign()
    assert (lines.look(), len(found())) == (2, 2)


def test_many_documents_are_looked_at_in_parts(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "AT_ONCE", 2)
    for _ in range(5):
        document(warehouse, "delivery", "released", ordered=5, over=1)
    assert (lines.look(), len(found()), len(said())) == (5, 5, 5)


def test_the_sums_of_a_day_are_signed_once(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "AT_ONCE", 2)
    for _ in range(5):
        document(warehouse, "delivery", "shipped", -3, ordered=5, shipped=3, cancelled=2)
    DocumentLine.objects.filter(document=Document.objects.latest("pk")).update(over=Decimal("0.5"))
    for _ in range(2):
        run = lines.sign()
    assert (run.compared, run.different, run.ended_at is not None) == (5, 1, True)
    event = AuditEvent.objects.get()
    sums = {"ordered": 25, "shipped": 15, "substituted": 0, "cancelled": 10, "over": Decimal("0.5"), "received": 0}
    assert {name: Decimal(event.detail[name]) for name in sums} == sums
    assert (event.verb, event.detail["lines"], event.detail["different"]) == ("signed", 5, 1)
    audit.seal()
    assert list(audit.faults()) == []


def test_a_walk_that_was_cut_off_goes_on_where_it_was(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "AT_ONCE", 1)
    for _ in range(3):
        document(warehouse, "delivery", "shipped", -3, ordered=3, shipped=3)
    assert lines.sign(seconds=0).compared == 0
    lines._step(ReconciliationRun.objects.get().pk)
    keep = lines._keep

    def dies(ids: Any) -> int:
        keep(ids)
        raise KeyboardInterrupt

    monkeypatch.setattr(lines, "_keep", dies)
    with pytest.raises(KeyboardInterrupt):
        lines.sign()
    monkeypatch.setattr(lines, "_keep", keep)
    run = lines.sign()
    assert (run.compared, Decimal(run.sums["shipped"])) == (3, 9)


@pytest.mark.django_db(transaction=True)
def test_two_looks_at_once_write_it_down_once(warehouse: Warehouse) -> None:
    for _ in range(20):
        document(warehouse, "delivery", "released", ordered=5, over=1)
    together(lines.look, lines.sign, lines.look)
    assert (len(found()), Variance.objects.count()) == (20, 20)
    assert said() == [("CD-8201", "open", 1)] * 20


def test_the_page_lists_what_differs_and_leads_to_the_document(warehouse: Warehouse, admin_client: Any) -> None:
    address = reverse("admin:integration_variance_changelist")
    assert "Everything adds up" in admin_client.get(address).text
    made = document(warehouse, "delivery", "shipped", -5, ordered=5, shipped=6)
    lines.look()
    page = admin_client.get(f"{address}?agrees=no").text
    assert (made.reference in page, "differs" in page) == (True, True)
    made.lines.update(shipped=F("shipped") - 1)
    DocumentLine.objects.update(over=0)
    lines.look()
    assert made.reference not in admin_client.get(f"{address}?agrees=no").text
    assert made.reference in admin_client.get(f"{address}?agrees=yes").text
