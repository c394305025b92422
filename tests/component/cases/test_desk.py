"""Whose desk a case is on, whom it waits for, and what the clock does to it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.timezone import now

from integration.errors import MappingMissing
from integration.jobs import cases, desk
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.desk import Wish
from integration.models import (
    AuditEvent,
    CaseEvent,
    CaseRule,
    CaseTally,
    Connection,
    Document,
    ExceptionCase,
    Warehouse,
)

State, Kind = ExceptionCase.State, CaseEvent.Kind
TOMORROW = timedelta(days=1)


@pytest.fixture
def anna(db) -> Actor:
    return Actor("anna", User.objects.create_user("anna", is_staff=True))


@pytest.fixture
def bert(db) -> User:
    return User.objects.create_user("bert", is_staff=True)


@pytest.fixture
def delivery(db) -> Document:
    erp = Connection.objects.create(slug="odoo", name="Odoo", kind="odoo", base_url="https://example.com")
    wms = Connection.objects.create(slug="north", name="North", kind="http_json", base_url="https://example.com")
    warehouse = Warehouse.objects.create(
        name="Main", erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site="A", owner_code=""
    )
    return Document.objects.create(
        connection=erp, kind="delivery", reference="WH/OUT/1", erp_id=1, warehouse=warehouse, erp_partner_id=7
    )


def opened(document=None, code="X", flow="shipment_confirmation") -> ExceptionCase:
    error = MappingMissing("CD-3002", partner="North", scope="north", code=code)
    with transaction.atomic():
        return cases.open_case(error, document=document, flow=flow)


def told(case):
    return list(case.events.values_list("kind", "actor"))


def again(case):
    case.refresh_from_db()
    return case


def grown_old(case, **times):
    ExceptionCase.objects.filter(pk=case.pk).update(**times)


class TestByHand:
    def test_a_case_is_given_to_somebody_and_to_a_team(self, anna, bert):
        case = opened()
        desk.change(case.pk, anna, Wish(assignee=bert.pk, team="warehouse"))
        assert (again(case).assignee, case.owner) == (bert, "warehouse")
        assert told(case) == [(Kind.ASSIGNED, "anna"), (Kind.ASSIGNED, "anna")]
        assert AuditEvent.objects.get(verb="change case").detail["said"] == [
            "assigned: to the team warehouse",
            "assigned: to bert",
        ]

    def test_it_is_taken_from_him_again(self, anna, bert):
        case = opened()
        desk.change(case.pk, anna, Wish(assignee=bert.pk))
        desk.change(case.pk, anna, Wish(assignee=0))
        assert again(case).assignee is None

    @pytest.mark.parametrize("state", ExceptionCase.WAITING)
    def test_it_waits_for_somebody_and_is_taken_up_again(self, state, anna):
        case = opened()
        desk.change(case.pk, anna, Wish(state=state, comment="called them"))
        assert again(case).state == state
        desk.change(case.pk, anna, Wish(state=State.OPEN))
        assert again(case).state == State.OPEN
        assert [kind for kind, _ in told(case)] == [Kind.WAITS, Kind.COMMENT, Kind.OPENED]

    def test_it_is_left_alone_until_a_moment_and_comes_back_by_itself(self, anna):
        case = opened()
        desk.change(case.pk, anna, Wish(state=State.SNOOZED, until=now() + TOMORROW))
        assert (again(case).state, desk.tick()) == (State.SNOOZED, 0)
        grown_old(case, snoozed_until=now() - timedelta(seconds=1))
        assert desk.tick() == 1
        assert (again(case).state, case.snoozed_until) == (State.OPEN, None)
        assert told(case) == [(Kind.SNOOZED, "anna"), (Kind.OPENED, "")]

    @pytest.mark.parametrize("until", [None, -TOMORROW, timedelta(days=91)])
    def test_without_a_moment_that_comes_soon_it_is_not(self, until, anna):
        case = opened()
        with pytest.raises(NotAllowed, match="Say until when"):
            desk.change(case.pk, anna, Wish(state=State.SNOOZED, until=until and now() + until))
        assert (again(case).state, told(case)) == (State.OPEN, [])

    @pytest.mark.parametrize(
        "wish", [Wish(state="resolved"), Wish(state="nonsense"), Wish(team="x"), Wish(assignee=9999)]
    )
    def test_what_is_no_such_thing_is_refused_and_nothing_is_done(self, wish, anna):
        case = opened()
        with pytest.raises(NotAllowed):
            desk.change(case.pk, anna, wish)
        assert (again(case).state, told(case), AuditEvent.objects.count()) == (State.OPEN, [], 0)

    def test_a_closed_case_stays_as_it_is(self, anna):
        case = opened()
        grown_old(case, state=State.RESOLVED)
        with pytest.raises(NotAllowed, match="resolved already"):
            desk.change(case.pk, anna, Wish(comment="too late"))

    def test_somebody_who_has_left_gets_none(self, anna, bert):
        User.objects.filter(pk=bert.pk).update(is_active=False)
        with pytest.raises(NotAllowed, match="no such user"):
            desk.change(opened().pk, anna, Wish(assignee=bert.pk))

    def test_what_is_already_so_leaves_no_trace(self, anna):
        case = opened()
        desk.change(case.pk, anna, Wish(assignee=0, team=case.owner, state=State.OPEN))
        assert (told(case), AuditEvent.objects.count()) == ([], 0)

    @pytest.mark.parametrize("state", [*ExceptionCase.WAITING, State.SNOOZED])
    def test_the_same_cause_is_counted_and_opens_no_second_case(self, state, anna):
        case = opened()
        desk.change(case.pk, anna, Wish(state=state, until=now() + TOMORROW if state == State.SNOOZED else None))
        assert opened().pk == case.pk
        assert (again(case).state, case.count, ExceptionCase.objects.count()) == (state, 2, 1)

    @pytest.mark.parametrize("state", [*ExceptionCase.WAITING, State.SNOOZED])
    def test_when_its_cause_is_gone_it_closes_whatever_it_waits_for(self, state, db):
        case = opened()
        grown_old(case, state=state)
        with transaction.atomic():
            cases.clear("It is mapped.", case.fingerprint)
        assert again(case).state == State.RESOLVED


class TestByRule:
    def test_the_first_rule_that_fits_says_whose_it_is(self, delivery, bert):
        CaseRule.objects.create(order=1, code="CD-7", team="administrator")
        CaseRule.objects.create(order=2, flow="put_away", team="administrator")
        CaseRule.objects.create(order=3, active=False, team="administrator")
        fits = CaseRule.objects.create(order=4, code="CD-30", team="warehouse", assignee=bert, deadline_minutes=30)
        CaseRule.objects.create(order=5, team="administrator")
        case = again(opened(delivery))
        assert (case.owner, case.assignee, case.rule) == ("warehouse", bert, fits)
        assert timedelta(minutes=29) < case.deadline - now() < timedelta(minutes=30)
        assert case.escalate_at == case.deadline

    @pytest.mark.parametrize(
        ("given", "fits"),
        [({}, True), ({"warehouse": True}, True), ({"erp_partner_id": 7}, True), ({"erp_partner_id": 8}, False)],
    )
    def test_by_warehouse_and_customer(self, given, fits, delivery):
        given = given | ({"warehouse": delivery.warehouse} if "warehouse" in given else {})
        CaseRule.objects.create(team="warehouse", **given)
        assert (again(opened(delivery)).owner == "warehouse") is fits

    @pytest.mark.parametrize("given", ["warehouse", "erp_partner_id"])
    def test_a_rule_for_a_warehouse_or_customer_fits_no_case_without_a_document(self, given, delivery):
        CaseRule.objects.create(team="warehouse", **{given: getattr(delivery, given)})
        assert again(opened()).owner == "master data"

    def test_without_a_rule_it_is_as_its_code_says(self, delivery):
        case = again(opened(delivery))
        assert (case.owner, case.assignee, case.rule) == ("master data", None, None)


class TestWhenItAges:
    def test_it_gets_more_severe_step_by_step_and_then_stays(self, db):
        case = opened()
        seen = [again(case).severity]
        for _ in range(4):
            grown_old(case, escalate_at=now() - timedelta(seconds=1))
            desk.tick()
            seen.append(again(case).severity)
            if case.escalate_at is None:
                break
        assert seen == ["high", "critical"]
        assert told(case) == [(Kind.ESCALATED, "")]
        assert desk.tick() == 0

    def test_its_rule_hands_it_on(self, bert):
        CaseRule.objects.create(escalate_minutes=5, escalate_to=bert)
        case = again(opened())
        assert timedelta(minutes=4) < case.escalate_at - now() < timedelta(minutes=5)
        grown_old(case, escalate_at=now() - timedelta(seconds=1))
        desk.tick()
        assert again(case).assignee == bert
        assert case.events.get().text == "Nobody has ended it: high becomes critical. bert has it now."

    def test_what_is_left_alone_or_closed_does_not(self, db):
        for state, code in ((State.SNOOZED, "A"), (State.RESOLVED, "B"), (State.IGNORED, "C")):
            times = {"escalate_at": now() - TOMORROW, "snoozed_until": now() + TOMORROW}
            grown_old(opened(code=code), state=state, **times)
        assert desk.tick() == 0

    def test_what_waits_for_somebody_does(self, anna):
        case = opened()
        desk.change(case.pk, anna, Wish(state=State.WAITING_WMS))
        grown_old(case, escalate_at=now() - timedelta(seconds=1))
        assert desk.tick() == 1
        assert again(case).severity == "critical"


def test_each_sight_is_tallied_by_the_hour(db):
    case = opened()
    for _ in range(2):
        opened()
    assert list(CaseTally.objects.values_list("case", "count")) == [(case.pk, 3)]


def test_a_cause_that_comes_back_leads_to_what_was_done_before(db):
    first = opened()
    with transaction.atomic():
        cases.clear("It is mapped.", first.fingerprint)
    second = opened()
    assert (second.pk != first.pk, second.regression_of) == (True, first)
