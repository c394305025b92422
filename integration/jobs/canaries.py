"""Signs of life: a row that each process settles on the way that its work takes.

A worker's canary is a message that it must fetch from the broker and a row that it must write. That a process exists
says nothing: one that has lost its consumer looks healthy from outside.
"""

import os
import socket
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from integration.jobs import sql
from integration.models import Canary

CANARY = Canary._meta.db_table
WORKER, BEAT = Canary.Kind
KEPT_DAYS = 1

_SETTLE = f"""
INSERT INTO {CANARY} (process, kind, host, pid, settled_at) VALUES (%s, %s, %s, %s, now())
ON CONFLICT (process) DO UPDATE SET host = EXCLUDED.host, pid = EXCLUDED.pid, settled_at = now()"""  # noqa: S608


def settle(process: str, kind: Canary.Kind) -> None:
    """The process lives: it reads its messages, if it has any, and PostgreSQL hears it."""
    sql.run(_SETTLE, [process[:200], kind, socket.gethostname()[:100], os.getpid()])


def alive(kind: Canary.Kind, *, host: str | None = None) -> QuerySet[Canary]:
    """The processes that gave a sign of life lately, on this machine alone if it is named."""
    rows = Canary.objects.filter(kind=kind, settled_at__gt=Now() - timedelta(seconds=silence(kind)))
    return rows if host is None else rows.filter(host=host[:100])


def silence(kind: Canary.Kind) -> float:
    """After so many seconds without a sign a process counts as dead."""
    worker = kind == Canary.Kind.WORKER
    return float(settings.WORKER["deaf_seconds"] if worker else settings.BEAT["lease_seconds"])


def forget() -> int:
    """Removes the rows of processes that are long gone; returns how many."""
    return Canary.objects.filter(settled_at__lt=Now() - timedelta(days=KEPT_DAYS)).delete()[0]
