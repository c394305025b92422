"""What Odoo has confirmed and no poll has met is read once the day's walk meets it, and told if that does not help."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils.timezone import now

from integration.models import CaptureCursor, Document, ReconciliationRun, Variance
from tests.component.flows.yard import Yard
from tests.component.reconcile.test_orders import ALL, ALWAYS, NEVER, compare

pytestmark = pytest.mark.django_db(transaction=True)
TOO_LONG = "S" * 70  # for a name of a document


@pytest.fixture(autouse=True)
def _no_walk(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written a moment ago counts as if a poll could not meet it any more."""
    yard.set(reconcile_at=NEVER)
    monkeypatch.setitem(settings.CAPTURE, "overlap_seconds", -5)
    yard.look()
    CaptureCursor.objects.update(read_to=now() + timedelta(days=1))


def walk(yard: Yard) -> list[tuple[int, int, list[int]]]:
    """The day's walk, once more; what it came to."""
    ReconciliationRun.objects.all().delete()
    yard.set(reconcile_at=ALWAYS)
    compare(yard)
    yard.set(reconcile_at=NEVER)
    runs = ReconciliationRun.objects.filter(subject="confirmed")
    return [(run.compared, run.different, run.sums.get("asked", [])) for run in runs]


def polls_meet() -> None:
    CaptureCursor.objects.update(read_to=now() - timedelta(minutes=5))


def a_while_later(yard: Yard) -> int:
    ReconciliationRun.objects.update(ended_at=now() - timedelta(minutes=6))
    Variance.objects.update(last_seen=now() - timedelta(minutes=6))
    return compare(yard)


def found() -> list[tuple[str, str, int, int]]:
    rows = Variance.objects.filter(gone_at=None)
    return [(row.subject, row.place_name, int(row.says), int(row.found)) for row in rows]


@ALL
def test_an_order_that_no_poll_has_met_is_read_and_released(yard: Yard) -> None:
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert (yard.wms.books(), Document.objects.filter(erp_id=sale.id, kind="order").exists()) == ([], False)
    [(compared, different, asked)] = walk(yard)
    assert (compared >= 1, different, len(asked)) == (True, 0, 1)
    assert [each["release"] for each in yard.wms.books()] == [sale.release]
    assert (a_while_later(yard), found(), yard.cases()) == (1, [], [])
    assert ReconciliationRun.objects.get(subject="confirmed").sums == {"asked": []}


def test_a_backorder_that_no_poll_has_met_is_read_with_its_order(yard: Yard) -> None:
    polls_meet()
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale, "partial")
    yard.look()
    CaptureCursor.objects.update(read_to=now() + timedelta(days=1))
    assert walk(yard)[0][2] == []
    yard.odoo.validate_by_hand(sale.id)
    [made] = yard.odoo.rows("sale.order.line", [["order_id", "=", sale.id]], "product_uom_qty")
    yard.odoo.call("sale.order.line", "write", [made["id"]], {"product_uom_qty": 14})
    [(_, _, asked)] = walk(yard)
    assert len(asked) == 1
    assert [each["order"] for each in yard.wms.books()] == [sale.name, sale.name]


def test_what_was_written_a_moment_ago_is_left_to_the_polls(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.CAPTURE, "overlap_seconds", 300)
    yard.sell(("CRATE-S", 3))
    assert walk(yard)[0][2] == []


@ALL
def test_an_order_that_is_still_not_known_has_a_case_until_it_is(yard: Yard) -> None:
    sale = yard.sell(("CRATE-S", 3), name=TOO_LONG)
    [(_, _, asked)] = walk(yard)
    assert (len(asked), found()) == (1, [])
    compare(yard)
    assert found() == [], "it is not looked at so soon"
    assert a_while_later(yard) == 1
    assert found() == [("unknown", f"{TOO_LONG}, {sale.release}", 0, 1)]
    told = {code: cause for code, cause in yard.cases() if code == "CD-8209"}
    words = f"{TOO_LONG} is confirmed in Odoo, and {sale.release} of it comes or goes at Main warehouse"
    assert words in told["CD-8209"]
    a_while_later(yard)
    assert len(found()) == 1
    polls_meet()
    yard.odoo.call("sale.order", "write", [sale.id], {"name": "S-SHORT"})
    yard.look()
    a_while_later(yard)
    assert (found(), [code for code, _ in yard.cases() if code == "CD-8209"]) == ([], [])


def test_an_unknown_order_that_is_cancelled_is_no_difference_any_more(yard: Yard) -> None:
    sale = yard.sell(("CRATE-S", 3), name=TOO_LONG)
    walk(yard)
    a_while_later(yard)
    assert len(found()) == 1
    yard.odoo.call("sale.order", "action_cancel", [sale.id], context={"disable_cancel_warning": True})
    walk(yard)
    assert (found(), [code for code, _ in yard.cases() if code == "CD-8209"]) == ([], [])
