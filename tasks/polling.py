"""Looking for changes in Odoo."""

from celery import shared_task

from integration.jobs import sweep


@shared_task(ignore_result=True)
def poll() -> None:
    sweep.start_polls("odoo_poll")


@shared_task(ignore_result=True)
def full_sweep() -> None:
    sweep.start_polls("odoo_sweep")
