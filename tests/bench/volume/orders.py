"""Orders, purchases and transfers with their deliveries and lines, and what the sides said of them."""

from integration import models
from tests.bench.volume import places
from tests.bench.volume.insert import chance, fill, run, sealed, values
from tests.bench.volume.sizes import DAYS, MANY, Sizes

STRIDE = 6  # ids for each order: itself, up to two deliveries and a return, a purchase or transfer with its own
RECENT = 0.97  # what came after so much of the time is on its way
AT_WORK = (
    *("shipped",) * 6, *("accepted",) * 4, *("released",) * 3, *("waiting",) * 2, *("part_shipped",) * 2, "rejected",
    *("cancelled",) * 2,
)  # fmt: skip
OVER = (*("shipped",) * 93, *("cancelled",) * 4, *("part_shipped",) * 2, "accepted")
COMES_IN = {"shipped": "received", "part_shipped": "part_received", "released": "announced"}
BODY = "{" + ", ".join(f'"field_{at}": "what the order says of it {at}"' for at in range(20)) + "}"

# Which of an order's ids there are: the place in the stride, how often, its kind, the place of its parent, its name.
FAMILY = (
    (0, "true", "order", None, "S"),
    (1, "n % 50 <> 3", "delivery", 0, "OUT/"),  # services are not delivered
    (2, "n % 5 = 0", "delivery", 0, "OUT/B"),
    (3, "n % 25 = 0", "return", 0, "RET/"),
    (4, "n % 20 = 7", "purchase", None, "P"),
    (5, "n % 20 = 7", "receipt", 4, "IN/"),
    (4, "n % 200 = 11", "transfer", None, "T"),
    (5, "n % 200 = 11", "delivery", 4, "INT/"),
)


def make(sizes: Sizes) -> None:
    _documents(sizes)
    _deliveries()
    _lines(sizes)
    _messages()
    _on_the_way(sizes)
    _seen(sizes)


def _documents(sizes: Sizes) -> None:
    rows = "\nUNION ALL ".join(
        f"SELECT n, {STRIDE} * n + {at} AS id, '{kind}' AS kind,"
        f" {'NULL::bigint' if parent is None else f'{STRIDE} * n + {parent}'} AS parent, '{name}' AS name"
        f" FROM generate_series(1, {sizes.orders}) AS n WHERE {where}"
        for at, where, kind, parent, name in FAMILY
    )
    last = sizes.orders
    more = (
        f"SELECT {last}, {STRIDE} * ({last} + 1) + more, 'delivery', {STRIDE} * {last}::bigint, 'OUT/C' || more || '/'"
        f" FROM generate_series(1, {MANY}) AS more"
    )
    _insert(f"{rows}\nUNION ALL {more}", sizes)


def _insert(rows: str, sizes: Sizes) -> None:
    warehouse, recent = "placed.warehouse", f"n > {RECENT} * {sizes.orders}"
    state = f"CASE WHEN {recent} THEN {values('id', *AT_WORK)} ELSE {values('id', *OVER)} END"
    comes_in = " ".join(f"WHEN '{out}' THEN '{in_}'" for out, in_ in COMES_IN.items())
    currency = " ".join(f"WHEN {pk} THEN '{said}'" for pk, said in places.CURRENCIES.items())
    fill(
        models.Document,
        f"({rows}) AS one, LATERAL (SELECT {places.of('n')} AS warehouse) AS placed,"
        f" LATERAL (SELECT now() - ({sizes.orders} - n)::float8 / {sizes.orders} * interval '{DAYS} days' AS at) AS t,"
        f" LATERAL (SELECT CASE WHEN parent IS NULL THEN 'waiting' ELSE {state} END AS state) AS s ORDER BY id",
        id="id",
        connection=places.by_warehouse(warehouse, 1),
        kind="kind",
        reference="name || lpad(n::text, 7, '0')",
        erp_id="id",
        parent="parent",
        warehouse=f"CASE WHEN parent IS NOT NULL THEN {warehouse} END",
        named_warehouse=f"CASE WHEN parent IS NULL THEN {warehouse} END",
        state=f"CASE WHEN kind IN ('receipt', 'return') THEN CASE state {comes_in} ELSE state END ELSE state END",
        version="CASE WHEN parent IS NULL OR state = 'waiting' THEN 0 ELSE 1 END",
        customer_reference="CASE WHEN parent IS NULL THEN 'PO-' || lpad(n::text, 7, '0') ELSE '' END",
        erp_partner_id=chance("n", 5000),
        carrier=values("n", *places.CARRIERS),
        value=f"20 + {chance('n + 7', 90000)} / 100.0",
        currency=f"CASE {warehouse} {currency} END",
        created_at="at",
        updated_at="at + interval '2 hours'",
    )


