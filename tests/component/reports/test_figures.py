"""What a day came to, in exact numbers; kept once, closed for good, by its warehouse's own calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from integration.models import DayFigures, Document, ExceptionCase, OutboundMessage, Warehouse
from integration.reports import keeping
from integration.reports.figures import Day
from tests.component.engine.yard import together
from tests.component.reports.conftest import EAST, TODAY, YESTERDAY, Town, at, busy_day, stock

pytestmark = pytest.mark.django_db


def figures(warehouse: Warehouse, day: Any = YESTERDAY) -> dict[str, Any]:
    keeping.take(Day(warehouse, day))
    kept: dict[str, Any] = DayFigures.objects.get(warehouse=warehouse, day=day).figures
    return kept


def some(figures: dict[str, Any], *names: str) -> list[Any]:
    return [figures.get(name) for name in names]


def parts(figures: dict[str, Any], subject: str) -> list[Any]:
    names = (subject, f"{subject}_matched", f"{subject}_explained", f"{subject}_unexplained", f"{subject}_numbers")
    return some(figures, *names)


def test_an_answer_is_in_time_by_how_long_it_took(town: Town) -> None:
    """Changes that are answered are waited for no more; a release that the warehouse was asked about, once more."""
    document = town.delivery()
    for hour, took in ((8, 60), (9, 60), (10, 3600)):
        town.told(document, sent_at=at(hour), took=took)
    OutboundMessage.objects.filter(sent_at__lt=at(10)).update(acknowledge_by=None)
    OutboundMessage.objects.filter(sent_at=at(10)).update(acknowledge_by=at(12))
    assert some(figures(town.main), "told", "told_answered", "told_in_time") == [3, 3, 2]


def test_a_busy_day(town: Town) -> None:
    busy_day(town)
    found = figures(town.main)
    lost = Document.objects.get(state="released")
    assert parts(found, "orders") == [4, 2, 1, 1, [lost.reference]]
    assert parts(found, "shipments")[:4] == [4, 2, 1, 1]
    assert parts(found, "receipts") == [2, 1, 1, 0, []]
    assert some(found, "left", "left_in_time", "left_late", "left_short", "left_over") == [2, 1, 1, 0, 0]
    assert some(found, "messages", "messages_stopped") == [7, 1]
    assert some(found, "told", "told_answered", "told_in_time", "told_seconds", "told_slowest") == [2, 1, 1, 30, 30]
    assert some(found, "cases", "by_hand", "by_hand_codes") == [2, 1, {"CD-5007": 1}]


def test_the_other_warehouse_has_its_own(town: Town) -> None:
    busy_day(town)
    found = figures(town.other)
    assert parts(found, "orders")[:4] == [2, 2, 0, 0]
    assert parts(found, "shipments")[:4] == [1, 1, 0, 0]
    assert some(found, "left", "cases", "messages") == [0, 0, 1]


@pytest.mark.parametrize(
    ("state", "told"),
    [("waiting", [1, 0, 1, 0]), ("cancelled", [1, 0, 1, 0]), ("rejected", [1, 0, 0, 1]), ("accepted", [1, 1, 0, 0])],
)
def test_an_order_that_nobody_works_on(state: str, told: list[int], town: Town) -> None:
    town.delivery(state)
    assert parts(figures(town.main), "orders")[:4] == told


def test_a_release_is_explained_until_its_answer_is_due(town: Town) -> None:
    document = town.delivery("released")
    town.told(document, "sent", sent_at=datetime.now(UTC))
    assert parts(figures(town.main), "orders")[:4] == [1, 0, 1, 0]


def test_work_is_under_way_for_a_while_and_as_long_as_a_system_is_away(town: Town) -> None:
    fresh, old, away = (town.delivery("waiting") for _ in range(3))
    town.job(fresh, "pending")
    for document in (old, away):
        job = town.job(document, "retry", waits_for=town.main.wms if document is away else None)
        type(job).objects.filter(pk=job.pk).update(created_at=at(9))
    assert parts(figures(town.main), "orders") == [3, 0, 2, 1, [old.reference]]


def test_a_case_that_was_ignored_explains_and_one_that_is_resolved_does_not(town: Town) -> None:
    for state in ("ignored", "resolved"):
        town.case("CD-4006", town.delivery("rejected"), state=state)
    assert parts(figures(town.main), "orders")[:4] == [2, 0, 1, 1]


def test_a_message_that_was_worked_on_again_counts_by_what_came_of_it(town: Town) -> None:
    document = town.delivery("shipped")
    job = town.message("shipment.confirmed", document, "cancelled")
    town.job(document, "succeeded", inbound=job.inbound if job else None)
    assert parts(figures(town.main), "shipments")[:4] == [1, 1, 0, 0]


def test_a_day_is_the_warehouse_s_own(town: Town) -> None:
    town.delivery("accepted", when=at(23, 59, day=YESTERDAY - timedelta(days=1)))
    town.delivery("accepted", when=at(0))
    town.delivery("accepted", when=at(0, day=TODAY))
    Warehouse.objects.filter(pk=town.main.pk).update(time_zone=EAST)
    assert figures(town.main)["orders"] == 1
    assert figures(Warehouse.objects.get(pk=town.main.pk))["orders"] == 2


def test_goods_that_leave_in_two_parts_count_once_when_the_last_are_booked(town: Town) -> None:
    document = town.delivery("shipped", carrier="DHL")
    town.left(document, when=at(10, day=YESTERDAY - timedelta(days=1)))
    town.left(document, when=at(10))
    before = figures(town.main, YESTERDAY - timedelta(days=1))
    assert (before["left"], figures(town.main)["left"]) == (0, 1)


def test_without_a_cut_off_nothing_is_judged(town: Town) -> None:
    document = town.delivery("shipped", carrier="DHL")
    town.told(document, sent_at=at(9))
    town.left(document, when=at(10))
    assert some(figures(town.main), "left", "left_in_time", "left_late") == [1, 0, 0]


def test_what_only_today_can_tell_is_kept_when_the_day_is_over(town: Town) -> None:
    stock(town)
    busy_day(town)
    found = figures(town.main, TODAY)
    assert parts(found, "inventory") == [10, 8, 1, 1, []]
    assert some(found, "open_cases", "overdue", "not_added_up", "transit") == [2, 0, 0, 0]
    ExceptionCase.objects.all().delete()
    with time_machine.travel(at(1, day=TODAY + timedelta(days=1)), tick=True):
        assert figures(town.main, TODAY)["open_cases"] == 2
    assert "open_cases" not in figures(town.main, YESTERDAY)


def test_what_should_have_left_is_counted_in_the_evening(town: Town) -> None:
    busy_day(town)
    Document.objects.filter(state="released").update(carrier="DHL")
    assert figures(town.main, TODAY)["overdue"] == 1


def test_where_nothing_was_compared_there_is_no_figure_of_stock(town: Town) -> None:
    assert "inventory" not in figures(town.main, TODAY)


def test_every_open_day_of_two_weeks_is_taken_and_a_closed_one_stays(town: Town) -> None:
    assert keeping.run() == 28
    assert DayFigures.objects.filter(closed=True).count() == 24
    town.delivery("accepted", when=at(9, day=YESTERDAY - timedelta(days=3)))
    assert keeping.run() == 2
    keeping.take(Day(town.main, YESTERDAY - timedelta(days=3)))
    assert sum(row.figures["orders"] for row in DayFigures.objects.all()) == 0


def test_what_one_run_leaves_is_taken_by_the_next(town: Town) -> None:
    assert keeping.run(seconds=0) == 0
    assert keeping.run() == 28


@pytest.mark.django_db(transaction=True)
def test_two_at_once_keep_one_row(town: Town) -> None:
    busy_day(town)
    day = Day(town.main, YESTERDAY)
    together(*[lambda: keeping.take(day)] * 4)
    assert [row.figures["orders"] for row in DayFigures.objects.all()] == [4]
