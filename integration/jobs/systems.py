"""Each Odoo is asked now and then which database it is: behind the same address there may be a copy."""

from django.db import transaction

from integration.adapters import registry
from integration.jobs import routes
from integration.jobs.queue import NewJob, enqueue
from integration.models import Connection

LOOK = "system_look"


def start() -> int:
    """A look at every Odoo; one that waits is enough."""
    erps = Connection.objects.filter(kind__in=registry.ERP, enabled=True).order_by("pk")
    with transaction.atomic():
        for erp in erps:
            enqueue(_job(erp))
    return len(erps)


def _job(erp: Connection) -> NewJob:
    return NewJob(
        flow=LOOK,
        stream=f"system:{erp.pk}",
        lane=routes.lane_of(LOOK),
        subject=f"which database {erp.name} is",
        payload={"connection": erp.pk},
        coalesce=True,
        news=False,
    )
