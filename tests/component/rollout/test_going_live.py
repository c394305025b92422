"""Going live: gated, and what is open then is taken over without one being sent or booked twice."""

from collections import Counter
from typing import Any

import pytest
from django.contrib.auth.models import User

from integration.errors import Locked
from integration.flows import taking_over
from integration.handlers import HANDLERS
from integration.jobs import engine, failpoints, going_live, warehouses
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.tree import undoing
from integration.jobs.work import Outcome, Work
from integration.models import (
    AuditEvent,
    ConfigurationChange,
    Lane,
    OutboundMessage,
    Rollout,
    ShadowDocument,
    SyncJob,
    Warehouse,
)
from integration.reconcile import shadow
from integration.sandbox.wms.server import _Handler
from integration.sandbox.wms.wire import problem
from tests.component.engine.yard import time_passes
from tests.component.flows.yard import Sale, Yard
from tests.component.rollout.clerk import Clerk

pytestmark = pytest.mark.django_db(transaction=True)
ANN = Actor("ann")


def rollout(flow: str, *, go: bool = True, **of: Any) -> Rollout:
    Rollout.objects.filter(flow=flow, **of).update(go=go)
    return Rollout.objects.get(flow=flow, **of)


def live(yard: Yard, flow: str, **of: Any) -> Rollout:
    """The flow is ready, and goes live; what is open was looked at. ``of``: where several warehouses have it."""
    row = rollout(flow, **of)
    assert going_live.go_live(row.pk, ANN, "agreed", in_spite=False)
    yard.run()
    going_live.look(row.pk, ANN, "")
    yard.run()
    row.refresh_from_db()
    return row


def taken(yard: Yard, row: Rollout) -> Rollout:
    going_live.take_over(row.pk, ANN, "looked at")
    yard.run()
    row.refresh_from_db()
    return row


def orders_held(yard: Yard) -> Counter[str]:
    return Counter(each["release"] for each in yard.wms.books())


def _busy(work: Work) -> Outcome:
    raise Locked("CD-1004", connection="the warehouse", document=work.job.subject)


class Died(BaseException):
    """The process is gone: nothing of ours catches it."""


def dies(monkeypatch: pytest.MonkeyPatch, where: str) -> pytest.MonkeyPatch:
    """At the second time that the point is passed."""
    passed = []

    def hit(point: str) -> None:
        passed.append(point)
        if point == where and passed.count(where) == 2:
            raise Died

    monkeypatch.setattr(failpoints, "hit", hit)
    return monkeypatch


def sold(yard: Yard, count: int) -> list[Sale]:
    sales = [yard.sell(("CRATE-S", number + 1)) for number in range(count)]
    yard.look()
    return sales


def test_it_does_not_go_live_before_it_is_ready(dark: Yard) -> None:
    sold(dark, 1)
    shadow.look()
    row = Rollout.objects.get(flow="release")
    with pytest.raises(NotAllowed, match="not ready"):
        going_live.go_live(row.pk, ANN, "hurry", in_spite=False)
    before = Warehouse.objects.get()
    after = Warehouse.objects.get()
    after.release_mode = "live"
    with pytest.raises(NotAllowed, match="was in shadow and is not ready"):
        warehouses.check(before, after)
    assert Warehouse.objects.get().release_mode == "shadow"


def test_in_spite_of_it_takes_a_reason_that_the_change_log_keeps(dark: Yard) -> None:
    sold(dark, 1)
    row = Rollout.objects.get(flow="release")
    assert going_live.go_live(row.pk, ANN, "the season begins", in_spite=True)
    change = ConfigurationChange.objects.get(section="warehouses")
    assert (change.actor, change.why, change.after["release_mode"]) == ("ann", "the season begins", "live")
    row.refresh_from_db()
    assert (row.waived_by, row.waived_why, row.live_since is not None) == ("ann", "the season begins", True)
    assert AuditEvent.objects.get(verb="go live").detail["ready"] is False


def test_where_two_people_have_to_look_it_waits(dark: Yard) -> None:
    sold(dark, 1)
    dark.partner.four_eyes = True
    dark.partner.save()
    row = rollout("release")
    assert not going_live.go_live(row.pk, ANN, "agreed", in_spite=False)
    assert Warehouse.objects.get().release_mode == "shadow"
    assert ConfigurationChange.objects.get().state == "waiting"


