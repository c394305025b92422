"""An Odoo is asked which database it is: a copy behind the same address must not be written to as if it were it."""

from functools import partial

from integration.jobs import environment
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import Connection


def handle(work: Work) -> Outcome:
    connection = Connection.objects.get(pk=work.job.payload["connection"])
    with open_erp(connection, work, looks=True) as erp:
        found = erp.identity()
    return Outcome(f"{connection} was asked who it is", partial(environment.found, connection, found))
