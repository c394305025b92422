"""RabbitMQ as the broker: its queues are quorum queues, it may die and come back, and nobody has to help."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.db.models import Count
from kombu import Connection as Broker

from config import broker
from config.local.server import HOST, free_port
from config.queues import CANARIES, NAMES, queues
from integration.jobs import dispatch, marks
from integration.models import Canary, InboundMessage, Lane, SyncJob
from integration.observe.doctor import servers
from integration.observe.report import word
from integration.sandbox.wms import messages
from tests.component.api.conftest import SHIPMENT
from tests.component.engine.yard import partner, put, until
from tests.component.flows.conftest import SECRET, SLUG
from tests.component.life.carriers import rabbit, rabbit_server
from tests.component.life.conftest import Start
from tests.component.life.worker_process import NAME
from tests.rig.rabbit import Rabbit

__all__ = ["rabbit", "rabbit_server"]
pytestmark = pytest.mark.django_db(transaction=True)
CANARY = f"{CANARIES}.{NAME}"
ORDER = dispatch.queue(Lane.ORDER)
BACK_SECONDS = 30.0
ALARM_SECONDS = 20.0  # a wake-up gives up after some eight


@pytest.fixture
def ours(rabbit: Rabbit, settings: Any) -> Iterator[Rabbit]:
    """This process sends by it, too."""
    use(settings, rabbit.url)
    yield rabbit
    dispatch.forget_connections()


def use(settings: Any, url: str) -> None:
    settings.BROKER_URL, settings.BROKER, settings.BROKER_SENDING = url, broker.configuration(url), broker.sending(url)
    dispatch.forget_connections()
    dispatch._paused["until"] = marks._own.asleep_until = 0.0
    marks._own.sent.clear()


@pytest.fixture
def empty_queues(ours: Rabbit) -> Rabbit:
    """As the first worker makes them."""
    with Broker(ours.url) as connection:
        for each in queues(ours.url):
            each(connection.default_channel).declare()
    return ours


def nothing_gathered() -> bool:
    return not dispatch._bell._gathering


class Web:
    """A partner who sends by a real web server."""

    def __init__(self, start: Start, url: str) -> None:
        partner(SLUG, secrets={"signing": SECRET})
        port = free_port()
        self._client = httpx.Client(base_url=f"http://{HOST}:{port}", timeout=10)
        options = ["--interface", "wsgi", "--host", HOST, "--port", f"{port}", "--workers", "1"]
        start("granian", *options, "config.wsgi:application", BROKER_URL=url)
        until(self._serves, 60)

    def send(self, number: int) -> int:
        data = {**SHIPMENT["data"], "shipment": f"SHP-{number}", "release": f"WH/OUT/{number}"}
        body = json.dumps({**SHIPMENT, "data": data}).encode()
        headers = messages.headers(SECRET, f"msg_{number}", body)
        return self._client.post(f"/api/v1/webhooks/{SLUG}", content=body, headers=headers).status_code

    def _serves(self) -> bool:
        try:
            return self._client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False


def all_over() -> bool:
    return not SyncJob.objects.filter(state__in=["pending", "running"]).exists()


def test_what_comes_while_the_broker_is_killed_and_started_again_is_done_once(start: Start, ours: Rabbit) -> None:
    web = Web(start, ours.url)
    start("tests.component.life.worker_process", BROKER_URL=ours.url)
    beat = start("celery", "-A", "config", "beat", "--pidfile=", BROKER_URL=ours.url, ENGINE_SWEEP_SECONDS="1")
    until(lambda: Canary.objects.filter(process=NAME).exists(), 60)
    assert {name: kind for name, kind in ours.kinds().items() if "pidbox" not in name and "celeryev" not in name} == (
        dict.fromkeys([*NAMES, CANARY], "quorum")
    )
    answers = []
    for number in range(40):
        if number == 20:
            ours.kill()
        answers.append(web.send(number))
        for lane in Lane:
            put(f"{lane.name}:{number}", flow="quick", lane=lane)
        time.sleep(0.05)
    assert SyncJob.objects.filter(state="pending").count() >= 20 * len(Lane)
    ours.start()  # nothing comes after it that would wake a worker
    until(all_over, BACK_SECONDS)
    assert (answers, InboundMessage.objects.count()) == ([202] * 40, 40)
    quick = SyncJob.objects.filter(flow="quick")
    assert set(quick.annotate(ran=Count("attempts")).values_list("state", "ran")) == {("succeeded", 1)}
    assert (quick.count(), SyncJob.objects.exclude(flow="quick").count()) == (40 * len(Lane), 40)
    beat.terminate()
    beat.wait()
    put("order:last", flow="quick")  # no sweep will wake for it: the worker hears again
    until(all_over, BACK_SECONDS)


def test_a_worker_keeps_one_message_of_each_queue_however_many_children_it_has(start: Start, ours: Rabbit) -> None:
    start("celery", "-A", "config", "worker", "--hostname", NAME, "--concurrency", "3", BROKER_URL=ours.url)
    until(lambda: Canary.objects.filter(process=NAME).exists(), 60)
    [told] = dispatch._sender().control.inspect(timeout=5).stats().values()
    assert (told["pool"]["max-concurrency"], told["prefetch_count"]) == (3, 1)


def test_a_burst_sends_one_wake_up_of_each_lane(empty_queues: Rabbit) -> None:
    for number in range(8):
        put(f"order:{number}")
    until(nothing_gathered)
    assert empty_queues.waiting(*NAMES) == {"lane.order": 1}


def test_without_valkey_a_burst_still_sends_one(empty_queues: Rabbit, settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    use(settings, empty_queues.url)
    for number in range(8):
        put(f"order:{number}")
    until(nothing_gathered)
    assert empty_queues.waiting(ORDER) == {ORDER: 1}
    dispatch.arrived(Lane.ORDER)
    assert not dispatch.more_urgent(Lane.MASTER_DATA)
    put("order:9")
    until(nothing_gathered)
    assert empty_queues.waiting(ORDER) == {ORDER: 2}


def test_a_connection_that_ended_unused_costs_no_wake_up(empty_queues: Rabbit) -> None:
    dispatch.send(Lane.ORDER)
    empty_queues.kill()
    empty_queues.start()
    dispatch.send(Lane.ORDER)
    assert empty_queues.waiting(ORDER) == {ORDER: 2}


def test_a_broker_that_is_away_stops_nobody(ours: Rabbit) -> None:
    ours.kill()
    try:
        before = time.monotonic()
        put("order:1")
        assert time.monotonic() - before < 3.0
    finally:
        ours.start()


def test_a_message_that_nobody_survives_is_dropped(empty_queues: Rabbit) -> None:
    dispatch.send(Lane.ORDER)
    with Broker(empty_queues.url) as connection:
        queue = queues(empty_queues.url)[1](connection.default_channel)
        for _ in range(1 + broker.DELIVERIES):
            queue.get().requeue()
        assert queue.get() is None


def test_tls_is_trusted_by_its_certificate_alone(empty_queues: Rabbit, settings: Any, monkeypatch: Any) -> None:
    use(settings, empty_queues.tls_url)
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        dispatch.send(Lane.ORDER)
    monkeypatch.setenv("SSL_CERT_FILE", str(empty_queues.certificate))
    dispatch.send(Lane.ORDER)
    assert empty_queues.waiting(ORDER) == {ORDER: 1}
    use(settings, empty_queues.tls_url.replace(HOST, "127.1"))  # a name that it does not bear
    with pytest.raises(Exception, match="Hostname mismatch"):
        dispatch.send(Lane.ORDER)


def test_the_doctor_tells_what_it_is_and_which_queue_is_of_another_kind(ours: Rabbit) -> None:
    def told() -> list[tuple[str, str, str]]:
        return [(word(each), each.name, each.detail.partition(" ")[0]) for each in servers.broker()]

    assert told()[:2] == [("ok", "broker", "RabbitMQ"), ("ok", "marks", "Valkey")]
    assert ours.kinds() == {}
    with Broker(ours.url) as connection:
        connection.default_channel.queue_declare("maintenance", durable=True, auto_delete=False)
    assert told()[1] == ("problem", "queue maintenance", "it")


def test_the_doctor_tells_that_it_is_away(settings: Any) -> None:
    use(settings, f"amqp://guest:guest@{HOST}:{free_port()}//")
    first, second = list(servers.broker())[:2]
    assert (word(first), first.name, "Start RabbitMQ" in first.fix, second.name) == ("problem", "broker", True, "marks")


def test_an_alarm_of_its_memory_keeps_nobody_waiting_for_long(empty_queues: Rabbit) -> None:
    """It then takes no message and answers nothing, for hours maybe."""
    put("order:1")
    until(nothing_gathered)
    dispatch.arrived(Lane.ORDER)
    with empty_queues.short_of_memory():
        began = time.monotonic()
        put("order:2")
        until(nothing_gathered, 60)
        assert time.monotonic() - began < ALARM_SECONDS
        assert dispatch._paused["until"] > began
