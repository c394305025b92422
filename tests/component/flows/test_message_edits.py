"""A person edits the data of a message whose work waits: the original stays, and the work goes on, once."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from integration.flows.events import event_of
from integration.jobs import acts, edits, inbox, sources
from integration.jobs.acts import NotAllowed
from integration.jobs.edits import Refused, Wish
from integration.models import (
    AuditEvent,
    CaseEvent,
    Effect,
    InboundMessage,
    MessageEdit,
    MessageKey,
    StockDifference,
    SyncJob,
    Warehouse,
)
from tests.component.flows.shelves import Shelves
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
Change = Callable[[dict[str, Any]], object]


def message(kind: str = "shipment.confirmed") -> InboundMessage:
    return InboundMessage.objects.filter(type=kind).latest("pk")


def edited(
    change: Change, of: InboundMessage | None = None, *, seen: int | None = None, reason: str = "counted"
) -> MessageEdit:
    """The message as it is now, but for this."""
    row = of or message()
    latest = row.edited.order_by("number").last()
    body = json.loads(latest.body if latest else row.body)
    change(body)
    wish = Wish(json.dumps(body).encode(), row.edits if seen is None else seen, reason)
    return edits.edit(row.pk, SOMEBODY, wish)


def quantity(number: str) -> Change:
    return lambda body: body["data"]["lines"][0].update(quantity=number)


def lot(name: str) -> Change:
    return lambda body: body["data"]["lines"][0]["lots"][0].update(lot=name)


def source(of: InboundMessage) -> str:
    return sources.of(of.connection, event_of(of).data)


def untouched() -> None:
    """Nothing came of it."""
    assert not MessageEdit.objects.exists()
    assert not AuditEvent.objects.filter(verb="edit message").exists()
    assert set(InboundMessage.objects.values_list("edits", flat=True)) == {0}


@pytest.fixture
def over(yard: Yard) -> Sale:
    """Four left, says the warehouse, of an order of three."""
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, "over")
    assert [code for code, _ in yard.cases()] == ["CD-5004"]
    return sale


@pytest.fixture
def adjusted(yard: Yard, shelves: Shelves) -> Shelves:
    """Three got lost, says the warehouse, and no rule lets it through."""
    shelves.stock("SOAP", 10)
    shelves.adjust({"sku": "P-SOAP", "quantity": "-3", "unit": "EA", "reason": "DMG"})
    yard.run()
    return shelves


def test_a_shipment_goes_on_with_the_edited_quantity_and_odoo_gets_it_once(yard: Yard, over: Sale) -> None:
    original = bytes(message().body)
    edited(quantity("3"))
    yard.run()
    assert yard.odoo.delivered(over.id) == {"CRATE-S": 3}
    assert (yard.cases(), yard.unfinished(), yard.effects("ship")) == ([], [], ["landed"])
    yard.later()
    assert (yard.odoo.delivered(over.id), yard.effects("ship")) == ({"CRATE-S": 3}, ["landed"])
    assert (bytes(message().body), message().edits) == (original, 1)
    assert Effect.objects.get(verb="ship").key == source(message())


def test_a_receipt_goes_on_with_the_edited_quantity(yard: Yard) -> None:
    yard.set(receipt_mode=Warehouse.Mode.LIVE)
    bought = yard.expected(("CRATE-S", 5))
    yard.receive(bought.advice, "over")
    assert [code for code, _ in yard.cases()] == ["CD-7005"]
    edited(quantity("5"), message("receipt.confirmed"))
    yard.run()
    odoo, _wms, ours = yard.arrived(bought)["CRATE-S"]
    assert (odoo, ours, yard.effects("receive")) == (5, 5, ["landed"])
    assert Effect.objects.get(verb="receive").key == source(message("receipt.confirmed"))
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_an_adjustment_that_waits_for_approval_is_looked_at_anew(yard: Yard, adjusted: Shelves) -> None:
    assert list(StockDifference.objects.values_list("quantity", "state")) == [(-3, "waiting")]
    edited(quantity("-2"), message("inventory.adjusted"))
    yard.run()
    assert list(StockDifference.objects.values_list("quantity", "state")) == [(-2, "waiting")]
    assert StockDifference.objects.get().source == source(message("inventory.adjusted"))


def test_the_act_is_in_the_audit_log_and_in_the_history_of_the_case(yard: Yard, over: Sale) -> None:
    made = edited(quantity("3"))
    told = AuditEvent.objects.get(verb="edit message")
    assert (told.actor, told.detail["number"], told.detail["reason"]) == ("somebody", 1, "counted")
    assert told.detail["changed"] == made.changes == [["data.lines.0.quantity", "4", "3"]]
    event = CaseEvent.objects.get(case=yard.case("CD-5004"))
    assert (event.kind, event.actor) == ("edited", "somebody")
    assert event.text == "shipment.confirmed SHP-000001 (data.lines.0.quantity): counted"


def test_what_is_personal_is_named_without_its_content(yard: Yard) -> None:
    yard.released(("CRATE-S", 3))
    data = {
        "shipment": "SHP-9",
        "release": "WH/OUT/404",
        "tracking_number": "1Z",
        "delivered_at": "2026-03-02T11:40:12Z",
    }
    yard.wms.send("shipment.delivered", {**data, "signed_by": "Erika Mustermann"})
    yard.run()
    delivered = message("shipment.delivered")
    SyncJob.objects.filter(inbound=delivered).update(state="blocked", finished_at=None)
    made = edited(lambda body: body["data"].update(signed_by="Max Mustermann"), delivered)
    assert made.changes == [["data.signed_by", None, None]]
    assert "Mustermann" not in json.dumps(AuditEvent.objects.get(verb="edit message").detail)


def test_two_clicks_are_one_edit(yard: Yard, over: Sale) -> None:
    first, second = edited(quantity("3")), edited(quantity("3"), message(), seen=0)
    assert first == second
    assert AuditEvent.objects.filter(verb="edit message").count() == 1


def test_what_was_read_before_somebody_else_edited_it_is_refused(yard: Yard, over: Sale) -> None:
    edited(quantity("3"))
    with pytest.raises(NotAllowed, match="somebody has edited it since you opened the page: read it again"):
        edited(quantity("2"), message(), seen=0)
    assert [each.number for each in MessageEdit.objects.all()] == [1]


def test_an_edit_that_does_not_help_can_be_edited(yard: Yard, over: Sale) -> None:
    edited(quantity("5"))
    yard.run()
    assert yard.unfinished() == [("shipment_confirmation", "blocked")]
    edited(quantity("3"))
    yard.run()
    assert (yard.odoo.delivered(over.id), yard.unfinished()) == ({"CRATE-S": 3}, [])
    assert [each.number for each in MessageEdit.objects.order_by("pk")] == [1, 2]


@pytest.mark.parametrize(
    ("field", "change", "words"),
    [
        ("data.shipment", lambda body: body["data"].update(shipment="SHP-OTHER"), "must stay SHP-000001"),
        ("data.release", lambda body: body["data"].update(release="WH/OUT/99999"), "which document"),
        ("data.lines.0.quantity", quantity("many"), "must be a decimal string"),
    ],
)
def test_its_numbers_stay_and_what_is_no_value_is_refused_by_its_field(
    yard: Yard, over: Sale, field: str, change: Change, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        edited(change)
    assert refused.value.field == field
    untouched()


def test_the_type_stays(yard: Yard, over: Sale) -> None:
    def other(body: dict[str, Any]) -> None:
        body.update(type="order.accepted", data={"release": over.release})

    with pytest.raises(Refused, match=r"must stay shipment\.confirmed") as refused:
        edited(other)
    assert refused.value.field == "type"
    untouched()


@pytest.mark.parametrize(
    ("name", "words"),
    [("colour", "does not know"), ("unit_price", "price and discount of a invoice or bill is Odoo's")],
)
def test_a_field_that_the_contract_does_not_know_is_refused(yard: Yard, over: Sale, name: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        edited(lambda body: body["data"]["lines"][0].update({name: "red"}))
    untouched()


def test_a_body_that_is_no_document_is_refused(yard: Yard, over: Sale) -> None:
    with pytest.raises(Refused, match="Expecting"):
        edits.edit(message().pk, SOMEBODY, Wish(b"{nothing", 0, "x"))
    with pytest.raises(NotAllowed, match="Nothing is changed"):
        edits.edit(message().pk, SOMEBODY, Wish(bytes(message().body), 0, "x"))
    with pytest.raises(NotAllowed, match="Please say why"):
        edited(quantity("3"), reason=" ")
    untouched()


def test_the_site_and_the_owner_of_goods_stay(yard: Yard, adjusted: Shelves) -> None:
    with pytest.raises(Refused, match="whose goods") as refused:
        edited(lambda body: body["data"].update(site="SOUTH"), message("inventory.adjusted"))
    assert refused.value.field == "data.site"
    untouched()


def test_what_is_being_worked_on_is_not_edited(yard: Yard, over: Sale) -> None:
    SyncJob.objects.filter(inbound=message()).update(state="running")
    with pytest.raises(NotAllowed, match="worked on just now"):
        edited(quantity("3"))
    untouched()


def test_what_has_gone_through_is_not_edited(yard: Yard) -> None:
    yard.shipped(yard.released(("CRATE-S", 3)))
    with pytest.raises(NotAllowed, match="Nothing waits for it"):
        edited(quantity("2"))
    untouched()


@pytest.mark.parametrize("state", ["intended", "landed"])
def test_what_something_was_written_of_is_not_edited(yard: Yard, over: Sale, state: str) -> None:
    job = SyncJob.objects.get(inbound=message())
    at = {"intended_at": job.created_at, "may_land_until": job.created_at}
    Effect.objects.create(connection=yard.erp, key="substitute/1", verb="substitute", job=job, state=state, **at)
    with pytest.raises(NotAllowed, match="written already, or may be"):
        edited(quantity("3"))
    untouched()


def test_what_another_message_had_written_is_not_edited(yard: Yard) -> None:
    """The same shipment number with other content: the first one is in Odoo."""
    sale = yard.released(("CRATE-S", 3))
    first = yard.shipped(sale)
    [line] = first["lines"]  # type: ignore[misc]
    yard.wms.send("shipment.confirmed", {**first, "lines": [{**line, "quantity": "2"}]})
    yard.run()
    assert [code for code, _ in yard.cases()] == ["CD-5012"]
    with pytest.raises(NotAllowed, match="written already, or may be"):
        edited(quantity("1"))
    untouched()


def test_a_line_that_is_decided_is_not_edited(yard: Yard, adjusted: Shelves) -> None:
    StockDifference.objects.update(state="approved")
    with pytest.raises(NotAllowed, match="decided already"):
        edited(quantity("-2"), message("inventory.adjusted"))
    untouched()


def test_a_repeat_of_the_original_is_still_a_repeat_and_does_nothing(yard: Yard, over: Sale) -> None:
    edited(quantity("3"))
    yard.run()
    row = message()
    assert bytes(MessageKey.objects.get(external_id=row.external_id).body_sha256) == hashlib.sha256(row.body).digest()
    assert inbox._repeated(row.connection, row.external_id, bytes(row.body)) == inbox.Receipt(
        row.pk, row.trace_id, duplicate=True
    )
    yard.run()
    assert (yard.odoo.delivered(over.id), yard.effects("ship"), yard.cases()) == ({"CRATE-S": 3}, ["landed"], [])


def test_a_replay_works_on_the_edited_data(yard: Yard, over: Sale) -> None:
    edited(quantity("3"))
    yard.run()
    acts.replay_message(message().pk, SOMEBODY, "to be sure")
    yard.run()
    assert (yard.odoo.delivered(over.id), yard.cases(), yard.unfinished()) == ({"CRATE-S": 3}, [], [])
    assert yard.effects("ship") == ["landed"]


def test_a_lot_that_was_misread_is_mended(yard: Yard) -> None:
    sale = yard.released(("PAINT-W", 2))
    known = yard.odoo.rows("stock.lot", [["product_id.default_code", "=", "PAINT-W"]], "name")[0]["name"]
    yard.shipped(sale, lines=[yard.line(sale, lots=[{"lot": "GHOST", "quantity": "2"}])])
    assert [code for code, _ in yard.cases()] == ["CD-5005"]
    edited(lot(known))
    yard.run()
    assert (yard.odoo.lots(sale.id), yard.cases(), yard.unfinished()) == ([(known, 2)], [], [])
