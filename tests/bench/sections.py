"""The measurements by name. Imported when the settings are in place."""

from collections.abc import Callable, Mapping
from typing import Protocol

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection as database
from django.db.transaction import atomic

from config.local.stack import Stack
from config.local.supervisor import Supervisor
from tests.bench.asked import Asked
from tests.bench.backlog import Backlog
from tests.bench.beside import Beside
from tests.bench.flows import Flows
from tests.bench.hot import HotStreams
from tests.bench.jobs import Jobs
from tests.bench.latency import Latency
from tests.bench.memory import Memory
from tests.bench.pages.section import Pages
from tests.bench.report import Row
from tests.bench.rules import Rules
from tests.bench.scaling import Scaling
from tests.bench.stock.section import Stock
from tests.bench.urgent import Urgent
from tests.bench.volume.sizes import Sizes
from tests.bench.webhooks import Webhooks
from tests.rig.flush import UNGUARDED

USER = User._meta.db_table


class Section(Protocol):
    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]: ...


def measure(
    asked: Asked, stack: Stack, processes: Supervisor, env: Mapping[str, str], tell: Callable[[str], None]
) -> list[Row]:
    call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)  # the peers' tables have no migration
    sections: dict[str, Section] = {
        "jobs": Jobs(stack, processes, env, asked.jobs),
        "backlog": Backlog(stack, processes, env),
        "hot": HotStreams(stack, processes, env),
        "urgent": Urgent(processes, env),
        "processes": Scaling(stack, processes, env),
        "memory": Memory(stack, processes, env),
        "flows": Flows(processes, env, asked.orders),
        "latency": Latency(stack, processes, env),
        "webhooks": Webhooks(processes, env, asked.seconds),
        "pages": Pages(Sizes()),
        "stock": Stock(env, _empty),
        "beside": Beside(env),
        "rules": Rules(),
    }
    rows: list[Row] = []
    for name in asked.sections:
        _empty()
        rows += sections[name].measure(asked.rounds(name), tell)
    return rows


def _empty() -> None:
    """Each measurement makes what it needs, and meets nothing of the one before."""
    ours = [name for name in database.introspection.table_names() if name.startswith("integration_")]
    with atomic(), database.cursor() as cursor:
        cursor.execute(UNGUARDED)
        cursor.execute(f"TRUNCATE {', '.join([*ours, USER])} RESTART IDENTITY CASCADE")
