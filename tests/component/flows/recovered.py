"""A backup is put back, while both sides have gone on."""

from integration.jobs import generation
from tests.component.engine.yard import until
from tests.component.flows.yard import Yard
from tests.rig import backup


def restored(yard: Yard, taken: bytes) -> None:
    """The count in Valkey has gone on; the database has not. Nothing knocks while it is put back."""
    generation.count()
    until(lambda: yard.wms.pending() == 0)
    backup.restore(taken)
    generation.forget()
