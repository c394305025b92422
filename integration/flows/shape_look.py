"""What an Odoo has of what we use, and what our user may do there, is looked at before work fails."""

from functools import partial

from integration.adapters.base import HeldByUser
from integration.canonical.shapes import Shape
from integration.jobs import rights, shapes
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import Connection


def handle(work: Work) -> Outcome:
    connection = Connection.objects.get(pk=work.job.payload["connection"])
    with open_erp(connection, work) as erp:
        found = erp.shape()
        held = erp.rights(rights.asked(connection))
    version = str(connection.profile.get("version", ""))
    return Outcome(f"{len(found)} models looked at", partial(_keep, connection, version, found, held))


def _keep(connection: Connection, version: str, found: Shape, held: HeldByUser) -> None:
    shapes.keep(connection, version, found)
    rights.keep(connection, held)
