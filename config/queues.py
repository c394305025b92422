"""Which Celery queues there are, and which task goes where. A worker serves all of QUEUES unless told otherwise."""

from kombu import Queue

LANES = ("lane.shipment", "lane.order", "lane.inventory", "lane.master_data")
MAINTENANCE = "maintenance"
QUEUES = tuple(Queue(name) for name in (*LANES, MAINTENANCE))
ROUTES = {"tasks.maintenance.*": {"queue": MAINTENANCE}, "tasks.polling.*": {"queue": MAINTENANCE}}
TASK_MODULES = ("tasks.maintenance", "tasks.polling", "tasks.work")
