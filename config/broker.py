"""What Celery must know of its broker: Valkey, or RabbitMQ with quorum queues where BROKER_URL names one."""

from typing import Any
from urllib.parse import urlsplit

VALKEY = {"visibility_timeout": 300, "socket_timeout": 10, "socket_connect_timeout": 2}
RABBITMQ = ("amqp", "amqps")
CONNECT_SECONDS, HEARTBEAT_SECONDS = 2, 30
ANSWER_SECONDS = 2  # RabbitMQ answers nothing while an alarm of its memory or disk lasts, not even a farewell
DELIVERIES = 3  # a message that workers died of so often is dropped: the next sweep sends another one
LENGTH = 10_000  # while no worker runs the oldest go
UNUSED_MILLISECONDS = 30 * 60 * 1000  # a queue of a worker that is gone


def is_rabbitmq(url: str) -> bool:
    return urlsplit(url).scheme in RABBITMQ


def configuration(url: str) -> dict[str, Any]:
    """Celery's settings, for whoever sends or fetches messages."""
    if not is_rabbitmq(url):
        return {"broker_url": url, "broker_transport_options": VALKEY}
    return {
        "broker_url": url,
        "broker_transport_options": {"confirm_publish": True},
        "broker_use_ssl": {"server_hostname": None} if url.startswith("amqps") else None,  # None: the address's own
        "broker_connection_timeout": CONNECT_SECONDS,
        "broker_heartbeat": HEARTBEAT_SECONDS,
        "worker_consumer": "config.consumer:Consumer",
    }


def sending(url: str) -> dict[str, Any]:
    """Transport options of whoever only sends: nobody waits for a broker that does not answer."""
    impatient = {"read_timeout": ANSWER_SECONDS, "write_timeout": ANSWER_SECONDS} if is_rabbitmq(url) else {}
    return {**configuration(url)["broker_transport_options"], **impatient}


def arguments(url: str) -> dict[str, Any] | None:
    """What a queue is declared with. Valkey has but one kind."""
    if not is_rabbitmq(url):
        return None
    return {"x-queue-type": "quorum", "x-delivery-limit": DELIVERIES, "x-max-length": LENGTH}


def passing_arguments(url: str) -> dict[str, Any] | None:
    """The same for a queue that goes when nobody uses it. An exclusive one stays locked behind a dead connection."""
    lasting = arguments(url)
    return lasting and lasting | {"x-expires": UNUSED_MILLISECONDS}
