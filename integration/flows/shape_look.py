"""What an Odoo has of what we use is looked at, so that a change is seen before work fails."""

from functools import partial

from integration.jobs import shapes
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import Connection


def handle(work: Work) -> Outcome:
    connection = Connection.objects.get(pk=work.job.payload["connection"])
    with open_erp(connection, work) as erp:
        found = erp.shape()
    version = str(connection.profile.get("version", ""))
    return Outcome(f"{len(found)} models looked at", partial(shapes.keep, connection, version, found))
