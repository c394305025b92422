"""What the moves before brought for those after them."""

from __future__ import annotations

from collections import defaultdict

from ..orm.record import Record
from .amounts import in_product_unit, line_booked, line_done
from .stock import EPSILON

# Place, lot and package.
Key = tuple[int, int, int]


def brought(move: Record) -> dict[Key, float]:
    """What arrived for this move and its sisters and is not spoken for."""
    found: dict[Key, float] = defaultdict(float)
    sisters = dict.fromkeys(after for before in move.move_orig_ids for after in before.move_dest_ids)
    for before in dict.fromkeys(one for sister in sisters for one in sister.move_orig_ids):
        if before.state == "done":
            for line in before.move_line_ids:
                key = (line.location_dest_id.id, line.lot_id.id, line.result_package_id.id)
                found[key] += in_product_unit(line, line_done(line))
    for sister in sisters:
        for line in sister.move_line_ids:
            used = line_done(line) if sister.state == "done" else max(line_booked(line), 0.0)
            key = (line.location_id.id, line.lot_id.id, line.package_id.id)
            if key in found:
                found[key] -= in_product_unit(line, used)
    return {key: quantity for key, quantity in found.items() if quantity > EPSILON}
