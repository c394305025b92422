"""One shipment has one effect, however often and in whatever way it arrives."""

import pytest
from django.core.management import CommandError, call_command

from integration.jobs import acts
from integration.jobs.acts import Actor, NotAllowed
from integration.models import AuditEvent, Effect, ExceptionCase, InboundMessage, MessageKey, StockEvent, SyncJob
from tests.component.replay.conftest import Yard, shipment_jobs, work

ACTOR = Actor("tests")


def assert_shipped_once(yard: Yard) -> None:
    assert yard.delivered() == [8.0]
    assert yard.validations() == 1
    assert list(StockEvent.objects.values_list("quantity", flat=True)) == [-8]
    assert list(Effect.objects.filter(verb="ship").values_list("state", flat=True)) == ["landed"]
    yard.delivery.refresh_from_db()
    assert (yard.delivery.state, yard.delivery.lines.get().shipped) == ("shipped", 8)
    assert not ExceptionCase.objects.exists()


@pytest.fixture
def shipped(yard: Yard) -> Yard:
    yard.ships("msg_1")
    work()
    assert_shipped_once(yard)
    return yard


def test_a_replayed_shipment_has_one_effect(shipped: Yard) -> None:
    message = InboundMessage.objects.get()
    for _ in range(2):
        acts.replay_message(message.pk, ACTOR, "to be sure")
        work()
    assert shipment_jobs() == ["succeeded"] * 3
    assert_shipped_once(shipped)


def test_the_same_shipment_under_another_message_number_has_one_effect(shipped: Yard) -> None:
    assert not shipped.ships("msg_2").duplicate
    work()
    assert shipment_jobs() == ["succeeded"] * 2
    assert_shipped_once(shipped)


def test_the_same_shipment_after_its_message_was_purged_has_one_effect(shipped: Yard) -> None:
    InboundMessage.objects.all().delete()
    assert shipped.ships("msg_1").duplicate
    assert not shipped.ships("msg_2").duplicate
    work()
    assert shipment_jobs() == ["succeeded"] * 2
    assert_shipped_once(shipped)


def test_the_same_shipment_after_everything_about_it_was_purged_has_one_effect(shipped: Yard) -> None:
    for model in (StockEvent, Effect, SyncJob, InboundMessage, MessageKey):
        model.objects.all().delete()
    shipped.delivery.lines.update(shipped=0)
    assert not shipped.ships("msg_1").duplicate
    work()
    assert_shipped_once(shipped)


def test_a_shipment_sent_twice_before_a_worker_comes_has_one_effect(yard: Yard) -> None:
    yard.ships("msg_1")
    yard.ships("msg_2")
    work()
    assert shipment_jobs() == ["succeeded"] * 2
    assert_shipped_once(yard)


def test_a_replay_is_in_the_audit_log(shipped: Yard) -> None:
    message = InboundMessage.objects.get()
    job = acts.replay_message(message.pk, ACTOR, "to be sure")
    event = AuditEvent.objects.latest("pk")
    assert (event.actor, event.verb) == ("tests", "replay message")
    assert event.detail == {"message": message.pk, "job": job.pk, "reason": "to be sure"}


def test_a_message_whose_job_still_waits_is_not_replayed(yard: Yard) -> None:
    yard.ships("msg_1")
    job = SyncJob.objects.get(flow="shipment_confirmation")
    with pytest.raises(NotAllowed, match=f"Job {job.pk} has this message in hand"):
        acts.replay_message(InboundMessage.objects.get().pk, ACTOR, "")
    assert shipment_jobs() == ["pending"]


def test_a_message_that_is_gone_is_not_replayed(shipped: Yard) -> None:
    message = InboundMessage.objects.get().pk
    InboundMessage.objects.all().delete()
    with pytest.raises(CommandError, match=f"There is no message {message}"):
        call_command("replay", "message", str(message))
    assert shipment_jobs() == ["succeeded"]


def test_the_command_replays_and_tail_tells_how_it_went(shipped: Yard, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("replay", "message", str(InboundMessage.objects.get().pk))
    job = SyncJob.objects.latest("pk")
    said = (
        f"Job {job.pk}: shipment_confirmation shipment.confirmed SHP-1. Follow it with: manage.py tail --job {job.pk}"
    )
    assert capsys.readouterr().out.strip() == said
    work()
    call_command("tail", "--job", str(job.pk))
    [line] = capsys.readouterr().out.splitlines()
    assert " succeeded " in line
    assert f"(job {job.pk})  SHP-1 on " in line
