"""What the rest of the code sees of order lines in Odoo, to compare them with its own."""

from collections.abc import Sequence
from typing import Protocol

from integration.canonical.agreed import AgreedLine, LineMove
from integration.canonical.books import Ordering


class AgreedGateway(Protocol):
    """Asked by the ids of lines that are known here, so that both sides come in one order, page by page."""

    def lines(self, model: Ordering, ids: Sequence[int]) -> Sequence[AgreedLine]:
        """By id, ascending, of whatever company; what is gone is left out. At most 1,000 ids. One call."""
        ...

    def moves(self, model: Ordering, ids: Sequence[int]) -> Sequence[LineMove]:
        """The done movements of these lines between us and the customer or supplier, by id. One call for 1,000."""
        ...
