"""What is put beside a delivery: notes, things to do, files and freight, each found again by what it holds."""

from decimal import Decimal

import pytest

from integration.adapters.odoo.notes import mark_of
from integration.canonical.erp import Picking
from integration.errors import Rejected
from tests.contract.gateway.world import World

PICKING = "stock.picking"
PDF = b"%PDF-1.4 handed over"


@pytest.fixture
def delivery(world: World) -> Picking:
    return world.delivery_of(world.order({world.product(stock=50): 3}))


def key(world: World) -> str:
    return world.unique("note/wms-main")


def test_a_note_is_found_by_its_key_and_read_as_it_was_said(world: World, delivery: Picking) -> None:
    name, where = key(world), {"company": delivery.company_id}
    assert world.gateway.notes.find(PICKING, delivery.id, name) is None
    made = world.gateway.notes.say(PICKING, delivery.id, "Packed: 3 of <b>4</b> & more", key=name, **where)
    assert world.gateway.notes.find(PICKING, delivery.id, name) == made
    assert world.gateway.notes.find(PICKING, delivery.id, key(world)) is None
    row = world.read("mail.message", made, "body", "model", "res_id")
    assert (row["model"], row["res_id"]) == (PICKING, delivery.id)
    assert f"Packed: 3 of &lt;b&gt;4&lt;/b&gt; &amp; more {mark_of(name)}" in row["body"]


def test_a_note_on_one_delivery_is_none_on_another(world: World, delivery: Picking) -> None:
    name = key(world)
    other = world.delivery_of(world.order({world.product(stock=50): 1}))
    world.gateway.notes.say(PICKING, delivery.id, "Picked.", key=name, company=delivery.company_id)
    assert world.gateway.notes.find(PICKING, other.id, name) is None


def test_a_thing_to_do_is_found_until_it_is_done(world: World, delivery: Picking) -> None:
    name, where = key(world), {"company": delivery.company_id}
    made = world.gateway.activities.open(PICKING, delivery.id, "Short pick", "1 x CHAIR", key=name, **where)
    assert world.gateway.activities.find(PICKING, delivery.id, name) == made
    row = world.read("mail.activity", made, "res_model", "res_id", "summary")
    assert (row["res_model"], row["res_id"], row["summary"]) == (PICKING, delivery.id, "Short pick")
    world.gateway.activities.close(made, "The shipment has come.", **where)
    assert world.gateway.activities.find(PICKING, delivery.id, name) is None


def test_a_file_is_added_once(world: World, delivery: Picking) -> None:
    how = {"media_type": "application/pdf", "company": delivery.company_id}
    assert world.gateway.attachments.find(PICKING, delivery.id, "pod.pdf", PDF) is None
    first = world.gateway.attachments.add(PICKING, delivery.id, "pod.pdf", PDF, **how)
    assert world.gateway.attachments.add(PICKING, delivery.id, "pod.pdf", PDF, **how) == first
    other = world.gateway.attachments.add(PICKING, delivery.id, "pod.pdf", PDF + b" again", **how)
    assert other != first
    row = world.read("ir.attachment", first, "mimetype", "res_id", "file_size")
    assert (row["mimetype"], row["res_id"], row["file_size"]) == ("application/pdf", delivery.id, len(PDF))


def test_freight_is_set_on_a_delivery_that_has_left(world: World, delivery: Picking) -> None:
    posted = world.ship(delivery, [3])
    number, where = posted.picking.id, {"company": delivery.company_id}
    held = world.gateway.freight.read(number)
    assert held is not None
    assert (held.amount, held.currency) == (0, posted.picking.currency)
    world.gateway.freight.write(number, Decimal("12.40"), **where)
    assert world.gateway.freight.is_written(number, Decimal("12.4"))
    assert not world.gateway.freight.is_written(number, Decimal("12.41"))


def test_what_is_gone_has_no_freight(world: World) -> None:
    assert world.gateway.freight.read(999_999_999) is None


def test_a_note_on_what_is_gone_is_refused(world: World) -> None:
    with pytest.raises(Rejected):
        world.gateway.notes.say(PICKING, 999_999_999, "Picked.", key=key(world), company=world.company_id)
