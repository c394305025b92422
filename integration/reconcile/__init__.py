"""Whether the numbers agree: what is compared with what, and what becomes of a difference."""

from collections.abc import Mapping

from integration.jobs.work import Handler
from integration.reconcile import stock

HANDLERS: Mapping[str, Handler] = {"inventory_read": stock.handle}
