"""What a look at stock reads again and what not: products with no change on either side stay as they are, for a day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from integration.flows import known_movements
from integration.jobs import inventories
from integration.models import Availability, CodeMapping, ReconciliationRun, StockLook, StockSnapshot
from integration.reconcile import slots
from tests.component.engine.yard import until
from tests.component.flows.shelves import Shelves, now
from tests.component.flows.test_inventory import lose, snapshot

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
CODES = {"BOLT": 10, "NAIL": 12, "NUT": 13}
Read = Callable[[], set[str]]


@pytest.fixture
def calm(shelves: Shelves, monkeypatch: pytest.MonkeyPatch) -> Shelves:
    """All has been looked at, and nothing was written in Odoo since; NUT differs."""
    monkeypatch.setitem(settings.CAPTURE, "overlap_seconds", 0)
    for code, held in CODES.items():
        shelves.stock(code, held)
    lose(shelves, "NUT", 2)
    snapshot(shelves)
    next_second()
    shelves.read()
    return shelves


@pytest.fixture
def read(calm: Shelves, monkeypatch: pytest.MonkeyPatch) -> Read:
    """A look at Odoo's stock; answers the codes of what was read of it."""
    compare, met = slots.compare, set[str]()

    def noting(*args: Any) -> Any:
        met.update(product.sku for product in args[2])
        return compare(*args)

    def look() -> set[str]:
        met.clear()
        calm.read()
        return met & CODES.keys()

    monkeypatch.setattr(slots, "compare", noting)
    return look


def next_second() -> None:
    """Odoo's moments are whole seconds."""
    began = int(now().timestamp())
    until(lambda: int(now().timestamp()) > began)


def figures(sku: str) -> tuple[Decimal, Decimal, Decimal | None]:
    row = Availability.objects.get(sku=sku)
    return row.on_hand, row.in_flight, row.difference


def moments(sku: str) -> tuple[datetime, datetime]:
    """When the row was written, and when its product was looked at."""
    row = Availability.objects.looked_at().get(sku=sku)
    return row.read_at, row.seen_at


def test_only_what_differs_is_read_again(read: Read) -> None:
    assert read() == {"NUT"}
    assert (figures("BOLT"), figures("NUT")) == ((10, 0, 0), (13, 0, -2))


def test_what_was_written_in_odoo_is_read_again(calm: Shelves, read: Read) -> None:
    calm.yard.odoo.put(calm.products["BOLT"], 30)
    assert read() == {"BOLT", "NUT"}
    assert figures("BOLT") == (30, 0, -20)


def test_a_code_that_another_product_takes_is_read_again(calm: Shelves, read: Read) -> None:
    calm.yard.odoo.product("NAIL")
    assert read() == {"NAIL", "NUT"}
    assert Availability.objects.get(product_id=calm.products["NAIL"]).reported == 0


def test_what_the_warehouse_says_and_nobody_has_posted_is_read_again(calm: Shelves, read: Read) -> None:
    calm.adjust({"sku": "P-BOLT", "quantity": "-1"})
    until(lambda: calm.yard.wms.pending() == 0)
    assert read() == {"BOLT", "NUT"}
    assert figures("BOLT")[:2] == (10, -1)


def test_a_new_snapshot_is_compared_whole(calm: Shelves) -> None:
    lose(calm, "NAIL", 1)
    snapshot(calm)
    taken = StockSnapshot.objects.latest("taken_at").taken_at
    looks = StockLook.objects.filter(product_id__in=calm.products.values())
    assert figures("NAIL") == (12, 0, -1)
    assert {look.reported_at for look in looks} == {taken}


def test_who_asks_gets_all_of_it_compared(calm: Shelves, read: Read) -> None:
    with transaction.atomic():
        inventories.ask(calm.yard.warehouse)
    assert read() == {*CODES}


def test_a_code_that_stands_for_something_else_has_all_read(calm: Shelves, read: Read) -> None:
    CodeMapping.objects.filter(partner_code="P-NAIL").update(valid_to=now())
    assert read() == {*CODES}


def test_a_place_that_stands_for_something_else_has_all_read(calm: Shelves, read: Read) -> None:
    calm.place("damaged")
    assert read() == {*CODES}


def test_what_was_removed_in_odoo_is_found_within_a_day(calm: Shelves, read: Read) -> None:
    """Odoo has no trace of a quantity that a person or its own clean-up removed."""
    [quant] = calm.yard.odoo.rows(
        "stock.quant", [["product_id", "=", calm.products["BOLT"]], ["quantity", ">", 0]], "id"
    )
    calm.yard.odoo.call("stock.quant", "unlink", [quant["id"]])
    assert (read(), figures("BOLT")[0]) == ({"NUT"}, 10)
    a_day_passes()
    assert (read(), figures("BOLT")) == ({*CODES}, (0, 0, 10))


def a_day_passes() -> None:
    run = ReconciliationRun.objects.latest("pk")
    run.sums["whole"] = (datetime.fromisoformat(run.sums["whole"]) - timedelta(days=1)).isoformat()
    run.save()


def test_what_moved_all_the_time_is_read_again(calm: Shelves, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    known, bolt = known_movements.read, calm.products["BOLT"]
    calm.yard.odoo.put(bolt, 30)

    def moving(look: Any, since: Any) -> Any:
        if bolt in look.products:
            calm.adjust({"sku": "P-BOLT", "quantity": "-1"})
            until(lambda: calm.yard.wms.pending() == 0)
        return known(look, since)

    monkeypatch.setattr(known_movements, "read", moving)
    read()
    assert (StockLook.objects.get(product_id=bolt).quiet, figures("BOLT")[0]) == (False, 10)


def test_a_row_that_stays_the_same_is_not_written_and_is_looked_at(calm: Shelves) -> None:
    written, looked = moments("BOLT")
    snapshot(calm)
    assert moments("BOLT")[0] == written
    assert moments("BOLT")[1] > looked
