"""Looking for changes in Odoo, and at stock.

They only add jobs: beat runs them itself, in the transaction of the schedule's slot.
"""

from celery import shared_task

from integration.jobs import inventories, missing, rotations, shapes, sweep, systems, waves


@shared_task(ignore_result=True)
def poll() -> None:
    sweep.start_polls("odoo_poll")


@shared_task(ignore_result=True)
def release_waves() -> None:
    waves.start_due()


@shared_task(ignore_result=True)
def full_sweep() -> None:
    sweep.start_polls("odoo_sweep")


@shared_task(ignore_result=True)
def read_stock() -> None:
    inventories.start_reads()


@shared_task(ignore_result=True)
def watch_stock() -> None:
    inventories.start_watches()


@shared_task(ignore_result=True)
def fetch_stock() -> None:
    inventories.start_fetches()


@shared_task(ignore_result=True)
def compare_documents() -> None:
    missing.start_comparisons()


@shared_task(ignore_result=True)
def master_data() -> None:
    sweep.start_masters("master_poll")


@shared_task(ignore_result=True)
def all_master_data() -> None:
    sweep.start_masters("master_sweep")


@shared_task(ignore_result=True)
def look_at_shapes() -> None:
    shapes.start()


@shared_task(ignore_result=True)
def look_at_systems() -> None:
    systems.start()


@shared_task(ignore_result=True)
def rotate_keys() -> None:
    rotations.sweep()
