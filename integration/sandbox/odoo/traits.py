"""What differs between the Odoo versions, by name: the rest of the code asks here and never compares numbers."""

from dataclasses import dataclass

VERSIONS = ("16", "17", "18", "19")


@dataclass(frozen=True)
class Traits:
    """The behaviours of one Odoo version."""

    version: str

    @property
    def number(self) -> int:
        return int(self.version)

    @property
    def server_version(self) -> str:
        return f"{self.version}.0"

    @property
    def json2(self) -> bool:
        return self.number >= 19

    @property
    def error_code(self) -> int:
        """`error.code` of a JSON-RPC answer."""
        return 0 if self.number >= 19 else 200

    @property
    def picked(self) -> bool:
        """Moves have `quantity` and `picked` instead of a reserved and a done quantity."""
        return self.number >= 17

    @property
    def joined_lines(self) -> bool:
        """A line that is made with its move is in the move's picking."""
        return self.number >= 17

    @property
    def raises_demand(self) -> bool:
        """Shipping more than the demand raises the demand of the move."""
        return self.number == 16

    @property
    def next_step_only(self) -> bool:
        """A multi-step delivery makes the next picking only when the one before is done."""
        return self.number >= 18

    @property
    def storable_flag(self) -> bool:
        """Storable products are `type='consu'` with `is_storable`."""
        return self.number >= 18

    @property
    def origin_with_reference(self) -> bool:
        """A delivery's origin also names the customer's reference."""
        return self.number == 18

    @property
    def locked_flag(self) -> bool:
        """Locked orders have a flag; before that a state `done`."""
        return self.number >= 17

    @property
    def whole_seconds(self) -> bool:
        """Searches compare `write_date` by whole seconds."""
        return self.number >= 19

    @property
    def refunds_by_default(self) -> bool:
        """Every move says `to_refund`."""
        return self.number >= 19

    @property
    def purchase_lock_flag(self) -> bool:
        """Locked purchase orders have a flag; before that a state `done`."""
        return self.number >= 19

    @property
    def lots_of_company(self) -> bool:
        """A lot made by a receipt belongs to the company."""
        return self.number <= 17

    @property
    def settles_reversals(self) -> bool:
        """Posting a credit note sets it off against the invoice that it reverses."""
        return self.number >= 17

    @property
    def factor_is_size(self) -> bool:
        """A unit's `factor` is its size; before, the inverse."""
        return self.number >= 19

    @property
    def expired_left_alone(self) -> bool:
        """Reservation passes over expired lots."""
        return self.number >= 17

    @property
    def diff_before_count(self) -> bool:
        """A quant that nobody counted shows the difference to a count of nothing, and applying it takes that away."""
        return self.number <= 18

    @property
    def scraps_without_demand(self) -> bool:
        """The move of a scrap has a quantity and no demand."""
        return self.number == 17

    @property
    def returns_to_picking(self) -> bool:
        """The return wizard has no place of its own: goods go where the returning operation type brings them."""
        return self.number >= 18

    @property
    def returns_lists(self) -> bool:
        """A method that returns one record answers a list of its id; before, the bare id."""
        return self.number >= 19

    @property
    def reprices_lines(self) -> bool:
        """Another quantity looks up the price anew, also one that somebody had agreed by hand."""
        return self.number <= 17

    @property
    def escapes_bodies(self) -> bool:
        """A message's text is text, unless its sender says that it is HTML."""
        return self.number >= 17

    @property
    def lines_follow(self) -> bool:
        """Lines of a move go where the move goes when its target changes; in 16 they stay."""
        return self.number >= 17

    @property
    def webhooks(self) -> bool:
        return self.number >= 17

    @property
    def webhook_after_commit(self) -> bool:
        return self.number >= 19

    @property
    def lot_create_needs_ids(self) -> bool:
        """`stock.lot.create` lost its decorator: called with values only it misses an argument."""
        return self.number == 18

    @property
    def creates_lot_on_delivery(self) -> bool:
        """An unknown lot name on a delivery makes the lot."""
        return self.number >= 19
