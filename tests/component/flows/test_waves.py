"""Deliveries that wait for a wave, and go out with it: each once, in one wave, and none is forgotten."""

import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils.timezone import now

from integration.jobs import failpoints, looks, queue, streams, waves
from integration.jobs.acts import NotAllowed
from integration.models import (
    AuditEvent,
    CodeMapping,
    CutOff,
    Document,
    Lane,
    OrderRule,
    SyncJob,
    Warehouse,
    Wave,
    WaveOrder,
)
from integration.rules.business.waves import Spot
from tasks import polling
from tests.component.engine.yard import somebody_waits, time_passes, together, until
from tests.component.flows.test_order_rules import keep, rule
from tests.component.flows.wms import Held
from tests.component.flows.yard import SOMEBODY, Yard

pytestmark = pytest.mark.django_db(transaction=True)
ALL = 'order.number != ""'


def wave_rule(condition: str = ALL, **outcome: Any) -> OrderRule:
    return rule(condition, kind="wave", name="Waves", outcome=outcome or {"times": ["10:00", "14:00"]})


def beat() -> None:
    with transaction.atomic():
        polling.release_waves()


def comes_due(yard: Yard) -> None:
    """The time of all open waves."""
    Wave.objects.filter(state="open").update(due_at=now() - timedelta(seconds=1))
    beat()
    yard.run()


def told(yard: Yard) -> dict[str, Any]:
    """The wave of each release that the warehouse holds."""
    return {book["release"]: book["document"].get("wave") for book in yard.wms.books()}


def in_waves() -> list[tuple[str, str, str]]:
    rows = WaveOrder.objects.select_related("wave").order_by("id")
    return [(row.release, row.wave.number, row.wave.state) for row in rows]


def test_it_waits_without_a_case_and_goes_out_with_its_wave(yard: Yard) -> None:
    wave_rule()
    one, other = yard.sell(("CRATE-S", 3)), yard.sell(("CRATE-S", 2))
    yard.look()
    assert (yard.wms.held(), yard.cases(), yard.unfinished()) == ([], [], [])
    [wave] = Wave.objects.all()
    assert in_waves() == [(one.release, wave.number, "open"), (other.release, wave.number, "open")]
    assert now() < wave.due_at < now() + timedelta(hours=21)
    beat()
    yard.run()
    assert yard.wms.held() == []
    comes_due(yard)
    assert yard.wms.held(one.name) == [Held(one.release, 1, "received", {"P-CRATE-S": "3"})]
    assert told(yard) == {one.release: wave.number, other.release: wave.number}
    wave.refresh_from_db()
    assert (wave.state, wave.orders, yard.cases(), yard.unfinished()) == ("released", 2, [], [])


def test_what_comes_after_it_waits_for_the_next_one(yard: Yard) -> None:
    wave_rule()
    one = yard.sell(("CRATE-S", 3))
    yard.look()
    comes_due(yard)
    other = yard.sell(("CRATE-S", 2))
    yard.look()
    assert [release for release, _, state in in_waves() if state == "open"] == [other.release]
    assert list(told(yard)) == [one.release]


def test_one_that_is_cancelled_or_held_is_in_no_wave(yard: Yard) -> None:
    wave_rule()
    gone, stopped = yard.sell(("CRATE-S", 3)), yard.sell(("CRATE-S", 2))
    yard.look()
    yard.odoo.cancel(gone.id)
    rule(f'order.number == "{stopped.name}"', name="Hold it")
    yard.odoo.order_more(stopped.id, "CRATE-S", 1)
    yard.look()
    assert in_waves() == []
    comes_due(yard)
    assert (told(yard), Wave.objects.count()) == ({}, 0)
    yard.choose("CD-4025", "let_go")
    assert [release for release, *_ in in_waves()] == [stopped.release]


def test_what_is_wrong_with_it_is_told_while_it_waits(yard: Yard) -> None:
    wave_rule()
    CodeMapping.objects.filter(odoo_code="CRATE-S").delete()
    yard.sell(("CRATE-S", 1))
    yard.look()
    assert [code for code, _ in yard.cases()] == ["CD-3001"]
    assert in_waves() == []


