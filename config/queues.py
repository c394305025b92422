"""Which Celery queues there are, and which task goes where. A worker serves all of them unless told otherwise."""

from kombu import Exchange, Queue

from config import broker

LANES = ("lane.shipment", "lane.order", "lane.inventory", "lane.master_data")
MAINTENANCE = "maintenance"
NAMES = (*LANES, MAINTENANCE)
CANARIES = "canary"
ROUTES = {
    "tasks.maintenance.*": {"queue": MAINTENANCE},
    "tasks.polling.*": {"queue": MAINTENANCE},
    "tasks.reconcile.*": {"queue": MAINTENANCE},
    "tasks.reports.*": {"queue": MAINTENANCE},
    "tasks.alerts.*": {"queue": MAINTENANCE},
}
STOCK = ("read_stock", "watch_stock", "fetch_stock")
MASTER = ("master_data", "all_master_data")
POLLING = (
    "poll",
    "release_waves",
    "full_sweep",
    *STOCK,
    "compare_documents",
    "look_at_shapes",
    "look_at_systems",
    "rotate_keys",
    *MASTER,
)
IN_SLOT = frozenset(f"tasks.polling.{name}" for name in POLLING)  # they only write rows: beat runs them itself
TASK_MODULES = (
    *("tasks.alerts", "tasks.maintenance", "tasks.polling", "tasks.reconcile", "tasks.reports"),
    "tasks.work",
)


def queues(broker_url: str) -> tuple[Queue, ...]:
    kind = broker.arguments(broker_url)
    return tuple(Queue(name, Exchange(name), routing_key=name, queue_arguments=kind) for name in NAMES)


def canary_queue(worker: str, broker_url: str) -> Queue:
    """The queue that a worker sends itself a message by, now and then.

    In Valkey a message that was not acknowledged would be given back, and make the queue of a worker that is gone anew.
    """
    name = f"{CANARIES}.{worker}"
    kind = broker.passing_arguments(broker_url)
    plain = not broker.is_rabbitmq(broker_url)
    return Queue(name, Exchange(CANARIES), routing_key=name, queue_arguments=kind, no_ack=plain)
