"""How a worker fetches messages from RabbitMQ's quorum queues."""

from typing import Any

from celery.worker import consumer

PER_QUEUE = 1
UNUSED = "celery.worker.consumer.delayed_delivery:DelayedDelivery"


class Consumer(consumer.Consumer):
    """Celery's, but one message of each queue waits here, not one for each child: none that an idle worker could take.

    No task of ours has an ETA or a countdown, so the 28 queues that delay such tasks are not made.
    """

    max_prefetch_count = PER_QUEUE  # what Celery begins with after a reconnect

    class Blueprint(consumer.Consumer.Blueprint):  # type: ignore[valid-type, misc]
        default_steps = [step for step in consumer.Consumer.Blueprint.default_steps if step != UNUSED]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "initial_prefetch_count": PER_QUEUE})