def test_it_goes_as_soon_as_it_holds_so_many(yard: Yard) -> None:
    wave_rule(size=3, minutes=30)
    sales = [yard.sell(("CRATE-S", 1)) for _ in range(2)]
    yard.look()
    assert told(yard) == {}
    sales += [yard.sell(("CRATE-S", 1)) for _ in range(2)]
    yard.look()
    assert len(told(yard)) >= 3
    comes_due(yard)
    assert sorted(told(yard)) == sorted(sale.release for sale in sales)
    assert len(set(told(yard).values())) <= 2


def test_one_by_size_goes_after_its_minutes_with_fewer(yard: Yard) -> None:
    wave_rule(size=3, minutes=30)
    yard.sell(("CRATE-S", 1))
    yard.look()
    [wave] = Wave.objects.all()
    assert timedelta(minutes=29) < wave.due_at - wave.opened_at < timedelta(minutes=31)
    comes_due(yard)
    assert list(told(yard).values()) == [wave.number]


def test_before_the_cut_off_of_its_carrier(yard: Yard) -> None:
    leaves = now().replace(second=0, microsecond=0) + timedelta(hours=2)
    CutOff.objects.create(warehouse=yard.warehouse, carrier="", time=leaves.time(), days=list(range(7)))
    wave_rule(before_cutoff=45)
    sale = yard.sell(("CRATE-S", 1))
    yard.look()
    [wave] = Wave.objects.all()
    assert wave.due_at == leaves - timedelta(minutes=45)
    CutOff.objects.update(time=(leaves - timedelta(minutes=100)).time())  # the carrier comes in twenty minutes
    late = yard.sell(("CRATE-S", 1))
    yard.look()
    assert told(yard) == {late.release: None}
    comes_due(yard)
    assert told(yard)[sale.release] == wave.number


def test_urgent_ones_pass(yard: Yard) -> None:
    wave_rule(times=["10:00"], urgent_from=7)
    urgent, usual = yard.sell(("CRATE-S", 3)), yard.sell(("CRATE-S", 2))
    rule(f'order.number == "{urgent.name}"', kind="priority", name="Soon", outcome={"priority": 8})
    yard.look()
    assert told(yard) == {urgent.release: None}
    rule(f'order.number == "{usual.name}"', kind="priority", name="Soon too", outcome={"priority": 7})
    yard.run()
    assert (sorted(told(yard)), in_waves()) == (sorted([urgent.release, usual.release]), [])


@pytest.mark.parametrize("changed", [{"enabled": False}, {"condition": 'order.number == "none"'}])
def test_a_rule_that_is_edited_counts_for_what_waits(yard: Yard, changed: dict[str, Any]) -> None:
    made = wave_rule()
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    keep(made, **changed)
    yard.run()
    assert (told(yard), in_waves()) == ({sale.release: None}, [])


def test_other_times_are_another_wave(yard: Yard) -> None:
    made = wave_rule(times=["10:00"])
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    [(_, before, _)] = in_waves()
    keep(made, outcome={"size": 5, "minutes": 10})
    yard.run()
    [(release, after, state)] = in_waves()
    assert (release, state) == (sale.release, "open")
    assert before != after


def test_a_person_releases_it_before_its_time(yard: Yard) -> None:
    wave_rule()
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    [wave] = Wave.objects.all()
    waves.release_now(wave.pk, SOMEBODY, "the lorry is here")
    yard.run()
    assert told(yard) == {sale.release: wave.number}
    wave.refresh_from_db()
    assert (wave.state, wave.hurried_by, wave.reason) == ("released", "somebody", "the lorry is here")
    assert AuditEvent.objects.get(verb="release wave").detail["reason"] == "the lorry is here"
    with pytest.raises(NotAllowed, match=f"^{wave.number} is released already.$"):
        waves.release_now(wave.pk, SOMEBODY, "again")


