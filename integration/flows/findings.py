"""What a look at an order, a purchase or a transfer came to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from integration.errors import Causes, IntegrationError, Permanent
from integration.jobs import rows, warehouses
from integration.models import CapturedRecord, Connection


class Finding(Protocol):
    """One thing to change, if nobody else changed it since it was looked at."""

    @property
    def commit(self) -> Callable[[], None]: ...


@dataclass(slots=True)
class Findings:
    """Changes to commit, and what stands against the rest. ``also``: what else a look brings with it.

    ``later``: what has to be tried once more, ``stopped_by`` this connection.
    """

    record: CapturedRecord
    changes: list[Finding] = field(default_factory=list)
    against: list[Permanent] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    later: IntegrationError | None = None
    stopped_by: Connection | None = None
    also: Callable[[], None] = field(default=lambda: None)
    in_waves: set[int] = field(default_factory=set)  # Odoo's ids of the deliveries that wait for a wave, or may
    unconnected: dict[int, str] = field(default_factory=dict)  # Odoo's id of the warehouse: an order that waits

    @property
    def error(self) -> IntegrationError | None:
        """What is tried once more by itself comes first: the rest is told then."""
        return self.later or (Causes(self.against) if self.against else None)

    def commit(self) -> None:
        """A snapshot that went out of date meanwhile decides nothing: the newer one comes with a job of its own."""
        if rows.exists(CapturedRecord, "id = %s AND content_hash = %s", [self.record.pk, self.record.content_hash]):
            for change in self.changes:
                change.commit()
            self.also()
            for erp_warehouse_id, order in self.unconnected.items():
                warehouses.tell_unconnected(self.record.connection, erp_warehouse_id, order)
