"""What is due goes out once, together, outside of any transaction; and what did not get through is seen and retried."""

import json
import logging
import os
import signal
import threading
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import redis
from django.conf import settings as environment
from django.db import connection as database
from django.db import transaction
from django.utils.timezone import now

from config.queues import MAINTENANCE
from integration.adapters import notify
from integration.jobs import alerts, notices, remote
from integration.jobs.acts import Actor
from integration.models import Alert, AlertChannel, AuditEvent, ExceptionCase, Notice
from tasks import alerts as tasks
from tests.component.alerts.receiver import Mailbox, Received
from tests.component.alerts.yard import channel, down, later, send, time_passes, told, up
from tests.component.engine.yard import cases, somebody_waits, together, until
from tests.component.life.conftest import Start, start

__all__ = ["start"]
pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "token-4711"


def failed() -> tuple[int, str]:
    row = AlertChannel.objects.get()
    return row.failures, row.last_failure


def test_what_is_found_at_once_arrives_as_one_message_with_the_worst_first(web: Received) -> None:
    channel(web.url)
    down()
    down("south", options={"key_expires": f"{now().date() + timedelta(days=9)}"})
    alerts.look()
    Alert.objects.filter(connection__slug="south", kind="away").update(severity="high")
    assert (send(), send()) == (1, 0)
    [body] = web.bodies
    assert (body["title"], body["type"]) == ("Crossdock: 3 alerts", "failure")
    assert [each["severity"] for each in body["alerts"]] == ["high", "medium", "medium"]
    assert body["message"].startswith("[high] South has not answered for 10 min.\nAsk whoever runs it. The work waits")
    assert f"/console/integration/alert/{body['alerts'][0]['id']}/change/" in body["message"]
    assert told() == [("raised", 0, "sent")] * 3
    assert Notice.objects.values("message").distinct().count() == 1


def test_that_it_is_over_is_told_after_it_was_told(web: Received) -> None:
    channel(web.url)
    down()
    alerts.look()
    send()
    up()
    later(5)
    send()
    assert [body["title"][:40] for body in web.bodies] == [
        "Crossdock: North has not answered for 10", "Crossdock: Over after 5 min: North has n",
    ]  # fmt: skip
    assert [body["type"] for body in web.bodies] == ["warning", "success"]


def test_what_may_have_been_taken_before_the_answer_was_lost_is_told_to_be_over(web: Received) -> None:
    channel(web.url)
    down()
    alerts.look()
    web.status = 503
    send()
    up()
    later(5)
    web.status = 200
    send()
    assert told() == [("raised", 0, "dropped"), ("gone", 0, "sent")]
    assert [body["type"] for body in web.bodies] == ["warning", "success"]


def test_that_it_is_so_is_not_told_after_it_is_over(web: Received) -> None:
    """It is over while somebody is just telling it, who does not get through."""
    channel(web.url)

    def ends() -> None:
        with closing(database):
            up()
            later(5)

    down()
    alerts.look()
    web.before, web.status = ends, 503
    send()
    assert told() == [("raised", 0, "waiting"), ("gone", 0, "waiting")]
    web.before, web.status = lambda: None, 200
    for _ in range(2):
        send()
        time_passes(6)
    assert told() == [("raised", 0, "dropped"), ("gone", 0, "sent")]
    assert [body["type"] for body in web.bodies] == ["warning", "success"]


def test_a_look_that_adds_to_a_channel_keeps_nobody_from_sending(web: Received) -> None:
    """Nor could the two wait for each other: the look holds notices, and whoever sends holds the channel."""
    row = channel(web.url)
    down()
    alerts.look()
    taken: list[notices.Taken | None] = []

    def take() -> None:
        with closing(database):
            taken.append(notices.take(row.pk))

    with transaction.atomic():
        Notice.objects.create(channel=row, what="test", due_at=now())
        database.check_constraints()  # as its commit does, which looks whether the channel is there
        other = threading.Thread(target=take)
        other.start()
        other.join()
    assert [len(each.notices) for each in taken if each] == [1]


def test_what_is_dropped_in_the_moment_of_the_sending_is_not_sent(web: Received) -> None:
    row = channel(web.url)
    down()
    alerts.look()
    sent: list[int] = []

    def deliver() -> None:
        with closing(database):
            sent.append(notices.deliver(row.pk))

    with transaction.atomic():
        Notice.objects.update(state="dropped")
        other = threading.Thread(target=deliver)
        other.start()
        until(somebody_waits)
    other.join()
    assert (sent, web.bodies, told()) == ([0], [], [("raised", 0, "dropped")])


