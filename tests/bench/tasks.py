"""What the bench's Django workers run: the engine with flows that do next to nothing, and the naive durable task."""

import time
from functools import cache

from celery import shared_task
from django.db.models.functions import Now

from integration.jobs import dispatch, effects, engine
from integration.jobs.work import Outcome, Work
from integration.models import Connection, Lane
from tests.bench.peers.models import NaiveJob

FLOW, STAMPED, EFFECT, CALL = "nothing", "stamped", "effect", "call"
CALL_SECONDS = 0.5
SHIPMENT = "shipment_confirmation"  # what a warehouse posts, taken short
PARTNER = "bench-partner"


def nothing(_work: Work) -> Outcome:
    return Outcome("nothing to do")


def stamped(_work: Work) -> Outcome:
    """Tells when it ran."""
    return Outcome(str(time.monotonic_ns()))


def call(_work: Work) -> Outcome:
    """Waits as for another system's answer."""
    time.sleep(CALL_SECONDS)
    return Outcome("answered")


def effect(work: Work) -> Outcome:
    """One write at a partner that answers at once: its intent is committed before, its result afterwards."""
    write = effects.Write(f"bench/{work.job.pk}", "nothing", {}, dict, resend_safe=True)
    effects.once(work, partner(), write)
    return Outcome("written")


@cache
def partner() -> Connection:
    """Whom the effects are made at."""
    named = {"name": "Bench", "kind": "http_json", "base_url": "http://127.0.0.1"}
    return Connection.objects.get_or_create(slug=PARTNER, defaults=named)[0]


@shared_task(name=dispatch.TASK, ignore_result=True)
def run_lane(lane: int) -> None:
    engine.run_lane(Lane(lane), {FLOW: nothing, STAMPED: stamped, EFFECT: effect, SHIPMENT: effect})


@shared_task(ignore_result=True, acks_late=True)
def naive(pk: int) -> None:
    """Durable as people write it: the row says that the task runs, and that it is done."""
    job = NaiveJob.objects.get(pk=pk)
    job.state, job.started_at = "running", Now()
    job.save()
    job.state, job.finished_at = "succeeded", Now()
    job.save()
