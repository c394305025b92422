"""Wakes the engine. A task carries a lane, never a document: what is due stands in the tables."""

from celery import shared_task

from integration.handlers import HANDLERS
from integration.jobs import engine
from integration.models import Lane


@shared_task(ignore_result=True)
def run_lane(lane: int) -> None:
    engine.run_lane(Lane(lane), HANDLERS)