def test_a_mail_arrives(mailbox: Mailbox) -> None:
    channel(f"mailto://127.0.0.1:{mailbox.port}?from=crossdock@example.com&to=ops@example.com", "mail")
    down()
    alerts.look()
    send()
    [(sender, to, content)] = mailbox.mails
    mail = message_from_bytes(content, policy=policy.default)
    assert (sender, to) == ("crossdock@example.com", ["ops@example.com"])
    assert mail["Subject"] == "Crossdock: North has not answered for 10 min."
    assert "Ask whoever runs it. The work waits and goes on by itself." in mail.get_content()


def test_two_workers_send_it_once(web: Received) -> None:
    """The others come while it is being sent, and before that all at once."""
    row, others = channel(web.url), list[int]()

    def come() -> None:
        with closing(database):
            others.extend([notices.deliver(row.pk), *notices.due_channels()])

    web.before = come
    down()
    alerts.look()
    assert sum(together(*[lambda: notices.deliver(row.pk)] * 4)) == 1
    assert (others, len(web.bodies), told()) == ([0], 1, [("raised", 0, "sent")])


def test_a_worker_that_dies_after_sending_sends_it_once_more_under_the_same_identity(
    web: Received, start: Start
) -> None:
    row = channel(web.url)
    down()
    alerts.look()
    web.before = lambda: os.kill(teller.pid, signal.SIGKILL)
    teller = start("tests.component.alerts.teller", str(row.pk))
    assert teller.wait(timeout=60) == -signal.SIGKILL
    web.before = lambda: None
    assert (notices.due_channels(), notices.deliver(row.pk), told()) == ([], 0, [("raised", 0, "sending")])
    time_passes(2)
    assert (send(), told()) == (1, [("raised", 0, "sent")])
    first, second = web.bodies
    assert (first["id"], first["alerts"]) == (second["id"], second["alerts"])


def test_what_did_not_get_through_is_tried_again_and_becomes_a_case_that_clears_itself(web: Received) -> None:
    channel(web.url)
    down()
    alerts.look()
    web.status = 503
    for expected in (1, 2, 3):
        assert send() == 0
        assert (failed()[0], told()) == (expected, [("raised", 0, "waiting")])
        assert send() == 0  # not due before its pause is over
        time_passes(6)
    assert cases() == [("CD-9301", "open", 1)]
    assert len(web.bodies) == 3
    web.status = 200
    assert (send(), failed(), cases()) == (1, (0, ""), [("CD-9301", "resolved", 1)])
    assert len({body["id"] for body in web.bodies}) == 1


def test_after_a_day_it_is_given_up(closed_port: int) -> None:
    channel(f"http://127.0.0.1:{closed_port}/{SECRET}")
    down()
    alerts.look()
    Notice.objects.update(tries=notices.MOST_TRIES - 1)
    send()
    assert told() == [("raised", 0, "failed")]


def test_no_word_of_an_address_is_told_to_anybody(closed_port: int, caplog: pytest.LogCaptureFixture) -> None:
    row = channel(f"http://erika:{SECRET}@127.0.0.1:{closed_port}/{SECRET}?key={SECRET}")
    down()
    alerts.look()
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            send()
            time_passes(10)
    notices.ask_for_test(row.pk, Actor("erika"))
    kept = [
        *Notice.objects.values_list("failure", flat=True),
        failed()[1],
        *(str(case.__dict__) for case in ExceptionCase.objects.all()),
        *(f"{event.subject} {event.detail}" for event in AuditEvent.objects.all()),
        caplog.text,
        *(str(record.__dict__) for record in caplog.records),
    ]
    assert ExceptionCase.objects.count() == 1
    assert [text for text in kept if SECRET in text] == []


def test_the_address_is_encrypted_in_the_database(web: Received) -> None:
    row = channel(web.url)
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT secrets FROM integration_alertchannel WHERE id = %s", [row.pk])
        assert SECRET.encode() not in bytes(cursor.fetchone()[0])


def test_no_redirect_is_followed(web: Received) -> None:
    channel(web.url)
    web.status, web.headers = 302, {"Location": f"http://127.0.0.1:{web.port}/elsewhere"}
    down()
    alerts.look()
    assert (send(), web.paths) == (0, ["/hook/token-4711"])


def test_an_answer_that_drips_comes_to_an_end(web: Received, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "LONGEST_SECONDS", 1.0)
    channel(web.url)
    web.drips = threading.Event()
    down()
    alerts.look()
    assert (send(), failed()) == (0, (1, "ops did not take what people were to be told there (no end within 1 s)."))
    web.drips.set()


