"""What the bench's Django workers run: the engine with a flow that does nothing, and the naive durable task."""

from celery import shared_task
from django.db.models.functions import Now

from integration.jobs import dispatch, engine
from integration.jobs.work import Outcome, Work
from integration.models import Lane
from tests.bench.peers.models import NaiveJob

FLOW = "nothing"


def nothing(_work: Work) -> Outcome:
    return Outcome("nothing to do")


@shared_task(name=dispatch.TASK, ignore_result=True)
def run_lane(lane: int) -> None:
    engine.run_lane(Lane(lane), {FLOW: nothing})


@shared_task(ignore_result=True, acks_late=True)
def naive(pk: int) -> None:
    """Durable as people write it: the row says that the task runs, and that it is done."""
    job = NaiveJob.objects.get(pk=pk)
    job.state, job.started_at = "running", Now()
    job.save()
    job.state, job.finished_at = "succeeded", Now()
    job.save()
