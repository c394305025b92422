"""Products with their codes at each partner, what there is of them, and what was found to be otherwise."""

from integration import models
from tests.bench.volume import places
from tests.bench.volume.insert import chance, fill, sealed, values
from tests.bench.volume.sizes import Sizes

SNAPSHOTS = 40
SKU = "'SKU-' || lpad(n::text, 6, '0')"


def make(sizes: Sizes) -> None:
    _codes(sizes)
    _stock(sizes)
    _differences(sizes)


def _codes(sizes: Sizes) -> None:
    """Two partners have other codes; the third one has half of the products."""
    products = f"generate_series(1, {sizes.products}) AS n"
    erps = f"(VALUES {', '.join(f'({pk})' for pk in places.ODOOS)}) AS erp (pk)"
    partners = "(VALUES (3, 1), (4, 1), (5, 2)) AS partner (pk, every)"
    fill(
        models.MasterRecord,
        f"{products}, {erps} ORDER BY n, pk",
        connection="erp.pk",
        kind="'item'",
        erp_id="n",
        code=SKU,
        mapped_by=SKU,
        name="'Product ' || n",
        content_hash="md5(n::text)",
        snapshot=sealed('{"name": "Product", "weight": 1.5, "barcode": "4000000000000"}'),
    )
    fill(
        models.MasterTold,
        f"{models.MasterRecord._meta.db_table} AS record JOIN (VALUES (3, 1), (4, 1), (5, 2)) AS partner (pk, erp)"
        " ON record.connection_id = partner.erp ORDER BY record.id, partner.pk",
        partner="partner.pk",
        record="record.id",
        version="1",
        partner_code="'P-' || erp_id",
        batch="1 + erp_id / 500",
        state=f"CASE WHEN {chance('record.id', 1000)} = 0 THEN 'refused' ELSE 'taken' END",
    )
    fill(
        models.PartnerItem,
        f"{products}, {partners} WHERE n % every = 0 ORDER BY n, pk",
        partner="partner.pk",
        sku="'P-' || n",
        name="'Product ' || n",
    )
    fill(
        models.CodeMapping,
        f"{products}, {partners} WHERE n % every = 0 ORDER BY n, pk",
        kind="'product'",
        partner="partner.pk",
        odoo_code=SKU,
        partner_code="'P-' || n",
        valid_to="CASE WHEN n % 100 = 1 THEN now() END",
    )


def _stock(sizes: Sizes) -> None:
    warehouses = f"(VALUES {', '.join(f'({pk})' for pk in places.WAREHOUSES)}) AS warehouse (pk)"
    differs = f"CASE WHEN {chance('n * 5 + pk', 200)} = 0 THEN -1 ELSE 0 END"
    fill(
        models.Availability,
        f"generate_series(1, {sizes.products}) AS n, {warehouses} WHERE (n + pk) % 2 = 0 ORDER BY n, pk",
        warehouse="pk",
        product_id="n",
        sku=SKU,
        place="100 * pk",
        place_name="'WH/Stock'",
        condition="'good'",
        on_hand=chance("n", 90),
        reported=chance("n", 90),
        expected=chance("n", 90),
        difference=differs,
        reported_at="now()",
    )
    fill(
        models.StockSnapshot,
        f"generate_series(1, {SNAPSHOTS}) AS n ORDER BY n",
        id="n",
        warehouse=f"1 + n % {len(places.WAREHOUSES)}",
        number="'INV-' || n",
        taken_at=f"now() - ({SNAPSHOTS} - n) * interval '4 hours'",
        pages="1",
        complete="true",
    )
    fill(
        models.StockLevel,
        f"generate_series(1, {SNAPSHOTS}) AS snapshot, generate_series(1, {max(sizes.products // 4, 5)}) AS n"
        " ORDER BY snapshot, n",
        snapshot="snapshot",
        partner_sku="'P-' || n",
        unit="'EA'",
        lot="'L' || n % 50",
        on_hand="5",
    )


def _differences(sizes: Sizes) -> None:
    rows = max(sizes.orders // 5, 20)
    fill(
        models.StockDifference,
        f"generate_series(1, {rows}) AS n ORDER BY n",
        warehouse=places.of("n"),
        kind=values("n", "adjusted", "counted", "counted", "moved", "in_odoo"),
        state=f"CASE WHEN n % 80 = 0 THEN 'waiting' ELSE {values('n', 'posted', 'posted', 'equal', 'overtaken')} END",
        source="'adjustment/' || n",
        number="'ADJ-' || n",
        line="'1'",
        product_id=f"1 + {chance('n', sizes.products)}",
        sku=f"'SKU-' || lpad({chance('n', sizes.products)}::text, 6, '0')",
        place="100",
        quantity="-1",
        difference="-1",
        posted="-1",
        value="4.20",
        currency="'EUR'",
        happened_at=f"now() - ({rows} - n) * interval '2 minutes'",
    )
