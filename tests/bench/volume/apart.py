"""Stock that differs, each slot with two causes, beside all the rest that agrees."""

from integration import models
from tests.bench.volume.insert import fill
from tests.bench.volume.places import WAREHOUSES
from tests.bench.volume.sizes import Sizes

CAUSES = 2


def make(sizes: Sizes) -> None:
    many = max(sizes.products // 2, CAUSES)
    fill(
        models.Variance,
        f"generate_series(1, {many}) AS n",
        id="n",
        subject="'stock'",
        warehouse=f"1 + n % {len(WAREHOUSES)}",
        line="''",
        sku="'SKU-' || lpad(n::text, 6, '0')",
        product_id="n",
        place="100",
        place_name="'WH/Stock'",
        says="100",
        found="100 - n % 7 - 1",
        unexplained="CASE WHEN n % 10 = 0 THEN -1 ELSE 0 END",
        value="n % 900",
        currency="'EUR'",
        as_of="now()",
        first_seen="now() - n * interval '1 minute'",
    )
    fill(
        models.VarianceCause,
        f"generate_series(1, {many * CAUSES}) AS n",
        id="n",
        variance=f"1 + n % {many}",
        cause="'failed'",
        quantity="-1",
        number="'SHP-' || n",
        code="'CD-5006'",
    )
