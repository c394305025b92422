"""In shadow everything is computed and nothing is written; what people key is compared with it."""

import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now

from integration.jobs import inventories, replays, warehouses
from integration.models import (
    Document,
    Effect,
    InboundMessage,
    OutboundMessage,
    Rollout,
    ShadowDocument,
    StockEvent,
    SyncJob,
    Warehouse,
)
from integration.reconcile import shadow
from tests.component.engine.yard import until
from tests.component.flows.shelves import Shelves
from tests.component.flows.test_rehearsals import somebody
from tests.component.flows.yard import Yard
from tests.component.rollout.clerk import Clerk

pytestmark = pytest.mark.django_db(transaction=True)
Outcome = ShadowDocument.Outcome


def compared(flow: str) -> list[tuple[str, list[list[str]]]]:
    """Outcome and differences of each document of the flow, after all was read and compared."""
    shadow.look()
    rows = ShadowDocument.objects.filter(flow=flow).order_by("reference")
    return list(rows.values_list("outcome", "differences"))


def written(yard: Yard) -> tuple[list[str], int, int]:
    """Writing calls in Odoo, and what we believe to have moved."""
    return yard.odoo.writes(), Effect.objects.count(), StockEvent.objects.count()


def test_a_release_is_rendered_and_kept_and_never_sent(dark: Yard) -> None:
    sale = dark.sell(("CRATE-S", 3))
    dark.look()
    dark.sweep()
    [message] = OutboundMessage.objects.all()
    assert (message.state, message.reference, SyncJob.objects.filter(flow="release_send").count()) == (
        "shadow",
        sale.release,
        0,
    )
    assert (dark.wms.held(), dark.state(sale.release), dark.cases(), dark.unfinished()) == ([], "waiting", [], [])


def test_a_release_that_changes_is_rendered_anew(dark: Yard) -> None:
    sale = dark.sell(("CRATE-S", 3))
    dark.look()
    dark.odoo.order_more(sale.id, "CRATE-S", 5)
    dark.look()
    states = OutboundMessage.objects.order_by("version").values_list("version", "state")
    assert list(states) == [(1, "superseded"), (2, "shadow")]
    [row] = ShadowDocument.objects.all()
    assert row.wanted["release"]["lines"] == [["P-CRATE-S", "", "5"]]


def test_a_shipment_in_shadow_writes_nothing_and_agrees_once_people_have_keyed_the_same(
    dark: Yard, clerk: Clerk
) -> None:
    sale = dark.sell(("CRATE-S", 3), ("ROPE-10", 2))
    dark.look()
    clerk.tells(sale.release)
    dark.odoo.forget_calls()
    dark.shipped(sale, tracking=["1Z1"])
    assert written(dark) == ([], 0, 0)
    assert (dark.cases(), dark.unfinished(), dark.state(sale.release)) == ([], [], "waiting")
    assert compared("shipment") == [(Outcome.WAITING, [])]
    clerk.ships(sale.release, tracking="1z1")
    dark.look()
    assert compared("shipment") == [(Outcome.AGREES, [])]
    assert compared("release") == [(Outcome.AGREES, [])]
    assert written(dark)[1:] == (0, 0)
    assert Document.objects.get(reference=sale.release).state == "shipped"


def test_what_people_key_is_counted_at_once(dark: Yard, clerk: Clerk) -> None:
    """Not an hour later, with the readiness."""
    sale = dark.sell(("CRATE-S", 3))
    dark.look()
    clerk.tells(sale.release)
    dark.shipped(sale)
    shadow.look()
    clerk.ships(sale.release)
    dark.look()
    shadow.look()
    assert [sum(row.keyed.values()) for row in Rollout.objects.order_by("flow")] == [1, 1]


def test_what_people_keyed_otherwise_is_a_difference_line_by_line(dark: Yard, clerk: Clerk) -> None:
    sale = dark.sell(("CRATE-S", 3), ("ROPE-10", 2))
    dark.look()
    clerk.tells(sale.release, ROPE_10=3)
    dark.shipped(sale, tracking=["1Z1"])
    clerk.ships(sale.release, CRATE_S=2, tracking="1Z7", ROPE_10=3)
    dark.look()
    assert compared("release") == [(Outcome.DIFFERS, [["P-ROPE-10", "2", "3"]])]
    [(outcome, differences)] = compared("shipment")
    assert (outcome, differences) == (Outcome.DIFFERS, [["CRATE-S", "3", "2"], ["tracking", "1Z1", "1Z7"]])


def test_people_who_were_faster_than_the_message_are_compared_as_well(dark: Yard, clerk: Clerk) -> None:
    sale = dark.sell(("CRATE-S", 3))
    dark.look()
    clerk.tells(sale.release)
    clerk.ships(sale.release)
    dark.look()
    dark.shipped(sale)
    assert (compared("shipment"), dark.cases(), dark.unfinished()) == ([(Outcome.AGREES, [])], [], [])


def test_nobody_has_keyed_it_yet(dark: Yard, clerk: Clerk, settings) -> None:
    sale = dark.sell(("CRATE-S", 3))
    dark.look()
    clerk.tells(sale.release)
    dark.shipped(sale)
    settings.ROLLOUT = {**settings.ROLLOUT, "unkeyed_hours": 0}
    assert compared("shipment") == [(Outcome.UNKEYED, [])]


