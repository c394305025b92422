"""What got lost is asked for: a message is the same as when it is pushed, and every page comes once."""

import pytest

from integration.adapters.base import Answer, Asked, Capability, DocumentState
from integration.canonical.orders import OrderCancel
from integration.errors import Unreachable
from integration.sandbox.wms import retold


@pytest.fixture
def told(partner, release):
    """An order of which the warehouse said yes, and told of its shipment; nothing of it got here."""
    partner.control("settings", number_messages=True, acknowledge_after=None)
    partner.adapter.send("order.release", partner.adapter.render(release), key="k1")
    partner.control("acknowledge", release=release.release, faults=["lost"])
    partner.control("ship", release=release.release, faults=["lost"])
    return partner


def test_it_says_that_it_can_be_asked(told) -> None:
    facts = told.adapter.probe().facts
    assert {"events", "states"} <= set(facts["serves"])
    asked = open_with(told, facts)
    assert {Capability.FETCH_EVENTS, Capability.FETCH_STATES} <= asked.capabilities


def open_with(partner, facts):
    partner.settings.options["facts"] = facts
    return partner.adapter


def test_all_about_a_document_comes_in_the_order_of_its_sending(told, release) -> None:
    page = told.adapter.fetch_events(Asked(about=release.release), "")
    events = [told.adapter.parse({"webhook-id": each.external_id}, each.body) for each in page]
    assert [(each.event.type, each.sequence) for each in events] == [("order.accepted", 1), ("shipment.confirmed", 2)]
    assert told.adapter.fetch_events(Asked(about=release.release), page[-1].external_id) == []
    assert told.adapter.fetch_events(Asked(about="WH/OUT/99999"), "") == []


def test_a_stretch_of_the_count_comes_a_page_at_a_time(told, monkeypatch) -> None:
    monkeypatch.setattr(retold, "PAGE", 1)
    [second] = told.adapter.fetch_events(Asked(first=2, last=9), "")
    [first] = told.adapter.fetch_events(Asked(first=1, last=2), "")
    [last] = told.adapter.fetch_events(Asked(first=1, last=2), first.external_id)
    assert last == second


def test_the_states_of_documents_come_a_page_at_a_time(told, release, monkeypatch) -> None:
    numbers = tuple(each.external_id for each in told.adapter.fetch_events(Asked(about=release.release), ""))
    monkeypatch.setattr(retold, "PAGE", 1)
    other = release.model_copy(update={"release": "WH/OUT/00043"})
    told.adapter.send("order.release", told.adapter.render(other), key="k2")
    first = told.adapter.fetch_states("")
    second = told.adapter.fetch_states(first.following)
    assert list(first.states) == [DocumentState("order.release", release.release, True, numbers)]
    assert list(second.states) == [DocumentState("order.release", "WH/OUT/00043", False, ())]
    assert list(told.adapter.fetch_states(second.following).states) == []


def test_a_message_that_was_sent_twice_is_listed_once(told, release) -> None:
    told.control("tell", release=release.release, stage="picked", faults=["duplicate"])
    page = told.adapter.fetch_events(Asked(about=release.release), "")
    numbers = [each.external_id for each in page]
    assert len(numbers) == len(set(numbers))
    assert told.adapter.fetch_events(Asked(about=release.release), numbers[-1]) == []


def test_an_order_whose_cancel_was_taken_has_not_moved_and_is_found(told, release) -> None:
    other = release.model_copy(update={"release": "WH/OUT/00043"})
    told.adapter.send("order.release", told.adapter.render(other), key="k2")
    cancel = OrderCancel(release=other.release, change=1, version=other.version, site=other.site)
    told.adapter.send("order.cancel", told.adapter.render(cancel), key="k3")
    told.control("answer", release=other.release, faults=["lost"])
    assert [(each.reference, each.moved) for each in told.adapter.fetch_states("").states] == [
        (release.release, True), (other.release, False),
    ]  # fmt: skip
    assert told.adapter.find("order.release", other.release, 1).answer == Answer.ACCEPTED


@pytest.mark.parametrize("ask", ["fetch_states", "fetch_events"])
def test_a_failure_is_tried_again(told, ask) -> None:
    told.fail("error503")
    with pytest.raises(Unreachable):
        told.adapter.fetch_states("") if ask == "fetch_states" else told.adapter.fetch_events(Asked(about="x"), "")