def _deliveries() -> None:
    """What the rest hangs on, with a number without gaps."""
    run("DROP TABLE IF EXISTS delivery")
    run(f"""
    CREATE TEMPORARY TABLE delivery AS SELECT row_number() OVER (ORDER BY document.id) AS no, document.id, kind,
      document.erp_id, reference, connection_id AS erp, warehouse_id AS warehouse, warehouse.wms_id AS partner, state,
      document.created_at AS at, parent_id AS parent, state IN ('shipped', 'part_shipped') AS gone,
      state NOT IN ('waiting', 'released', 'announced') AS answered
    FROM {models.Document._meta.db_table} AS document
    JOIN {models.Warehouse._meta.db_table} AS warehouse ON warehouse.id = warehouse_id""")
    run("CREATE UNIQUE INDEX ON delivery (no)")
    run("ANALYZE delivery")


def _lines(sizes: Sizes) -> None:
    product = chance("no * 7 + line", sizes.products)
    came = "kind IN ('receipt', 'return')"
    fill(
        models.DocumentLine,
        "delivery, LATERAL generate_series(1, 1 + no % 4) AS line ORDER BY no, line",
        document="id",
        line="line::text",
        sale_line_id="no * 5 + line",
        product_id=product,
        sku=f"'SKU-' || lpad({product}::text, 6, '0')",
        unit="'Units'",
        partner_sku=f"'P-' || {product}",
        partner_unit="'EA'",
        ordered="5",
        released="CASE WHEN state = 'waiting' THEN 0 ELSE 5 END",
        shipped="CASE WHEN gone THEN CASE state WHEN 'shipped' THEN 5 ELSE 2 END ELSE 0 END",
        received=f"CASE WHEN {came} AND state = 'received' THEN 5 ELSE 0 END",
        cancelled="CASE WHEN state = 'cancelled' THEN 5 ELSE 0 END",
    )


def _messages() -> None:
    body = sealed(BODY)
    fill(
        models.OutboundMessage,
        "delivery WHERE state <> 'waiting' ORDER BY no",
        id="no",
        connection="partner",
        key="'release/' || id || '/1'",
        type="CASE WHEN kind IN ('receipt', 'return') THEN 'receipt.advice' ELSE 'order.release' END",
        reference="reference",
        document="id",
        body=body,
        state="CASE WHEN NOT answered THEN 'sent' WHEN state = 'rejected' THEN 'rejected' ELSE 'accepted' END",
        partner_reference="CASE WHEN answered THEN 'N-' || no ELSE '' END",
        created_at="at",
        sent_at="at + interval '3 seconds'",
        acknowledge_by="at + interval '15 minutes'",
        answered_at="CASE WHEN answered THEN at + interval '1 minute' END",
    )
    for first, type_, where, reference in (
        (-1, "order.accepted", "answered", "reference"), (0, "shipment.confirmed", "gone", "'SHP-' || no"),
    ):  # fmt: skip
        fill(
            models.InboundMessage,
            f"delivery WHERE {where} ORDER BY no",
            id=f"2 * no + {first}",
            connection="partner",
            external_id=f"'msg_' || md5((2 * no + {first})::text)",
            type=f"'{type_}'",
            reference=reference,
            document="id",
            body=body,
            received_at=f"at + {first + 2} * interval '20 minutes'",
        )
    fill(
        models.MessageKey,
        f"{models.InboundMessage._meta.db_table} AS message ORDER BY id",
        connection="connection_id",
        external_id="external_id",
        body_sha256="sha256('x')",
        received_at="received_at",
    )


