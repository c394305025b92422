"""Who lives, as health checks, monitors and the doctor ask; and what a forked child does not share."""

import socket
import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import Client

from integration.jobs import canaries, lease
from integration.models import Canary
from integration.observe.doctor import signs
from integration.observe.report import word
from tests.component.life.carriers import Carrier, carrier, rabbit, rabbit_server
from tests.component.life.conftest import Start

__all__ = ["carrier", "rabbit", "rabbit_server"]
pytestmark = pytest.mark.django_db(transaction=True)
WORKER, BEAT = Canary.Kind.WORKER, Canary.Kind.BEAT


def alive(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("alive", *arguments, stdout=out)
    return int(ended.value.code or 0), out.getvalue().strip()


def silent(**changes: Any) -> None:
    Canary.objects.update(**changes)


@pytest.fixture
def all_well() -> None:
    canaries.settle("celery@here", WORKER)
    canaries.settle("beat@here", BEAT)
    lease.hold(uuid.uuid4(), "here:7", 60)


@pytest.mark.usefixtures("all_well")
def test_all_is_well_when_a_worker_gives_signs_and_a_beat_leads(client: Client) -> None:
    assert [alive(), alive("worker"), alive("beat")] == [(0, "alive")] * 3
    assert client.get("/alivez").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok", "workers": 1, "beat": True}


@pytest.mark.parametrize(("kind", "seconds"), [(WORKER, 91), (BEAT, 16)])
@pytest.mark.usefixtures("all_well")
def test_a_silent_process_is_dead(kind: Canary.Kind, seconds: int) -> None:
    said = f"no {kind.value} of {socket.gethostname()} gave a sign of life for {seconds - 1} s"
    silent(settled_at=Now() - timedelta(seconds=seconds - 2))
    assert alive(kind.value) == (0, "alive")
    silent(settled_at=Now() - timedelta(seconds=seconds))
    assert alive(kind.value) == (1, said)


@pytest.mark.usefixtures("all_well")
def test_a_process_of_another_machine_counts_for_all_but_not_for_this_one() -> None:
    silent(host="elsewhere")
    assert (alive()[0], alive("worker")[0], alive("beat")[0]) == (0, 1, 1)


def test_what_is_missing_is_told(client: Client) -> None:
    assert alive() == (1, "no worker gives a sign of life")
    canaries.settle("celery@here", WORKER)
    assert alive() == (1, "no beat leads")
    answer = client.get("/alivez")
    assert (answer.status_code, answer.json()) == (503, {"status": "no beat leads"})
    assert client.get("/readyz").json() == {"status": "ok", "workers": 1, "beat": False}


def test_the_doctor_tells_who_lives_and_leads(all_well: Callable[[], None]) -> None:
    canaries.settle("beat@there", BEAT)
    assert [(word(each), each.name, each.detail) for each in signs.look()] == [
        ("ok", "workers", "celery@here fetched a message lately"),
        ("ok", "beat", "here:7 leads, 1 more would take over"),
    ]
    Canary.objects.all().delete()
    lease.BeatLease.objects.all().delete()
    assert [(word(each), each.detail) for each in signs.look()] == [
        ("problem", "none fetched a message and wrote its row in the last 90 s"),
        ("problem", "none leads: nothing is started by the clock"),
    ]


def test_rows_of_processes_long_gone_are_forgotten() -> None:
    canaries.settle("celery@gone", WORKER)
    silent(settled_at=Now() - timedelta(days=2))
    canaries.settle("celery@here", WORKER)
    assert (canaries.forget(), Canary.objects.get().process) == (1, "celery@here")


def test_a_forked_child_has_connections_of_its_own_and_leaves_its_parents_alone(
    start: Start, tmp_path: Any, carrier: Carrier
) -> None:
    assert start("tests.component.life.fork_process", **carrier.by(carrier.url)).wait(timeout=60) == 0
    child, parent = [[int(each) for each in line.split()] for line in (tmp_path / "0.log").read_text().splitlines()]
    before, after = parent[:3], parent[3:]
    assert after == before
    assert [theirs == ours for theirs, ours in zip(child, before, strict=True)] == [False, False, not before[2]]
    assert bool(before[2]) == (carrier.setting == "BROKER_URL")
