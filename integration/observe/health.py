"""What a load balancer asks: does this process live, can it serve? And what a monitor asks: is the work being done?"""

from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integration.observe import life


@dataclass(slots=True)
class _Known:
    """Migrations do not go away under a running process: once all are there, only the database is asked."""

    migrated: bool = False


_known = _Known()


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process lives; nothing else is looked at."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and has every migration; otherwise 503 and what is wrong.

    Messages are taken while no worker lives: that is told, and makes nobody unready.
    """
    wrong = _database()
    return JsonResponse({"status": wrong} if wrong else {"status": "ok", **_life()}, status=503 if wrong else 200)


@never_cache
@require_safe
def alivez(request: HttpRequest) -> JsonResponse:
    """A worker gives signs of life and a beat leads; otherwise 503 and what is missing."""
    wrong = _database() or life.everywhere().missing
    return JsonResponse({"status": wrong or "ok"}, status=503 if wrong else 200)


def _life() -> dict[str, object]:
    found = life.everywhere()
    return {"workers": found.workers, "beat": bool(found.leader)}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = 0 if _known.migrated else _missing_migrations()
    except (DatabaseError, InterfaceError):
        return "the database cannot be reached"
    _known.migrated = not missing
    return f"migrations are missing ({missing}): run `manage.py migrate`" if missing else ""


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
