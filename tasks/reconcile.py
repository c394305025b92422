"""Whether the numbers agree. What one run leaves is looked at by the next one."""

from celery import shared_task

from integration.jobs import missing
from integration.reconcile import beside_odoo, lines, promises, shadow


@shared_task(ignore_result=True)
def look_at_lines() -> None:
    lines.look()


@shared_task(ignore_result=True)
def look_for_messages() -> None:
    missing.look()


@shared_task(ignore_result=True)
def sign_lines() -> None:
    lines.sign()


@shared_task(ignore_result=True)
def look_at_promises() -> None:
    promises.look()


@shared_task(ignore_result=True)
def compare_shadow() -> None:
    shadow.look()


@shared_task(ignore_result=True)
def compare_orders() -> None:
    beside_odoo.start()