def test_what_a_second_person_refused_is_let_go_live_by_nobody(dark: Yard) -> None:
    sold(dark, 1)
    dark.partner.four_eyes = True
    dark.partner.save()
    row = Rollout.objects.get(flow="release")
    assert not going_live.go_live(row.pk, ANN, "hurry", in_spite=True)
    undoing.refuse(ConfigurationChange.objects.get().pk, Actor("ben"), "not yet")
    after = Warehouse.objects.get()
    after.release_mode = "live"
    with pytest.raises(NotAllowed, match="is not ready"):
        warehouses.check(Warehouse.objects.get(), after)


def test_what_is_open_stays_with_people_until_it_is_taken_over(dark: Yard, clerk: Clerk) -> None:
    keyed, open_ = sold(dark, 2)
    clerk.tells(keyed.release)
    row = live(dark, "release")
    dark.sweep()
    assert (row.taking, row.open_ones) == ("looked", {"known": 1, "send": 1})
    assert orders_held(dark) == {keyed.release: 1}
    fresh = dark.sell(("CRATE-S", 9))
    dark.odoo.order_more(open_.id, "CRATE-S", 7)
    dark.look()
    assert orders_held(dark) == {keyed.release: 1, fresh.release: 1}
    assert (dark.state(open_.release), dark.cases()) == ("waiting", [])


def test_a_taking_over_sends_what_nobody_has_keyed_and_that_alone(dark: Yard, clerk: Clerk) -> None:
    keyed, open_ = sold(dark, 2)
    clerk.tells(keyed.release)
    row = taken(dark, live(dark, "release"))
    assert row.taking == "done"
    assert orders_held(dark) == {keyed.release: 1, open_.release: 1}
    assert (dark.state(keyed.release), dark.state(open_.release)) == ("accepted", "released")
    assert (dark.cases(), dark.unfinished()) == ([], [])
    dark.sweep()
    assert orders_held(dark) == {keyed.release: 1, open_.release: 1}


