"""No write in Odoo is missed, on any version: not one that commits late, not one of hundreds in the same second."""

from typing import Any

import pytest

from integration.jobs import capture
from integration.models import CaptureCursor, CapturedRecord, Connection, SeenWrite
from tests.component.capture.conftest import write_in_the_past
from tests.contract.gateway.world import World

MANY = 520  # more than a page
ORDER = "sale.order"


def marked() -> set[int]:
    return set(CapturedRecord.objects.filter(dirty_at__isnull=False).values_list("record_id", flat=True))


def poll(world: World, odoo: Connection, model: str = ORDER) -> set[int]:
    """The orders that one poll marks."""
    CapturedRecord.objects.all().delete()
    capture.poll(odoo, world.gateway, model)
    return marked()


def drafts(world: World, count: int) -> list[int]:
    wanted = [{"partner_id": world.customer_id, "company_id": world.company_id} for _ in range(count)]
    return list(world.call("sale.order", "create", vals_list=wanted))


def test_a_write_that_commits_late_is_met(world: World, odoo: Connection) -> None:
    first, second = drafts(world, 2)
    assert {first, second} <= poll(world, odoo)
    write_in_the_past(world, ORDER, first, 120, client_order_ref="late")
    write_in_the_past(world, ORDER, second, 120, client_order_ref="later")
    assert {first, second} <= poll(world, odoo)


def test_hundreds_of_writes_in_one_second_are_all_met(world: World, odoo: Connection) -> None:
    poll(world, odoo)
    made = drafts(world, MANY)
    assert len({row["write_date"] for row in world.call.rows(ORDER, [("id", "in", made)], ["write_date"])}) == 1
    assert set(made) <= poll(world, odoo)


def test_a_write_in_the_second_at_which_the_last_poll_ended_is_met(
    world: World, odoo: Connection, settings: Any
) -> None:
    """16 to 18 compare microseconds, 19 whole seconds: without any overlap, both must show the whole second."""
    settings.CAPTURE = {**settings.CAPTURE, "overlap_seconds": 0}
    [made] = drafts(world, 1)
    [change] = list(world.gateway.changes(ORDER, world.gateway.now(), after_id=made - 1, limit=1))
    cursor = change.written_at.replace(microsecond=999_999)
    CaptureCursor.objects.create(connection=odoo, model=ORDER, read_to=cursor)
    assert made in poll(world, odoo)


def test_what_was_met_and_has_settled_is_not_met_again(world: World, odoo: Connection) -> None:
    [made] = drafts(world, 1)
    write_in_the_past(world, ORDER, made, 60, client_order_ref="old")
    assert made in poll(world, odoo)
    assert made not in poll(world, odoo)
    write_in_the_past(world, ORDER, made, 50, client_order_ref="new")
    assert made in poll(world, odoo)


def test_a_write_too_young_to_be_sure_of_is_met_again(world: World, odoo: Connection) -> None:
    """Another one may commit with the same write date."""
    [made] = drafts(world, 1)
    assert made in poll(world, odoo)
    assert made in poll(world, odoo)
    assert not SeenWrite.objects.filter(record_id=made).exists()


@pytest.mark.parametrize("model", ["sale.order", "stock.picking", "stock.move"])
def test_a_change_of_a_picking_or_move_marks_its_order(world: World, odoo: Connection, model: str) -> None:
    order = world.order({world.product(stock=10): 2})
    picking = world.delivery_of(order)
    record = {"sale.order": order, "stock.picking": picking.id, "stock.move": picking.moves[0].id}[model]
    poll(world, odoo, model)
    SeenWrite.objects.all().delete()
    write_in_the_past(world, model, record, 30)
    assert order in poll(world, odoo, model)


def test_writes_that_are_out_of_reach_are_forgotten(world: World, odoo: Connection) -> None:
    [made] = drafts(world, 1)
    write_in_the_past(world, ORDER, made, 280)
    poll(world, odoo)
    assert SeenWrite.objects.filter(record_id=made).exists()
    cursor = CaptureCursor.objects.get()
    CaptureCursor.objects.update(read_to=cursor.read_to.replace(year=cursor.read_to.year + 1))
    poll(world, odoo)
    assert not SeenWrite.objects.exists()


def test_a_sweep_marks_every_open_order_whatever_its_write_date(world: World, odoo: Connection) -> None:
    order = world.order({world.product(stock=10): 2})
    write_in_the_past(world, ORDER, order, 90_000)
    assert order not in poll(world, odoo)
    capture.sweep(odoo, world.gateway)
    assert order in marked()
    assert CaptureCursor.objects.get(model=ORDER).swept_at is not None


def test_a_sweep_leaves_out_what_is_delivered(world: World, odoo: Connection) -> None:
    order = world.order({world.product(stock=10): 2})
    world.ship(world.delivery_of(order), [2])
    capture.sweep(odoo, world.gateway)
    assert order not in marked()


def test_a_new_connection_starts_with_what_is_new(world: World, odoo: Connection) -> None:
    before = world.gateway.now()
    poll(world, odoo)
    assert CaptureCursor.objects.get().read_to >= before
