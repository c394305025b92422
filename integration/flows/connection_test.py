"""Asks a system whether it answers and lets us do what we need, because a person wants to know now."""

from functools import partial

from integration.errors import IntegrationError
from integration.jobs import connections, environment, gate
from integration.jobs.work import Outcome, Work
from integration.models import Connection


def handle(work: Work) -> Outcome:
    """What is wrong is the test's result, not a failure of the job: the person reads it on the connection's page."""
    connection = Connection.objects.get(pk=work.job.payload["connection"])
    try:
        gate.refuse_foreign(connection)
        environment.refuse(connection)
        profile = connections.probe(connection, work)
    except IntegrationError as wrong:
        said = f"{wrong.cause} {wrong.fix} ({wrong.code})"
        return Outcome(f"{connection}: {said}"[:300], partial(connections.tested, connection, None, said))
    open_points = "; ".join(f"{each.name}: {each.detail}" for each in profile.findings if each.ok is False)
    return Outcome(f"{connection} answers", partial(connections.tested, connection, profile, open_points))