def test_however_much_stays_with_people_a_taking_over_comes_to_its_end(
    dark: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    *others, last = sold(dark, 3)
    row = live(dark, "release")
    monkeypatch.setattr(taking_over, "SLICE_SECONDS", 0.0)
    looked: list[str] = []

    def decided(message: OutboundMessage, wms: object) -> str:
        looked.append(message.reference)
        assert len(looked) < 10
        return "send" if message.reference == last.release else "person"

    monkeypatch.setattr(taking_over, "_decide", decided)
    assert (taken(dark, row).taking, looked) == ("done", [*(each.release for each in others), last.release])
    assert orders_held(dark) == {last.release: 1}


def test_what_is_taken_over_is_what_odoo_wants_by_then(dark: Yard) -> None:
    [sale] = sold(dark, 1)
    bought = dark.buy(("CRATE-S", 10))
    dark.look()
    for kind in ("release", "receipt"):
        Rollout.objects.get_or_create(warehouse=dark.warehouse, flow=kind)
    rows = [live(dark, "release"), live(dark, "receipt")]
    dark.odoo.order_more(sale.id, "CRATE-S", 7)
    dark.odoo.order_more_of(bought.id, "CRATE-S", 12)
    dark.look()
    for row in rows:
        taken(dark, row)
    sent = OutboundMessage.objects.exclude(state="superseded").order_by("type").values_list("type", "version", "state")
    assert list(sent) == [("order.release", 2, "sent"), ("receipt.advice", 2, "sent")]
    assert dark.wms.held()[0].lines == {"P-CRATE-S": "7"}


def test_what_is_keyed_between_the_look_and_the_send_is_recognised(dark: Yard, clerk: Clerk) -> None:
    [open_] = sold(dark, 1)
    row = live(dark, "release")
    assert row.open_ones == {"send": 1}
    going_live.take_over(row.pk, ANN, "looked at")
    waits = {**HANDLERS, "release_send": _busy}
    while sum(engine.run_lane(lane, waits, seconds=60) for lane in Lane):
        pass
    assert OutboundMessage.objects.get().state == "queued"
    clerk.tells(open_.release)
    dark.later()
    assert orders_held(dark) == {open_.release: 1}
    assert [held.version for held in dark.wms.held()] == [1]
    assert dark.cases() == []


@pytest.mark.parametrize("point", ["after_intent", "after_send", "after_result", "before_settle", "after_settle"])
def test_a_crash_anywhere_sends_none_twice(
    dark: Yard, clerk: Clerk, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = sold(dark, 3)
    clerk.tells(first.release)
    row = live(dark, "release")
    going_live.take_over(row.pk, ANN, "looked at")
    deaths = dies(monkeypatch, point)
    with pytest.raises(Died):
        dark.run()
    deaths.undo()
    time_passes(3600)
    dark.later()
    assert (dark.unfinished(), dark.cases()) == ([], [])
    assert orders_held(dark) == dict.fromkeys([first.release, second.release, third.release], 1)


def test_a_shipment_that_nobody_has_keyed_is_booked_once_after_the_taking_over(
    dark: Yard, clerk: Clerk, settings: Any
) -> None:
    open_, done, part = sold(dark, 3)
    for sale in (open_, done, part):
        clerk.tells(sale.release)
        dark.shipped(sale)
    clerk.ships(done.release)
    clerk.ships(part.release, CRATE_S=2)
    dark.look()
    row = taken(dark, live(dark, "shipment"))
    assert row.taking == "done"
    assert dark.left(open_) == {"CRATE-S": (1, 1, 1)}
    assert dark.odoo.delivered(done.id) == {"CRATE-S": 2}
    assert dark.odoo.delivered(part.id) == {"CRATE-S": 2}
    going_live.look(row.pk, ANN, "")
    dark.run()
    taken(dark, row)
    assert dark.left(open_) == {"CRATE-S": (1, 1, 1)}
    assert dark.effects("ship") == ["landed"]
    settings.ROLLOUT = {**settings.ROLLOUT, "unkeyed_hours": 0}
    shadow.look()  # what is taken over waits for nobody to key it
    assert shadow.figures_of(row).unkeyed == 0
    assert ShadowDocument.objects.get(reference=open_.release, flow="shipment").outcome == "waiting"


def test_a_shipment_in_hand_since_before_the_flow_went_live_is_booked_after_the_taking_over(
    dark: Yard, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Odoo was slow: a worker that began in shadow comes to its end only now."""
    [sale] = [dark.sell(("CRATE-S", 3))]
    dark.look()
    clerk.tells(sale.release)
    dark.shipped(sale, lines=[dark.line(sale, quantity="1")], final=False)
    begun: list[bool] = []

    def hit(point: str) -> None:
        if point == "before_settle" and failpoints._flow == "shipment_confirmation" and not begun:
            begun.append(True)
            taken(dark, live(dark, "shipment"))
            failpoints.at_work_on("shipment_confirmation")

    monkeypatch.setattr(failpoints, "hit", hit)
    dark.shipped(sale, lines=[dark.line(sale, quantity="2")])
    dark.later()
    assert begun
    assert dark.left(sale) == {"CRATE-S": (3, 3, 3)}
    assert (dark.cases(), dark.unfinished()) == ([], [])


def test_a_shipment_that_came_before_its_release_was_known_is_taken_over_too(dark: Yard, clerk: Clerk) -> None:
    sale = dark.sell(("CRATE-S", 3))
    clerk.tells(sale.release)
    dark.shipped(sale)
    dark.look()
    dark.later()
    shadow.look()
    assert ShadowDocument.objects.get(flow="release").outcome == "agrees"
    taken(dark, live(dark, "shipment"))
    assert dark.left(sale) == {"CRATE-S": (3, 3, 3)}
    assert (dark.cases(), dark.unfinished()) == ([], [])


def test_a_receipt_that_came_before_its_advice_was_known_is_taken_over_too(dark: Yard, clerk: Clerk) -> None:
    bought = dark.buy(("CRATE-S", 3))
    clerk.expects(bought.advice, "NORTH", kind="purchase")
    dark.receive(bought.advice)
    dark.look()
    dark.later()
    taken(dark, live(dark, "receipt"))
    odoo, _, ours = dark.arrived(bought)["CRATE-S"]
    assert (odoo, ours) == (3, 3)
    assert (dark.cases(), dark.unfinished()) == ([], [])


def test_one_that_the_warehouse_refuses_to_be_asked_about_keeps_no_other_one(
    dark: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, open_ = sold(dark, 2)
    serve = _Handler._contract

    def refuses(handler: _Handler, path: str, query: dict[str, str], body: bytes) -> Any:
        asked = query.get("release") == odd.release
        return problem(404, "no such order") if asked else serve(handler, path, query, body)

    monkeypatch.setattr(_Handler, "_contract", refuses)
    row = live(dark, "release")
    assert row.open_ones == {"person": 1, "send": 1}
    taken(dark, row)
    assert orders_held(dark) == {open_.release: 1}


def test_who_was_wrong_is_said_by_a_person_and_kept(dark: Yard, clerk: Clerk) -> None:
    [sale] = sold(dark, 1)
    clerk.tells(sale.release)
    dark.shipped(sale)
    clerk.ships(sale.release, CRATE_S=3)
    dark.look()
    shadow.look()
    row = ShadowDocument.objects.get(flow="shipment")
    user = User.objects.create_user("ann")
    going_live.judge(row.pk, Actor("ann", user), "counted again", judged="human")
    shadow.look()
    found = Rollout.objects.get(flow="shipment").agreement
    assert (found["human"], found["unjudged"], found["share"], found["right"]) == (1, 0, "0.0", "100.0")
    assert AuditEvent.objects.get(verb="judge shadow").detail["why"] == "counted again"
    assert OutboundMessage.objects.count() == 1


@pytest.mark.parametrize("fault", ["cut_before", "cut_after_commit"])
def test_an_answer_that_is_lost_sends_none_twice(dark: Yard, clerk: Clerk, fault: str) -> None:
    keyed, open_ = sold(dark, 2)
    clerk.tells(keyed.release)
    row = live(dark, "release")
    dark.wms.fault(fault, times=1)
    taken(dark, row)
    dark.later()
    assert orders_held(dark) == {keyed.release: 1, open_.release: 1}
    assert [(held.release, held.version) for held in dark.wms.held()] == [(keyed.release, 1), (open_.release, 1)]
    assert (dark.cases(), dark.unfinished()) == ([], [])


def test_two_presses_at_once_and_a_second_taking_over_send_none_twice(dark: Yard, clerk: Clerk) -> None:
    keyed, open_ = sold(dark, 2)
    clerk.tells(keyed.release)
    row = live(dark, "release")
    going_live.take_over(row.pk, ANN, "looked at")
    with pytest.raises(NotAllowed):
        going_live.take_over(row.pk, ANN, "looked at")
    dark.run()
    going_live.look(row.pk, ANN, "")
    dark.run()
    taken(dark, row)
    sent = OutboundMessage.objects.order_by("pk").values_list("reference", "state")
    assert list(sent) == [(keyed.release, "accepted"), (open_.release, "sent")]
    assert orders_held(dark) == {keyed.release: 1, open_.release: 1}


def test_an_order_that_changes_after_it_was_taken_over_as_known_is_no_second_release(dark: Yard, clerk: Clerk) -> None:
    [keyed] = sold(dark, 1)
    clerk.tells(keyed.release)
    taken(dark, live(dark, "release"))
    dark.odoo.order_more(keyed.id, "CRATE-S", 5)
    dark.look()
    assert [(held.release, held.version) for held in dark.wms.held()] == [(keyed.release, 1)]
    assert [code for code, _ in dark.cases()] == ["CD-4004"]


def test_shipments_may_be_live_while_people_still_key_the_releases(dark: Yard, clerk: Clerk) -> None:
    [sale] = sold(dark, 1)
    other = dark.sell(("CRATE-S", 4))
    dark.look()
    dark.set(shipment_mode="live")
    for each in (sale, other):
        clerk.tells(each.release)
    dark.shipped(other, "partial")
    dark.shipped(sale)
    dark.sweep()
    assert (dark.left(sale), dark.left(other)) == ({"CRATE-S": (1, 1, 1)}, {"CRATE-S": (2, 2, 2)})
    assert (dark.state(sale.release), dark.state(other.release)) == ("shipped", "part_shipped")
    dark.set(release_mode="live")
    dark.sweep()
    assert orders_held(dark) == {sale.release: 1, other.release: 1}
    assert [held.version for held in dark.wms.held()] == [1, 1]
    dark.shipped(other)
    assert dark.left(other) == {"CRATE-S": (4, 4, 4)}
    assert (dark.cases(), dark.unfinished()) == ([], [])


def test_a_taking_over_whose_job_a_person_ended_may_begin_again(dark: Yard) -> None:
    sold(dark, 1)
    row = live(dark, "release")
    going_live.look(row.pk, ANN, "")
    SyncJob.objects.filter(flow="rollout_look", state="pending").update(state="cancelled")
    going_live.look(row.pk, ANN, "")
    dark.run()
    row.refresh_from_db()
    assert row.taking == "looked"
