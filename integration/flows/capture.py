"""Reading Odoo: polls find what was written, reads take snapshots, sweeps look at everything open."""

from integration.jobs import capture, configuration
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import Connection


def poll(work: Work) -> Outcome:
    connection = _connection(work)
    with open_erp(connection, work) as erp:
        met = sum(capture.poll(connection, erp, model) for model in capture.polled(connection, erp))
    return Outcome(f"{met} writes met")


def read(work: Work) -> Outcome:
    connection = _connection(work)
    with open_erp(connection, work) as erp:
        changed = capture.read(work, connection, erp)
    return Outcome(f"{changed} changed")


def sweep(work: Work) -> Outcome:
    connection = _connection(work)
    with open_erp(connection, work) as erp:
        found = capture.sweep(connection, erp)
    return Outcome(f"{found} looked at")


def _connection(work: Work) -> Connection:
    return configuration.connection(work.job.payload["connection"])
