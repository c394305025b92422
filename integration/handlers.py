"""Which function does which kind of job: the flows, and what compares."""

from collections.abc import Mapping

from integration import flows, reconcile
from integration.jobs.work import Handler

HANDLERS: Mapping[str, Handler] = {**flows.HANDLERS, **reconcile.HANDLERS}