def _on_the_way(sizes: Sizes) -> None:
    """The first two warehouses tell how far they are; the others do not."""
    fill(
        models.StageEvent,
        "delivery, (VALUES (1, 'picked'), (2, 'packed')) AS told (at_, stage) WHERE answered AND warehouse < 3"
        " ORDER BY no, at_",
        document="id",
        stage="stage",
        at="at + at_ * interval '20 minutes'",
    )
    fill(
        models.CartonLine,
        "delivery WHERE answered AND warehouse < 3 ORDER BY no",
        document="id",
        package="'BOX-' || no",
        line="'1'",
        sku=f"'SKU-' || lpad({chance('no * 7 + 1', sizes.products)}::text, 6, '0')",
        quantity="5",
    )
    fill(
        models.Parcel,
        "delivery, LATERAL generate_series(1, 1 + (no % 3 = 0)::int) AS parcel WHERE gone ORDER BY no, parcel",
        document="id",
        shipment="'SHP-' || no",
        number="'1Z' || lpad((no * 2 + parcel)::text, 12, '0')",
        package="'BOX-' || no",
        status=f"CASE WHEN at < now() - interval '5 days' THEN 'delivered' ELSE "
        f"{values('no', 'dispatched', 'in_transit', 'in_transit', 'out_for_delivery', 'exception')} END",
        status_at="at + interval '1 day'",
        freight="4.5",
        currency="'EUR'",
    )
    fill(
        models.ParcelEvent,
        f"{models.Parcel._meta.db_table} AS parcel, (VALUES (1, 'dispatched'), (2, 'in_transit')) AS e (no, status_)"
        " ORDER BY parcel.id, no",
        parcel="parcel.id",
        status="status_",
        at="status_at + no * interval '1 hour'",
        place="'Hub ' || parcel.id % 40",
    )
    fill(
        models.ProofFile,
        "delivery WHERE gone AND no % 20 = 0 ORDER BY no",
        id="no",
        sha256="md5(no::text) || md5((-no)::text)",
        media_type="'application/pdf'",
        size="900",
        content=sealed(BODY),
    )
    fill(
        models.Proof,
        "delivery WHERE gone AND no % 20 = 0 ORDER BY no",
        document="id",
        shipment="'SHP-' || no",
        number="'1Z' || lpad((no * 2 + 1)::text, 12, '0')",
        kind="'delivery'",
        name="'proof-' || no || '.pdf'",
        file="no",
        received_at="at + interval '2 days'",
    )


def _seen(sizes: Sizes) -> None:
    """What was asked otherwise, what is known to both sides, what was read."""
    fill(
        models.ChangeRequest,
        "delivery WHERE answered AND no % 33 = 0 ORDER BY no",
        id="no",
        document="id",
        number="1",
        kind=values("no", "change", "change", "cancel"),
        state=values("no", "accepted", "accepted", "part_accepted", "refused"),
        asked_at="at + interval '1 hour'",
        answered_at="at + interval '2 hours'",
    )
    fill(
        models.ChangeLine,
        "delivery WHERE answered AND no % 33 = 0 ORDER BY no",
        request="no",
        line="'1'",
        sku=f"'SKU-' || lpad({chance('no * 7 + 1', sizes.products)}::text, 6, '0')",
        was="5",
        wanted="3",
        granted="3",
    )
    fill(
        models.ExternalReference,
        "delivery, (VALUES ('release'), ('shipment')) AS type (name) WHERE name = 'release' OR gone ORDER BY no",
        erp="erp",
        model="'stock.picking'",
        record_id="erp_id",
        partner="partner",
        document_type="name",
        reference="CASE name WHEN 'release' THEN reference ELSE 'SHP-' || no END",
        created_at="at",
    )
    fill(
        models.CapturedRecord,
        f"{models.Document._meta.db_table} AS document WHERE kind = 'order' ORDER BY id",
        connection="connection_id",
        model="'sale.order'",
        record_id="erp_id",
        version="2",
        snapshot=sealed(BODY),
        read_at="created_at",
    )
    fill(
        models.SeenWrite,
        f"{models.Document._meta.db_table} AS document WHERE kind = 'order' AND id > (SELECT max(id) - 20000"
        f" FROM {models.Document._meta.db_table}) ORDER BY id",
        connection="connection_id",
        model="'sale.order'",
        record_id="erp_id",
        written_at="created_at",
    )
    fill(
        models.InTransit,
        f"{models.Document._meta.db_table} AS document WHERE kind = 'transfer' ORDER BY id",
        transfer="id",
        product_id="1",
        sku="'SKU-000001'",
        lot="'L' || id",
        unit="'Units'",
        quantity="3",
        location_id="13",
        left_at="created_at",
    )