def test_a_receipt_in_shadow_is_compared(dark: Yard, clerk: Clerk) -> None:
    bought = dark.buy(("CRATE-S", 10), ("CRATE-M", 4))
    dark.look()
    assert OutboundMessage.objects.get().state == "shadow"
    lines = [
        {"sku": f"P-{code}", "quantity": count, "unit": "EA"} for code, count in (("CRATE-S", "10"), ("CRATE-M", "4"))
    ]
    told = {"receipt": "R-1", "advice": bought.advice, "received_at": now().isoformat(), "lines": lines}
    dark.odoo.forget_calls()
    assert dark.wms.send("receipt.confirmed", told) == 202
    dark.run()
    assert (written(dark), dark.cases()) == (([], 0, 0), [])
    clerk.takes_in(bought.advice, CRATE_M=5)
    dark.look()
    assert compared("receipt") == [(Outcome.DIFFERS, [["CRATE-M", "4", "5"]])]


def test_an_adjustment_in_shadow_is_compared_with_what_people_changed(shelves: Shelves, clerk: Clerk) -> None:
    yard = shelves.yard
    shelves.stock("BOLT", 10)
    shelves.stock("NUT", 5)
    shelves.allow()
    yard.set(inventory_mode="shadow")
    second = int(time.time())
    until(lambda: int(time.time()) > second)  # Odoo's times have no fractions
    inventories.begin(Warehouse.objects.get())
    yard.odoo.forget_calls()
    shelves.adjust({"sku": "P-BOLT", "quantity": "-2"})
    shelves.adjust({"sku": "P-NUT", "quantity": "1"})
    yard.run()
    assert (written(yard), yard.cases()) == (([], 0, 0), [])
    clerk.changes("BOLT", 8)
    clerk.changes("NUT", 7)
    inventories.start_watches()
    yard.run()
    assert compared("inventory") == [(Outcome.AGREES, []), (Outcome.DIFFERS, [["NUT", "1", "2"]])]
    assert yard.cases() == []


def test_before_its_start_date_a_flow_stays_as_it_was_and_what_is_older_stays_with_people(yard: Yard) -> None:
    row = Warehouse.objects.get()
    row.release_mode = "shadow"
    row.release_from = now() + timedelta(hours=1)
    row.save()
    assert (row.release_before, row.in_force("release")) == ("live", "live")
    sale = yard.released(("CRATE-S", 1))
    assert yard.wms.held(sale.name) != []
    row.release_mode, row.release_from = "live", now() + timedelta(seconds=30)
    row.save()
    Warehouse.objects.update(release_before="shadow")
    kept = yard.sell(("CRATE-S", 2))
    yard.look()
    assert yard.state(kept.release) == "waiting"
    Warehouse.objects.update(release_from=now())
    yard.sweep()
    later = yard.sell(("CRATE-S", 4))
    yard.look()
    assert [held.release for held in yard.wms.held()] == [sale.release, later.release]
    assert yard.state(kept.release) == "waiting"


def test_a_rollout_appears_with_the_first_document(dark: Yard) -> None:
    dark.sell(("CRATE-S", 3))
    dark.look()
    shadow.look()
    [row] = Rollout.objects.all()
    assert (row.flow, row.go, row.against) == ("release", False, [["few", "0"]])


def test_a_replay_of_what_came_in_shadow_would_change_nothing(dark: Yard, clerk: Clerk) -> None:
    sale = dark.sell(("CRATE-S", 3))
    dark.look()
    clerk.tells(sale.release)
    dark.shipped(sale)
    replay = replays.make(InboundMessage.objects.filter(type="shipment.confirmed"), "some", somebody())
    dark.run()
    [item] = replay.items.all()
    assert (item.verdict, item.text[:29], written(dark)[1:]) == ("nothing", "In shadow nothing is written:", (0, 0))


def test_a_code_that_is_missing_is_a_case_and_is_compared_once_it_is_mapped(dark: Yard, clerk: Clerk) -> None:
    sale = dark.sell(("CRATE-S", 3))
    dark.look()
    clerk.tells(sale.release)
    dark.shipped(sale, lines=[{"sku": "NEW", "quantity": "3", "unit": "EA"}])
    assert [code for code, _ in dark.cases()] == ["CD-3002"]
    shadow.look()
    assert compared("shipment") == []
    dark.map("product", "CRATE-S", "NEW", alias=True)
    dark.later()
    assert (compared("shipment"), dark.cases()) == ([(Outcome.WAITING, [])], [])


def test_what_waits_for_a_start_date_is_looked_at_when_it_has_come(yard: Yard) -> None:
    yard.set(release_mode="off")
    row = Warehouse.objects.get()
    row.release_mode, row.release_from = "live", now() + timedelta(hours=1)
    with transaction.atomic():
        row.save()
        warehouses.changed(row)
    sale = yard.sell(("CRATE-S", 1))
    yard.look()
    assert (yard.wms.held(), SyncJob.objects.get(flow="flow_begins").state) == ([], "pending")
    Warehouse.objects.update(release_from=now() - timedelta(hours=1))
    yard.later()
    assert SyncJob.objects.get(flow="flow_begins").state == "succeeded"
    assert [held.release for held in yard.wms.held()] == [sale.release]
