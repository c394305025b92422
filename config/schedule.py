"""What beat starts, and how often. Intervals count from 1970, times of the day are those of their zone."""

from datetime import timedelta
from typing import Any

from django.conf import settings

from integration.rules.slots import CATCH_UP, CatchUp

Schedule = dict[str, dict[str, Any]]
SHORTEST_EXPIRY = 300  # a worker reads it by its own clock, which may be minutes ahead


def schedule() -> Schedule:
    engine, capture, retention, stock = settings.ENGINE, settings.CAPTURE, settings.RETENTION, settings.STOCK
    missing, rollout = settings.MISSING, settings.ROLLOUT
    return {
        "wake what is due": _every(engine["sweep_seconds"], "tasks.maintenance.wake"),
        "clear what is mended": _every(engine["sweep_seconds"] * 2, "tasks.maintenance.clear"),
        "poll Odoo": _every(capture["poll_seconds"], "tasks.polling.poll"),
        "release waves": _every(engine["sweep_seconds"], "tasks.polling.release_waves"),
        "look at all open orders": _every(capture["sweep_minutes"] * 60, "tasks.polling.full_sweep"),
        "read Odoo's stock": _every(stock["read_seconds"], "tasks.polling.read_stock"),
        "look for stock changed in Odoo": _every(stock["watch_seconds"], "tasks.polling.watch_stock"),
        "ask warehouses for their stock": _every(stock["fetch_minutes"] * 60, "tasks.polling.fetch_stock"),
        "ask what became of documents": _every(missing["compare_minutes"] * 60, "tasks.polling.compare_documents"),
        "look whether Odoo is as it was": _every(86400, "tasks.polling.look_at_shapes"),
        "ask each Odoo which database it is": _every(300, "tasks.polling.look_at_systems"),
        "exchange keys that are due": _every(60, "tasks.polling.rotate_keys"),
        "look for changed master data": _every(capture["master_seconds"], "tasks.polling.master_data"),
        "look at all master data": _every(capture["master_sweep_hours"] * 3600, "tasks.polling.all_master_data"),
        "count what went through": _every(60, "tasks.maintenance.count"),
        "look at lines that changed": _every(60, "tasks.reconcile.look_at_lines"),
        "look at what is not posted": _every(60, "tasks.reconcile.look_at_promises"),
        "compare orders with Odoo": _every(stock["compare_seconds"], "tasks.reconcile.compare_orders"),
        "compare what is in shadow": _every(rollout["look_seconds"], "tasks.reconcile.compare_shadow"),
        "look for messages that did not come": _every(60, "tasks.reconcile.look_for_messages"),
        "sign all lines": _every(300, "tasks.reconcile.sign_lines"),
        "take the figures of the day": _every(300, "tasks.reports.take_figures"),
        "mail reports": _every(60, "tasks.reports.mail"),
        "look for alerts": _every(settings.ALERTS["look_seconds"], "tasks.alerts.look"),
        "tell the outside that all is well": _every(60, "tasks.alerts.heartbeat"),
        "make downtime packs": _every(settings.DOWNTIME_PACK_MINUTES * 60, "tasks.maintenance.make_packs"),
        "compare the configuration with its files": _every(300, "tasks.maintenance.compare_configuration"),
        "seal the audit log": _every(60, "tasks.maintenance.seal"),
        "forget what is over": _every(3600, "tasks.maintenance.forget"),
        "remove what is old": _every(retention["every_seconds"], "tasks.maintenance.remove_old"),
    }


def _every(seconds: float, task: str, catch_up: CatchUp = CatchUp.LATEST) -> dict[str, Any]:
    options = {"headers": {CATCH_UP: catch_up}, "expire_seconds": max(int(2 * seconds), SHORTEST_EXPIRY)}
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": options}
