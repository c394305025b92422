"""Goods of a flow in shadow: people key them in Odoo, sooner or later than the warehouse says that they moved."""

import json

import pytest
from django.utils.timezone import now

from integration.jobs import acts, edits, variances
from integration.models import InboundMessage, ShadowDocument, StockDifference, StockEvent
from tests.component.flows.shelves import SITE, Shelves
from tests.component.flows.yard import SOMEBODY, Sale
from tests.component.reconcile.test_stock_cases import case, cases, causes, lose, snapshot, variance
from tests.component.rollout.clerk import Clerk

pytestmark = pytest.mark.django_db(transaction=True)
ACCEPTED = 202
NO_CASE: tuple[list[object], list[object]] = ([], [])


@pytest.fixture
def clerk(shelves: Shelves) -> Clerk:
    """Both sides have twenty; what leaves, comes in or comes back is in shadow."""
    shelves.stock("NAIL", 20)
    shelves.yard.set(shipment_mode="shadow", receipt_mode="shadow", return_mode="shadow")
    return Clerk(shelves.yard.odoo, shelves.yard.wms)


def told(shelves: Shelves, sale: Sale) -> None:
    shelves.yard.shipped(sale)
    shelves.read()


def keyed(shelves: Shelves, clerk: Clerk, number: str, **instead: float) -> None:
    clerk.ships(number, **instead)
    shelves.yard.look()
    shelves.read()


def known(shelves: Shelves) -> tuple[list[object], list[object]]:
    """Cases that there ever were, and what differs, once all is worked off."""
    assert shelves.yard.unfinished() == []
    return list(cases()), list(causes())


@pytest.mark.parametrize("release", ["live", "shadow"])
def test_what_was_shipped_and_keyed_after_the_snapshot_is_no_difference(
    shelves: Shelves, clerk: Clerk, release: str
) -> None:
    shelves.yard.set(release_mode=release)
    sale = shelves.yard.sell(("NAIL", 5))
    shelves.yard.look()
    if release == "shadow":
        clerk.tells(sale.release)
    snapshot(shelves)
    told(shelves, sale)
    keyed(shelves, clerk, sale.release)
    assert known(shelves) == NO_CASE
    snapshot(shelves)
    assert (known(shelves), shelves.agree()) == (NO_CASE, True)


def test_what_was_keyed_before_it_is_told_is_no_difference(shelves: Shelves, clerk: Clerk) -> None:
    sale = shelves.yard.released(("NAIL", 5))
    snapshot(shelves)
    keyed(shelves, clerk, sale.release)
    assert known(shelves) == NO_CASE
    told(shelves, sale)
    assert known(shelves) == NO_CASE
    snapshot(shelves)
    assert known(shelves) == NO_CASE


def test_what_is_keyed_and_the_warehouse_still_has_is_by_hand(shelves: Shelves, clerk: Clerk) -> None:
    sale = shelves.yard.released(("NAIL", 5))
    keyed(shelves, clerk, sale.release)
    snapshot(shelves)
    assert (causes(), variance().unexplained) == ([("by_hand", 5, sale.release)], 0)


def test_what_is_told_waits_for_people_to_key_it_and_is_a_case_once_that_is_late(
    shelves: Shelves, clerk: Clerk, settings
) -> None:
    sale = shelves.yard.released(("NAIL", 5))
    told(shelves, sale)
    snapshot(shelves)
    assert known(shelves) == NO_CASE
    settings.ROLLOUT = {**settings.ROLLOUT, "unkeyed_hours": 0}
    shelves.read()
    assert (causes(), variance().unexplained) == ([("unkeyed", -5, sale.release)], 0)
    assert f"5 of {sale.release} waits for people to key it in Odoo. Unexplained: 0." in case().cause
    keyed(shelves, clerk, sale.release)
    assert cases() == [("NAIL", "resolved")]


def test_only_what_nothing_explains_is_left(shelves: Shelves, clerk: Clerk) -> None:
    first, second = shelves.yard.released(("NAIL", 5)), shelves.yard.released(("NAIL", 3))
    told(shelves, first)
    lose(shelves, "NAIL", 1)
    snapshot(shelves)
    told(shelves, second)
    keyed(shelves, clerk, second.release)
    assert (variance().says, variance().found) == (20, 14)
    assert (causes(), variance().unexplained) == ([("unkeyed", -5, first.release)], -1)


def test_what_was_keyed_beyond_what_was_told_is_by_hand(shelves: Shelves, clerk: Clerk) -> None:
    sale = shelves.yard.released(("NAIL", 2))
    snapshot(shelves)
    told(shelves, sale)
    keyed(shelves, clerk, sale.release, NAIL=3)
    assert known(shelves) == NO_CASE
    snapshot(shelves)
    assert (causes(), variance().unexplained) == ([("by_hand", 1, sale.release)], 0)


def test_of_what_people_keyed_for_good_nothing_waits_to_be_keyed(shelves: Shelves, clerk: Clerk) -> None:
    sale = shelves.yard.released(("NAIL", 5))
    told(shelves, sale)
    keyed(shelves, clerk, sale.release, NAIL=3)
    ShadowDocument.objects.update(outcome="differs")
    snapshot(shelves)
    assert (causes(), variance().unexplained) == ([], -2)


