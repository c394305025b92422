"""Which Celery queues there are, and which task goes where. A worker serves all of QUEUES unless told otherwise."""

from kombu import Queue

LANES = ("lane.shipment", "lane.order", "lane.inventory", "lane.master_data")
MAINTENANCE = "maintenance"
QUEUES = tuple(Queue(name) for name in (*LANES, MAINTENANCE))
ROUTES = {"tasks.maintenance.*": {"queue": MAINTENANCE}, "tasks.polling.*": {"queue": MAINTENANCE}}
IN_SLOT = frozenset({"tasks.polling.poll", "tasks.polling.full_sweep"})  # only write rows: beat runs them itself
TASK_MODULES = ("tasks.maintenance", "tasks.polling", "tasks.work")


def canary_queue(worker: str) -> str:
    """The queue that a worker sends itself a message by, now and then."""
    return f"canary.{worker}"
