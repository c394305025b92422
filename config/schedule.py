"""What beat starts, and how often. The console may change it; a missed run is dropped, the next one does its work."""

from datetime import timedelta
from typing import Any

from django.conf import settings

Schedule = dict[str, dict[str, Any]]


def schedule() -> Schedule:
    engine, capture, retention = settings.ENGINE, settings.CAPTURE, settings.RETENTION
    return {
        "wake what is due": _every(engine["sweep_seconds"], "tasks.maintenance.wake"),
        "clear what is mended": _every(engine["sweep_seconds"] * 2, "tasks.maintenance.clear"),
        "poll Odoo": _every(capture["poll_seconds"], "tasks.polling.poll"),
        "look at all open orders": _every(capture["sweep_minutes"] * 60, "tasks.polling.full_sweep"),
        "remove what is old": _every(retention["every_seconds"], "tasks.maintenance.remove_old"),
    }


def _every(seconds: float, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": {"expires": max(seconds, 1.0)}}
