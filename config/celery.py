"""The Celery app: it wakes workers, it remembers nothing."""

import logging

from celery import Celery, signals
from django.conf import settings

from config import start
from config.queues import LANES, ROUTES, TASK_MODULES, queues
from config.schedule import schedule
from integration.observe import traces

start.read_settings()
for starting in (signals.celeryd_init, signals.beat_init):
    starting.connect(start.refuse_wrong_settings, weak=False)

app = Celery("crossdock")
app.conf.update(
    **settings.BROKER,
    broker_connection_retry_on_startup=True,
    imports=TASK_MODULES,
    task_queues=queues(settings.BROKER_URL),
    task_default_queue=LANES[-1],
    task_routes=ROUTES,
    task_acks_late=False,  # a lost wake-up is found by the sweeper: redelivery would only do it twice
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=settings.WORKER["max_tasks_per_child"],
    worker_max_memory_per_child=settings.WORKER["max_memory_mb"] * 1024,
    worker_soft_shutdown_timeout=settings.WORKER["soft_shutdown_seconds"],
    beat_schedule=schedule(),
    beat_scheduler="config.beat:LeadingScheduler",
    beat_max_loop_interval=2,
    timezone="UTC",
)


@signals.setup_logging.connect
def _as_the_settings_say(loglevel: int | None = None, **_: object) -> None:
    """Celery would write in a form of its own: it only says how much is written."""
    logging.getLogger().setLevel(loglevel or logging.INFO)


@signals.worker_before_create_process.connect
def _share_memory(**_: object) -> None:
    """A child's garbage collector would copy what it looks at."""
    start.settle()


@signals.worker_process_shutdown.connect
def _export_the_rest(**_: object) -> None:
    """Of the traces: a child of a worker ends without what Python does at an exit."""
    traces.close()


app.steps["worker"].add("config.watchdog:Watchdog")
