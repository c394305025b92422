"""One shipment, one effect: however often, in whatever message, and whatever we have forgotten since."""

import pytest
from django.db import transaction

from integration.models import (
    Document,
    DocumentLine,
    Effect,
    ExternalReference,
    InboundMessage,
    JobAttempt,
    MessageKey,
    StockEvent,
    SyncJob,
)
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)


def once(yard: Yard, sale: Sale, sku: str = "CRATE-S", quantity: float = 3) -> None:
    """All sides agree, Odoo validated one transfer once, and nothing is left to do."""
    assert yard.odoo.delivered(sale.id) == {sku: quantity}
    assert StockEvent.objects.get().quantity == -quantity
    assert DocumentLine.objects.get().shipped == quantity
    assert yard.odoo.calls().count("stock.picking.button_validate") == 1
    assert [state for _, state in yard.odoo.transfers(sale.id)] == ["done"]
    assert (yard.effects("ship"), yard.cases(), yard.unfinished()) == (["landed"], [], [])


def test_the_same_message_twice(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, faults=["duplicate"])
    assert sorted(yard.wms.received()[1:]) == ["shipment.confirmed 200", "shipment.confirmed 202"]
    once(yard, sale)


def test_the_same_shipment_under_another_message_number(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, faults=["renumbered"])
    assert yard.wms.received()[1:] == ["shipment.confirmed 202", "shipment.confirmed 202"]
    assert InboundMessage.objects.filter(type="shipment.confirmed").count() == 2
    once(yard, sale)


def test_the_same_shipment_after_the_first_message_was_purged(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    shipment = yard.shipped(sale)
    purge_messages()
    MessageKey.objects.all().delete()
    assert yard.wms.send("shipment.confirmed", shipment) == 202
    yard.run()
    once(yard, sale)


def test_a_repeat_is_recognised_by_its_number_after_the_first_message_was_purged(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    shipment = yard.shipped(sale)
    raw = {"text": bytes(InboundMessage.objects.get(type="shipment.confirmed").body).decode()}
    number = MessageKey.objects.latest("pk").external_id
    purge_messages()
    assert yard.wms.control("send", id=number, **raw)["status"] == 200
    yard.run()
    assert shipment["shipment"] == "SHP-000001"
    once(yard, sale)


def test_a_restored_backup_that_knows_nothing_of_the_shipment_finds_it_in_odoo(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    shipment = yard.shipped(sale)
    forget_the_shipment()
    assert yard.wms.send("shipment.confirmed", shipment) == 202
    yard.run()
    once(yard, sale)
    assert yard.state(sale.release) == "shipped"


def test_a_restored_backup_finds_a_part_shipment_although_a_later_one_has_left_too(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    first = yard.shipped(sale, "partial")
    second = yard.shipped(sale)
    forget_the_shipment()
    yard.odoo.forget_calls()
    for shipment in (first, second):
        yard.wms.send("shipment.confirmed", shipment)
        yard.run()
    assert (yard.odoo.writes(), yard.left(sale)) == ([], {"CRATE-S": (10, 10, 10)})
    assert (yard.effects("ship"), yard.cases(), yard.unfinished()) == (["landed", "landed"], [], [])


def test_the_same_number_with_other_content_is_for_a_person(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    shipment = yard.shipped(sale, "partial")
    yard.odoo.forget_calls()
    more = {**shipment, "lines": [yard.line(sale, quantity="6")]}
    yard.wms.send("shipment.confirmed", more)
    yard.run()
    words = (
        f"Shipment SHP-000001 for {sale.release} was confirmed before with other content: "
        f"posted on {sale.release} as 5 CRATE-S, now 6 CRATE-S."
    )
    assert (yard.cases(), yard.odoo.calls()) == ([("CD-5012", words)], [])
    assert yard.unfinished() == [("shipment_confirmation", "needs_attention")]
    assert yard.left(sale) == {"CRATE-S": (5, 5, 5)}


def purge_messages() -> None:
    """What a retention job does to old messages and their jobs."""
    with transaction.atomic():
        Effect.objects.update(job=None)
        JobAttempt.objects.all().delete()
        SyncJob.objects.all().delete()
        InboundMessage.objects.all().delete()


def forget_the_shipment() -> None:
    """Our database as it was before the shipment came."""
    with transaction.atomic():
        purge_messages()
        MessageKey.objects.all().delete()
        StockEvent.objects.all().delete()
        Effect.objects.filter(verb="ship").delete()
        ExternalReference.objects.exclude(document_type="release").delete()
        DocumentLine.objects.update(shipped=0, over=0)
        Document.objects.filter(kind="delivery").update(state="accepted")
