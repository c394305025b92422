"""What can be put beside a record of Odoo: notes, things to do, files, a delivery's freight, an order's substitutes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from integration.canonical.base import Money
from integration.canonical.erp import Replaced, Swap, Swapped


class NotesGateway(Protocol):
    """Notes in the chatter of a record. ``key`` names the note for good: its text carries a mark made of it."""

    def find(self, model: str, record_id: int, key: str) -> int | None: ...

    def say(self, model: str, record_id: int, text: str, *, key: str, company: int) -> int:
        """Plain text; not repeatable: look first. Raises Rejected, Forbidden, OutcomeUnknown."""
        ...


class ActivitiesGateway(Protocol):
    """Things to do on a record, for the integration user, found again as notes are, as long as they are not done."""

    def find(self, model: str, record_id: int, key: str) -> int | None: ...

    def open(self, model: str, record_id: int, summary: str, text: str, *, key: str, company: int) -> int:
        """Not repeatable: look first. Raises Rejected, Forbidden, OutcomeUnknown."""
        ...

    def close(self, activity_id: int, feedback: str, *, company: int) -> None:
        """Raises Rejected when somebody closed it meanwhile."""
        ...


class AttachmentsGateway(Protocol):
    """Files on a record, found again by name and content."""

    def find(self, model: str, record_id: int, name: str, content: bytes) -> int | None: ...

    def add(self, model: str, record_id: int, name: str, content: bytes, *, media_type: str, company: int) -> int:
        """Looks first. Raises Rejected, Forbidden, OutcomeUnknown."""
        ...


class FreightGateway(Protocol):
    """What a delivery's carriage costs, on its transfer, in the company's currency."""

    def read(self, picking_id: int) -> Money | None:
        """None where Odoo keeps none: without its delivery app."""
        ...

    def write(self, picking_id: int, amount: Decimal, *, company: int) -> None:
        """Sets it; a repeat is harmless. Raises Rejected, Forbidden, OutcomeUnknown."""
        ...

    def is_written(self, picking_id: int, amount: Decimal) -> bool: ...


class SubstitutesGateway(Protocol):
    """Lines of a confirmed order that stand for goods which went in another line's place."""

    def find(self, order_id: int, swaps: Sequence[Swap], *, company: int) -> Sequence[Swapped] | None:
        """None: not all of them are on the order."""
        ...

    def add(self, order_id: int, swaps: Sequence[Swap], *, company: int) -> Sequence[Swapped]:
        """Looks first; all of it in one write. Raises Rejected CD-5021 (nothing changed), OutcomeUnknown."""
        ...

    def on(self, order_id: int, *, company: int) -> Sequence[Replaced]:
        """Every line of the order that stands for another one, whoever shipped it."""
        ...

    def is_shrunk(self, swaps: Sequence[Swap], made: Sequence[Swapped], *, company: int) -> bool: ...

    def shrink(self, swaps: Sequence[Swap], made: Sequence[Swapped], *, company: int) -> None:
        """Sets what the old lines still order; a repeat is harmless. Raises Rejected CD-5021, OutcomeUnknown."""
        ...