def test_a_person_who_releases_it_while_it_goes_is_told_so(yard: Yard) -> None:
    """Whoever has a job in hand holds its stream before the wave."""
    wave_rule()
    yard.sell(("CRATE-S", 3))
    yard.look()
    [wave] = Wave.objects.all()
    held = threading.Event()

    def settle() -> None:
        with transaction.atomic():
            streams.touch(f"wave:{wave.pk}", Lane.ORDER)
            held.set()
            until(somebody_waits)
            waves.release(wave.pk)

    def press() -> None:
        held.wait(20)
        with pytest.raises(NotAllowed, match="is released already"):
            waves.release_now(wave.pk, SOMEBODY, "the lorry is here")

    together(settle, press)
    assert not SyncJob.objects.filter(flow="wave_release").exists()


def test_a_newer_version_of_what_went_out_keeps_its_number_and_waits_for_none(yard: Yard) -> None:
    wave_rule()
    yard.pause_sending()
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    comes_due(yard)
    yard.odoo.order_more(sale.id, "CRATE-S", 5)
    yard.look()
    [(_, number, _)] = in_waves()
    yard.pause_sending(paused=False)
    yard.later()
    assert yard.wms.held() == [Held(sale.release, 2, "received", {"P-CRATE-S": "5"})]
    assert told(yard) == {sale.release: number}


def test_who_ranks_higher_is_released_before_the_others(yard: Yard) -> None:
    wave_rule()
    usual, first, second = (yard.sell(("CRATE-S", 1)) for _ in range(3))
    rule(f'order.number == "{first.name}"', kind="allocation", name="First", outcome={"rank": 90})
    yard.look()
    rule(f'order.number == "{second.name}"', kind="allocation", name="Second", outcome={"rank": 10})
    yard.run()
    comes_due(yard)
    assert list(told(yard)) == [first.release]
    time_passes(int(waves.HEAD_START))
    yard.run()
    assert list(told(yard)) == [first.release, second.release]
    time_passes(int(waves.HEAD_START))
    yard.run()
    assert list(told(yard)) == [first.release, second.release, usual.release]
    assert len(set(told(yard).values())) == 1


@pytest.mark.parametrize("flow", ["order_release", waves.FLOW])
@pytest.mark.parametrize("point", ["before_handler", "before_settle", "in_settle", "after_settle"])
def test_a_worker_that_dies_there_loses_no_order_and_doubles_none(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, point: str, flow: str
) -> None:
    wave_rule()
    sales = [yard.sell(("CRATE-S", 1)) for _ in range(3)]
    died: list[str] = []

    def die(at: str) -> None:
        if at == point and not died and failpoints._flow == flow:
            died.append(at)
            raise SystemExit

    def at_risk(work: Callable[[], None]) -> None:
        with monkeypatch.context() as dying:
            dying.setattr(failpoints, "hit", die)
            with contextlib.suppress(SystemExit):
                work()

    at_risk(yard.look)
    yard.later()
    yard.look()
    assert len(in_waves()) == 3
    at_risk(lambda: comes_due(yard))
    yard.later()
    beat()
    yard.later()
    [wave] = Wave.objects.all()
    assert died == [point]
    assert told(yard) == {sale.release: wave.number for sale in sales}
    assert [held.version for held in yard.wms.held()] == [1, 1, 1]
    assert (wave.orders, yard.cases(), yard.unfinished()) == (3, [], [])


@pytest.mark.parametrize("size", [None, 6])
def test_who_joins_while_it_is_released_is_in_it_or_waits_for_the_next(yard: Yard, size: int | None) -> None:
    made = wave_rule(times=["10:00"]) if size is None else wave_rule(size=size, minutes=30)
    spot = Spot(made.pk, 1, "k", due_at=None if size else now() + timedelta(hours=1), size=size, minutes=30)
    for turn in range(5):
        orders = [order(yard, 10 * turn + number) for number in range(8)]
        here = threading.Barrier(9)
        together(*(partial(_join, here, yard, each, spot) for each in orders), partial(_release, here))
        for each in orders:
            [row] = WaveOrder.objects.filter(document=each).select_related("wave") or [None]
            looks = SyncJob.objects.filter(document=each, flow="order_release", state="pending").count()
            assert (row is not None and row.wave.state == "open") != bool(looks)
    sizes = [wave.orders for wave in Wave.objects.filter(state="released")]
    assert sum(sizes) + WaveOrder.objects.filter(wave__state="open").count() == WaveOrder.objects.count()


