"""A connection is paused, resumed and tested by a click; and one of another environment is never called."""

import pytest

from integration.handlers import HANDLERS
from integration.jobs import acts, connections, engine
from integration.jobs.acts import Actor, NotAllowed
from integration.models import AuditEvent, Connection, Lane
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = Actor("anna")


def partner(yard: Yard) -> Connection:
    return Connection.objects.get(pk=yard.partner.pk)


def test_what_comes_while_it_is_paused_waits_and_goes_when_it_is_resumed(yard: Yard) -> None:
    connections.pause(yard.partner.pk, ANNA, "they move house")
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert (yard.wms.held(), yard.cases(), len(yard.unfinished())) == ([], [], 1)
    connections.resume(yard.partner.pk, ANNA)
    yard.run()
    assert [held.release for held in yard.wms.held()] == [sale.release]
    assert [event.verb for event in AuditEvent.objects.order_by("pk") if event.actor == "anna"] == [
        "pause connection",
        "resume connection",
    ]
    assert AuditEvent.objects.get(verb="pause connection").detail["reason"] == "they move house"


def test_what_is_so_already_is_refused(yard: Yard) -> None:
    with pytest.raises(NotAllowed, match="is not paused"):
        connections.resume(yard.partner.pk, ANNA)
    connections.pause(yard.partner.pk, ANNA, "x")
    with pytest.raises(NotAllowed, match="paused already"):
        connections.pause(yard.partner.pk, ANNA, "x")


@pytest.mark.parametrize("which", ["partner", "erp"])
def test_a_test_says_that_all_is_well(which: str, yard: Yard) -> None:
    connection = yard.partner if which == "partner" else yard.warehouse.erp
    connections.ask_for_test(connection.pk, ANNA)
    engine.run_lane(Lane.ORDER, HANDLERS, seconds=20)
    connection.refresh_from_db()
    assert (connection.test_failure, connection.tested_at is not None, bool(connection.profile)) == ("", True, True)


def test_a_test_says_what_is_wrong_and_opens_no_case(yard: Yard) -> None:
    Connection.objects.filter(pk=yard.partner.pk).update(base_url="http://127.0.0.1:1")
    connections.ask_for_test(yard.partner.pk, ANNA)
    engine.run_lane(Lane.ORDER, HANDLERS, seconds=20)
    assert "CD-1001" in partner(yard).test_failure
    assert yard.cases() == []


def test_a_paused_connection_can_be_tested(yard: Yard) -> None:
    connections.pause(yard.partner.pk, ANNA, "x")
    connections.ask_for_test(yard.partner.pk, ANNA)
    engine.run_lane(Lane.ORDER, HANDLERS, seconds=20)
    assert (partner(yard).test_failure, partner(yard).tested_at is not None) == ("", True)


def test_a_system_of_another_environment_is_never_called_and_its_work_waits(yard: Yard) -> None:
    Connection.objects.filter(pk=yard.partner.pk).update(environment="production")
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert ([code for code, _ in yard.cases()], yard.wms.held()) == (["CD-2012"], [])
    connections.ask_for_test(yard.partner.pk, ANNA)
    engine.run_lane(Lane.ORDER, HANDLERS, seconds=20)
    assert "CD-2012" in partner(yard).test_failure
    Connection.objects.filter(pk=yard.partner.pk).update(environment="test")
    yard.later()
    assert ([held.release for held in yard.wms.held()], yard.cases()) == ([sale.release], [])


def test_a_case_of_it_goes_on_by_retry(yard: Yard) -> None:
    Connection.objects.filter(pk=yard.partner.pk).update(environment="production")
    yard.sell(("CRATE-S", 3))
    yard.look()
    Connection.objects.filter(pk=yard.partner.pk).update(environment="test")
    acts.retry_case(yard.case("CD-2012").pk, ANNA)
    yard.run()
    assert (len(yard.wms.held()), yard.cases()) == (1, [])
