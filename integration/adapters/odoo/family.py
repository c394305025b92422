"""A picking without an order, and all its backorders."""

from integration.adapters.odoo.caller import Row
from integration.adapters.odoo.reading import Reading, Spec
from integration.adapters.odoo.specs import ID


def of_picking(reading: Reading, picking_id: int, spec: Spec) -> list[Row]:
    """One call, and one more for each generation of backorders after the first. By id; empty when it is gone."""
    found: dict[int, Row] = {}
    latest = [picking_id]
    while latest:
        wanted = {**spec, "backorder_ids": {**spec, "backorder_ids": ID}}
        rows = reading.by_id("stock.picking", latest, wanted)
        below = [each for row in rows for each in row.get("backorder_ids") or ()]
        found.update({row["id"]: row for row in [*rows, *below]})
        latest = sorted({each["id"] for row in below for each in row.get("backorder_ids") or ()} - set(found))
    return [found[number] for number in sorted(found)]
