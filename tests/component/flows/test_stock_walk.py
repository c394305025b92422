"""The walk through a warehouse's stock: in parts, cut off anywhere, beside goods that move."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from integration.flows import known_movements
from integration.models import Availability, ReconciliationRun, SyncJob
from integration.reconcile import availability, stock
from tasks import maintenance
from tests.component.engine.yard import time_passes, until
from tests.component.flows.shelves import SITE, Shelves
from tests.component.flows.test_inventory import lose, snapshot

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
CODES = {"BOLT": 10, "GLUE": 11, "NAIL": 12, "NUT": 13, "WIRE": 14}
BEFORE = {code: (D(held), D(held), D(0)) for code, held in CODES.items()} | {"NUT": (D(13), D(11), D(-2))}


@pytest.fixture
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some products at a time, and a job for each of them; BOLT to WIRE are in two parts."""
    monkeypatch.setattr(stock, "AT_ONCE", 12)
    monkeypatch.setattr(stock, "AT_MOST", 12)
    monkeypatch.setattr(stock, "CODES_AT_ONCE", 2)
    monkeypatch.setattr(stock, "SLICE_SECONDS", 0.000001)


@pytest.fixture
def full(shelves: Shelves) -> Shelves:
    for code, held in CODES.items():
        shelves.stock(code, held)
    lose(shelves, "NUT", 2)
    snapshot(shelves)
    return shelves


def seen() -> dict[str, tuple[Decimal, ...]]:
    """On hand, reported and the difference."""
    rows = Availability.objects.filter(sku__in=CODES).values_list("sku", "on_hand", "reported", "difference")
    return {sku: tuple(figures) for sku, *figures in rows}


def counted() -> tuple[int, int]:
    """How many rows there are, and how many differ."""
    rows = Availability.objects.all()
    return rows.count(), rows.exclude(difference=0).exclude(difference=None).count()


def last() -> ReconciliationRun:
    return ReconciliationRun.objects.latest("pk")


@pytest.mark.usefixtures("_small_steps")
def test_many_jobs_come_to_what_one_comes_to(full: Shelves) -> None:
    assert (seen(), last().compared, last().different) == (BEFORE, *counted())
    assert SyncJob.objects.filter(flow="inventory_read", state="succeeded").count() > 5


@pytest.mark.usefixtures("_small_steps")
def test_one_that_dies_goes_on_where_it_was(full: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    Availability.objects.all().delete()
    kept = until_it_dies(monkeypatch, 3)
    with pytest.raises(SystemExit):
        full.read()
    died = last()
    assert (len(kept), died.ended_at) == (3, None)
    monkeypatch.setattr(availability, "keep", kept[0])
    time_passes(3600)
    full.yard.run()
    assert (last().pk, last().ended_at is not None) == (died.pk, True)
    assert (seen(), last().compared, last().different) == (BEFORE, *counted())


def until_it_dies(monkeypatch: pytest.MonkeyPatch, times: int) -> list[Any]:
    """The worker is gone in the middle of keeping what it found. Answers what was called, the function itself first."""
    kept: list[Any] = [availability.keep]

    def keep(*args: Any) -> None:
        kept[0](*args)
        kept.append(args)
        if len(kept) == times:
            raise SystemExit

    monkeypatch.setattr(availability, "keep", keep)
    return kept


@pytest.mark.usefixtures("_small_steps")
def test_two_that_walk_at_once_count_nothing_twice(full: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was given up, and goes on all the same, finds that the other one was there already."""
    compare, once = stock.slots.compare, list[int]()

    def slow(*args: Any) -> Any:
        found = compare(*args)
        if not once:
            once.append(1)
            run = last()
            stock._products(args[0], args[1], run)
        return found

    monkeypatch.setattr(stock.slots, "compare", slow)
    full.read()
    assert (seen(), last().compared, last().different) == (BEFORE, *counted())


def test_what_moves_all_the_time_is_left_as_it_was(full: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    full.yard.odoo.put(full.products["BOLT"], 30)
    full.yard.odoo.put(full.products["WIRE"], 40)
    read, looks = known_movements.read, list[int]()

    def moving(look: Any, since: Any) -> Any:
        """Shipments of bolts are received one after the other."""
        looks.append(len(looks))
        if full.products["BOLT"] in look.products:
            full.adjust({"sku": "P-BOLT", "quantity": "-1"})
            until(lambda: full.yard.wms.pending() == 0)
        return read(look, since)

    monkeypatch.setattr(known_movements, "read", moving)
    full.read()
    assert len(looks) == 4
    assert seen()["BOLT"][0] == D(10)
    assert (seen()["WIRE"][0], last().sums["left"]) == (D(40), 1)


def test_a_code_of_two_products_is_nobody_s(full: Shelves) -> None:
    """However far apart their numbers are."""
    full.yard.odoo.product("NAIL")
    stock_at_once = Availability.objects.get(sku="NAIL")
    full.read()
    strange = Availability.objects.get(product_id=0)
    stock_at_once.refresh_from_db()
    assert (strange.sku, strange.reported) == ("P-NAIL", D(12))
    assert (stock_at_once.on_hand, stock_at_once.reported) == (D(12), D(0))


def test_an_archived_product_is_seen_and_takes_no_code_away(full: Shelves) -> None:
    old = full.yard.odoo.product("NAIL")
    full.yard.odoo.put(old, 3)
    full.yard.odoo.call("product.product", "write", [old], {"active": False})
    full.read()
    rows = Availability.objects.filter(sku="NAIL").order_by("product_id").values_list("on_hand", "reported")
    assert list(rows) == [(D(12), D(12)), (D(3), D(0))]
    assert not Availability.objects.filter(product_id=0).exists()


def test_codes_that_nobody_knows_leave_with_their_goods(full: Shelves) -> None:
    lines = [{"sku": "WHAT", "quantity": "4"}]
    full.yard.wms.control("stock", site=SITE, lines=lines)
    snapshot(full)
    assert Availability.objects.get(product_id=0).reported == D(4)
    full.yard.wms.control("stock", site=SITE, lines=[{"sku": "WHAT", "quantity": "-4"}])
    snapshot(full)
    assert not Availability.objects.filter(product_id=0).exists()


def test_walks_that_are_long_over_are_forgotten_and_none_else(full: Shelves) -> None:
    full.read()
    old = last()
    ReconciliationRun.objects.filter(pk=old.pk).update(ended_at=F("ended_at") - timedelta(days=31))
    full.read()
    kept = ReconciliationRun.objects.exclude(pk=old.pk).count()
    maintenance.forget()
    assert (ReconciliationRun.objects.count(), ReconciliationRun.objects.filter(pk=old.pk).exists()) == (kept, False)


def test_what_is_gone_on_both_sides_leaves(full: Shelves) -> None:
    full.yard.odoo.put(full.products["WIRE"], 0)
    lose(full, "WIRE", 14)
    snapshot(full)
    assert "WIRE" not in seen()


@pytest.mark.usefixtures("_small_steps")
def test_a_snapshot_that_comes_meanwhile_is_compared_at_once(full: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    """All products have been compared with the one before."""
    lose(full, "BOLT", 1)
    forget, once = availability.forget_strange, list[int]()

    def arrives(*args: Any) -> None:
        if not once:
            once.append(1)
            full.yard.wms.control("snapshot", site=SITE)
        forget(*args)

    monkeypatch.setattr(availability, "forget_strange", arrives)
    full.read()
    assert seen()["BOLT"] == (D(10), D(9), D(-1))
    assert ReconciliationRun.objects.filter(ended_at=None).count() == 0