def test_an_address_that_cannot_be_used_is_a_case_at_once() -> None:
    channel("http://example.com/plain")
    down()
    alerts.look()
    send()
    [case] = ExceptionCase.objects.all()
    assert (case.code, case.owner) == ("CD-9302", "administrator")
    assert case.cause == "The address of ops cannot be used: it is not encrypted: only TLS is spoken."


def test_nothing_is_sent_within_a_transaction(web: Received) -> None:
    row = channel(web.url)
    down()
    alerts.look()
    with transaction.atomic():
        taken = notices.take(row.pk)
        assert taken is not None
        with pytest.raises(remote.OpenTransaction):
            notices.tell(taken)
    assert web.bodies == []


def test_a_channel_that_is_switched_off_drops_what_it_was_to_tell(web: Received) -> None:
    row = channel(web.url)
    down()
    alerts.look()
    AlertChannel.objects.update(active=False)
    assert (notices.deliver(row.pk), told(), web.bodies) == (0, [("raised", 0, "dropped")], [])


def test_a_test_is_sent_and_its_failure_is_final(web: Received) -> None:
    row = channel(web.url)
    notices.ask_for_test(row.pk, Actor("erika"))
    assert (send(), web.bodies[0]["title"], told()) == (1, "Crossdock: a test", [("test", 0, "sent")])
    web.status = 500
    notices.ask_for_test(row.pk, Actor("erika"))
    send()
    assert told()[1] == ("test", 0, "failed")
    assert [event.verb for event in AuditEvent.objects.all()] == ["test alert channel"] * 2


def test_an_alert_that_got_worse_while_it_waited_goes_out_once(web: Received) -> None:
    channel(web.url)
    down()
    alerts.look()
    later(31)
    send()
    assert ([body["alerts"][0]["level"] for body in web.bodies], told()[0][2]) == ([1], "dropped")
    assert web.bodies[0]["title"].startswith("Crossdock: Nobody has taken it. North has not answered")


def test_a_look_of_the_clock_has_each_channel_told_by_a_task_of_its_own(web: Received) -> None:
    channel(web.url)
    channel(web.url, name="boss")
    down()
    tasks.look()
    assert redis.Redis.from_url(environment.REDIS_URL).llen(MAINTENANCE) == 2
    for row in AlertChannel.objects.all():
        tasks.tell(row.pk)
    assert len(web.bodies) == 2


def test_what_is_due_goes_out_though_a_look_cannot_come_to_its_end(web: Received) -> None:
    """An alert of a kind that this release does not know: a newer one was taken back."""
    channel(web.url)
    down()
    alerts.look()
    moment = {"first_seen": now(), "last_seen": now()}
    Alert.objects.create(fingerprint="newer/1", kind="newer", state="open", severity="low", says=[["", {}]], **moment)
    with pytest.raises(ValueError, match="newer"):
        tasks.look()
    assert redis.Redis.from_url(environment.REDIS_URL).llen(MAINTENANCE) == 1


def test_a_sign_of_life_goes_to_whoever_watches_from_outside(
    web: Received, settings, closed_port: int, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    tasks.heartbeat()
    assert web.paths == []
    settings.HEARTBEAT_URL = f"http://127.0.0.1:{web.port}/{SECRET}"
    tasks.heartbeat()
    assert web.paths == [f"/{SECRET}"]
    settings.HEARTBEAT_URL = f"http://127.0.0.1:{closed_port}/{SECRET}"
    with caplog.at_level(logging.WARNING, logger="integration.jobs.watch"):
        tasks.heartbeat()
    assert ([record.message for record in caplog.records], SECRET in caplog.text) == (
        ["sign of life not taken outside"], False,
    )  # fmt: skip
    assert cases() == [("CD-9303", "open", 1)]
    settings.HEARTBEAT_URL = f"http://127.0.0.1:{web.port}/{SECRET}"
    tasks.heartbeat()
    assert cases() == [("CD-9303", "resolved", 1)]


def test_pagerduty_is_told_one_thing_at_a_time() -> None:
    row = channel("pagerduty://integration@key", "pagerduty")
    down()
    down("south")
    alerts.look()
    taken = notices.take(row.pk)
    assert taken is not None
    assert (len(taken.notices), json.dumps(told())) == (
        1,
        json.dumps([("raised", 0, "sending"), ("raised", 0, "waiting")]),
    )