@pytest.mark.parametrize("size", [None, 6])
def test_a_wave_is_released_only_when_who_is_joining_it_has_joined(yard: Yard, size: int | None) -> None:
    made = wave_rule()
    spot = Spot(made.pk, 1, "k", due_at=None if size else now() + timedelta(hours=1), size=size, minutes=30)
    first, second = order(yard, 1), order(yard, 2)
    joined = threading.Event()
    _join(None, yard, first, spot)
    [wave] = Wave.objects.all()

    def join() -> None:
        with transaction.atomic():
            waves.join(place(yard, second), spot)
            joined.set()
            until(somebody_waits)

    def release() -> None:
        joined.wait(20)
        with transaction.atomic():
            waves.release(wave.pk)

    together(join, release)
    wave.refresh_from_db()
    assert (wave.orders, wave.state) == (2, "released")
    looks = SyncJob.objects.filter(flow="order_release", state="pending").order_by("document_id")
    assert [job.document for job in looks] == [first, second]


def place(yard: Yard, each: Document) -> waves.Place:
    return waves.Place(yard.warehouse, each, each.erp_id, each.reference, waves.Turn(), None)


def order(yard: Yard, number: int) -> Document:
    return Document.objects.create(
        connection=yard.erp, kind="order", reference=f"T{number}", erp_id=90000 + number, state="waiting"
    )


def _join(here: threading.Barrier | None, yard: Yard, each: Document, spot: Spot) -> None:
    if here is not None:
        here.wait()
    with transaction.atomic():
        waves.join(place(yard, each), spot)


def _release(here: threading.Barrier) -> None:
    here.wait()
    for _ in range(3):
        for wave in list(Wave.objects.filter(state="open")):
            with transaction.atomic():
                waves.release(wave.pk)


def test_a_look_that_is_tried_again_later_leaves_it_in_its_wave(yard: Yard) -> None:
    """Odoo is away for a moment while a rule about where it leaves from asks for stock."""
    wave_rule()
    rule(ALL, kind="route", name="Here", outcome={"warehouses": [yard.warehouse.name], "stock": True})
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    [(_, number, _)] = in_waves()
    yard.odoo.fault("read", "error503", times=3, model="product.product")
    with transaction.atomic():
        queue.enqueue(looks.release_job(Document.objects.get(reference=sale.name, kind="order")))
    yard.run()
    assert list(SyncJob.objects.filter(state="retry").values_list("flow", flat=True)) == ["order_release"]
    assert in_waves() == [(sale.release, number, "open")]


def test_a_rule_that_is_put_elsewhere_lets_go_what_waits_by_it(yard: Yard) -> None:
    made = wave_rule()
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert len(in_waves()) == 1
    other = Warehouse.objects.create(
        name="Other", erp=yard.warehouse.erp, company_id=1, erp_warehouse_id=77, wms=yard.warehouse.wms, site="OTHER"
    )
    keep(made, warehouse=other)
    yard.run()
    assert (told(yard), in_waves()) == ({sale.release: None}, [])


def test_a_carrier_with_a_long_name_has_its_wave(yard: Yard) -> None:
    carrier = yard.odoo.id_of("delivery.carrier", "Standard delivery")
    name = "Standard delivery " + "by the slow road " * 12
    sale = yard.sell(("CRATE-S", 1))
    yard.odoo.call("delivery.carrier", "write", [carrier], {"name": name.strip()})
    rule(ALL, kind="ship", name="Slow", outcome={"carrier": "SLOW"})
    leaves = now().replace(second=0, microsecond=0) + timedelta(hours=2)
    CutOff.objects.create(warehouse=yard.warehouse, carrier="", time=leaves.time(), days=list(range(7)))
    wave_rule(before_cutoff=45)
    yard.look()
    [(release, number, _)] = in_waves()
    assert (release, yard.cases()) == (sale.release, [])
    yard.sweep()
    assert in_waves() == [(release, number, "open")]
