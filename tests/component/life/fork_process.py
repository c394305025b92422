"""Opens connections, forks, and says which connections the child has, and then which the parent had and has."""

import os
import sys

from config.celery import app  # isort: skip  (it reads the settings first)
from celery import signals
from django.db import connection

from config import watchdog
from integration.jobs import dispatch, marks
from integration.models import Lane


def session() -> int:
    """PostgreSQL's process for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def broker() -> int:
    return int(marks.valkey().client_id())


def wire() -> int:
    """The port on our side of a connection to RabbitMQ; 0 with Valkey."""
    with dispatch._sender().producer_or_acquire() as producer:
        sock = getattr(producer.connection.connection, "sock", None)
        return int(sock.getsockname()[1]) if sock else 0


def look() -> tuple[int, int, int]:
    dispatch.send(Lane.ORDER)
    return session(), broker(), wire()


def tell(*numbers: int) -> None:
    sys.stdout.write(" ".join(map(str, numbers)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    app.finalize()
    before = look()
    child = os.fork()
    if not child:
        signals.worker_process_init.connect(watchdog._forked, weak=False)
        signals.worker_process_init.send(sender="child")
        tell(*look())
        os._exit(0)
    os.waitpid(child, 0)
    tell(*before, *look())