def test_what_came_in_and_was_keyed_after_the_snapshot_is_no_difference(shelves: Shelves, clerk: Clerk) -> None:
    yard = shelves.yard
    bought = yard.buy(("NAIL", 10))
    yard.look()
    snapshot(shelves)
    lines = [{"sku": "P-NAIL", "quantity": "10", "unit": "EA"}]
    about = {"receipt": "R-1", "advice": bought.advice, "received_at": now().isoformat(), "lines": lines}
    assert yard.wms.send("receipt.confirmed", about) == ACCEPTED
    yard.run()
    lose(shelves, "NAIL", -10)
    keyed(shelves, clerk, bought.advice)
    assert (known(shelves), shelves.agree()) == (NO_CASE, True)
    snapshot(shelves)
    assert known(shelves) == NO_CASE


def test_what_came_back_waits_for_people_to_key_it(shelves: Shelves, clerk: Clerk, settings) -> None:
    settings.ROLLOUT = {**settings.ROLLOUT, "unkeyed_hours": 0}
    yard = shelves.yard
    yard.set(shipment_mode="live")
    sale = yard.released(("NAIL", 5))
    shipment = yard.shipped(sale)
    lines = [{"sku": "P-NAIL", "quantity": "2", "unit": "EA", "condition": "good", "disposition": "resell"}]
    about = {"receipt": "B-1", "site": SITE, "shipment": shipment["shipment"], "received_at": now().isoformat()}
    assert yard.wms.send("return.received", {**about, "lines": lines}) == ACCEPTED
    yard.run()
    lose(shelves, "NAIL", -2)
    snapshot(shelves)
    assert [(cause, quantity) for cause, quantity, _ in causes()] == [("unkeyed", 2)]


def test_a_count_reckons_with_what_people_key(shelves: Shelves, clerk: Clerk) -> None:
    shelves.allow()
    sale = shelves.yard.released(("NAIL", 5))
    told(shelves, sale)
    shelves.count({"sku": "P-NAIL"})
    shelves.yard.run()
    keyed(shelves, clerk, sale.release)
    assert (shelves.agree(), StockDifference.objects.get().state) == (True, "equal")


def test_what_somebody_keyed_and_whose_message_he_ended_is_no_difference(shelves: Shelves) -> None:
    """Live: the snapshot is older than both."""
    yard = shelves.yard
    shelves.stock("NAIL", 20)
    sale = yard.released(("NAIL", 5))
    snapshot(shelves)
    yard.odoo.validate_by_hand(sale.id)
    yard.look()
    yard.shipped(sale)
    shelves.read()
    assert ([code for code, _ in yard.cases() if code == "CD-5007"], causes()) == (["CD-5007"], [])
    acts.done_by_hand(yard.case("CD-5007").pk, SOMEBODY, "It is in Odoo.")
    yard.run()
    yard.look()
    shelves.read()
    assert (cases(), causes()) == ([], [])


def test_what_was_mended_and_posted_later_happened_when_the_warehouse_says(shelves: Shelves) -> None:
    """Live: its serial numbers were missing, and the snapshot is older than the shipment."""
    yard = shelves.yard
    shelves.stock("JIGSAW", lots={"JS-1": 1, "JS-2": 1, "JS-3": 1}, tracking="serial")
    sale = yard.released(("JIGSAW", 2))
    snapshot(shelves)
    line = {"line": "1", "sku": "P-JIGSAW", "quantity": "2", "unit": "EA"}
    told_ = {"release": sale.release, "lines": [line], "shipment": "S-1", "shipped_at": now().isoformat()}
    assert yard.wms.send("shipment.confirmed", told_) == ACCEPTED
    yard.run()
    shelves.read()
    assert ([code for code, _ in yard.cases() if code == "CD-5006"], causes("JIGSAW")) == (["CD-5006"], [])
    message = InboundMessage.objects.get(type="shipment.confirmed")
    body = json.loads(bytes(message.body))
    body["data"]["lines"][0]["serials"] = ["JS-1", "JS-3"]
    edits.edit(message.pk, SOMEBODY, edits.Wish(json.dumps(body).encode(), 0, "asked for them"))
    yard.run()
    shelves.read()
    assert yard.unfinished() == [], [each for each in yard.cases() if "CD-8204" not in each[0]]
    assert (StockEvent.objects.count(), causes("JIGSAW")) == (2, [])


def test_what_moved_in_shadow_since_the_snapshot_is_not_corrected_by_it(shelves: Shelves, clerk: Clerk) -> None:
    """Twenty less one and five: by the snapshot it would be one more than Odoo has."""
    sale = shelves.yard.released(("NAIL", 5))
    lose(shelves, "NAIL", 1)
    snapshot(shelves)
    told(shelves, sale)
    keyed(shelves, clerk, sale.release)
    assert (causes(), variance().says, variance().found) == ([], 20, 19)
    with pytest.raises(acts.NotAllowed, match=r"NAIL moved there at .*: ask for its stock first\."):
        variances.correct(case().pk, SOMEBODY, "counted")
    snapshot(shelves)
    assert variances.correct(case().pk, SOMEBODY, "counted") == 1
