"""Two Odoos, three partners, five warehouses of very different size, and what is configured for them."""

from datetime import time, timedelta

from django.db.models import Model
from django.utils.timezone import now

from integration import models

ODOOS = {1: "odoo", 2: "odoo-south"}
PARTNERS = {3: "northgate", 4: "harbour", 5: "southern"}
# By id: name, Odoo, company, partner, site, and the share of the orders, in hundredths. The last one is a new site.
WAREHOUSES = {
    1: ("Main", 1, 1, 3, "M1", 55),
    2: ("West", 1, 1, 3, "W1", 30),
    3: ("Harbour", 1, 2, 4, "H1", 10),
    4: ("South", 2, 3, 5, "S1", 5),
    5: ("Island", 2, 4, 5, "I1", 0),
}
SMALL, ONE_IN = 5, 2000  # of the orders are the small one's
CARRIERS = ("Parcel Standard", "Parcel Express", "Freight")
CURRENCIES = {1: "EUR", 2: "EUR", 3: "EUR", 4: "GBP", 5: "GBP"}


def of(number: str) -> str:
    """SQL for the warehouse of an order, by the order's number."""
    share, shares = 0, []
    for pk, row in WAREHOUSES.items():
        share += row[-1]
        shares.append(f"WHEN abs(hashint4(({number})::int)::bigint) % 100 < {share} THEN {pk}")
    return f"CASE WHEN {number} % {ONE_IN} = 1 THEN {SMALL} {' '.join(shares)} END"


def by_warehouse(warehouse: str, at: int) -> str:
    """SQL for what stands in that place of the warehouse's row above."""
    said = " ".join(f"WHEN {pk} THEN {row[at]}" for pk, row in WAREHOUSES.items())
    return f"CASE {warehouse} {said} END"


def make() -> None:
    for table in (_connections, _warehouses, _rules):
        for rows in table():
            type(rows[0])._default_manager.bulk_create(rows)


def _connections() -> list[list[Model]]:
    kinds = {**dict.fromkeys(ODOOS, "odoo"), **dict.fromkeys(PARTNERS, "http_json")}
    common = {"base_url": "https://example.com", "secrets": {"signing": "x"}, "calls_per_second": 20}
    connections = [
        models.Connection(pk=pk, slug=slug, name=slug.capitalize(), kind=kinds[pk], **common)
        for pk, slug in (ODOOS | PARTNERS).items()
    ]
    return [
        list(connections),
        [models.ConnectionGate(connection=row, last_success_at=now()) for row in connections],
        [models.RemoteSlot(connection=row, number=number) for row in connections for number in range(4)],
        [models.CaptureCursor(connection_id=pk, model=name, read_to=now())
         for pk in ODOOS for name in ("sale.order", "purchase.order", "stock.picking")],
        [models.MasterRun(connection_id=pk, kind=kind, task="poll") for pk in ODOOS for kind in ("item", "unit")],
    ]  # fmt: skip


def _warehouses() -> list[list[Model]]:
    rows = [
        models.Warehouse(
            pk=pk, name=name, erp_id=erp, company_id=company, erp_warehouse_id=pk, wms_id=wms, site=site,
            release_mode="live", shipment_mode="live",
        )
        for pk, (name, erp, company, wms, site, _share) in WAREHOUSES.items()
    ]  # fmt: skip
    moments = [time(11), time(14, 30), time(17)]
    return [
        list(rows),
        [models.Place(warehouse=row, condition=condition, erp_location_id=100 * row.pk + at)
         for row in rows for at, condition in enumerate(("good", "damaged", "quarantine"))],
        [models.CutOff(warehouse=row, carrier=carrier, time=at, days=list(range(7)))
         for row in rows for carrier, at in zip(CARRIERS, moments, strict=True)],
    ]  # fmt: skip


def _rules() -> list[list[Model]]:
    slot = now().replace(minute=0, second=0, microsecond=0)
    return [
        [models.BusinessRule(kind="over_percent", sku=f"SKU-{at:06d}", value=5) for at in range(40)],
        [models.CaseRule(code=f"CD-{at}", team="warehouse") for at in (30, 40, 50, 70)],
        [models.TrackingPage(carrier=carrier, url="https://example.com/?n={number}") for carrier in CARRIERS],
        [models.ApiToken(name=f"token {at}", prefix=f"cd_{at:08d}", sha256=b"0" * 32) for at in range(10)],
        [models.Canary(process=f"worker {at}", kind="worker", host="w", pid=at) for at in range(6)],
        [models.Retention(subject=name, ended_at=slot) for name in ("jobs", "messages in", "messages out")],
        [models.FlowSuccess(connection_id=pk, flow="order_release", at=slot - timedelta(minutes=pk))
         for pk in (ODOOS | PARTNERS)],
    ]  # fmt: skip
