"""Units of measure, as they stand below the records that are read."""

from typing import Any

from integration.adapters.odoo.pickings import text
from integration.adapters.odoo.quantities import exact
from integration.adapters.odoo.reading import Row
from integration.adapters.odoo.records import size_of
from integration.adapters.odoo.specs import NAME
from integration.canonical.agreed import Measure

UNIT: dict[str, Any] = {**NAME, "factor": {}, "factor_inv": {}, "rounding": {}}


def measure(row: Row) -> Measure:
    return Measure(name=text(row.get("name")), size=size_of(row), rounding=exact(row.get("rounding") or 0.01))
