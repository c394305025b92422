"""Two companies in one Odoo, three warehouses at two partners, and the same words for different things everywhere.

Both companies have a warehouse WH, products of the same codes, lots of the same names and customers' orders of the same
number; both partners call other products by the same SKUs, and count their shipments from one.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.db import connections

from integration.handlers import HANDLERS
from integration.jobs import engine, sweep
from integration.models import BusinessRule, CodeMapping, Connection, Lane, Warehouse
from tests.component.engine.yard import until
from tests.component.flows.odoo import Odoo
from tests.component.flows.wms import Wms
from tests.component.several.house import Company, House, People

WORKERS = 2
MODES = ("release_mode", "shipment_mode", "receipt_mode", "return_mode", "transfer_mode", "inventory_mode")
TAKES = ("order.release", "order.change", "order.cancel", "receipt.advice", "receipt.cancel", "master.batch")
KINDS = ["item", "customer", "supplier", "lot", "carrier", "site"]
HERE = {"ALPHA": "X-1", "BETA": "X-2", "SHARED": "X-3"}
THERE = {"ALPHA": "X-2", "BETA": "X-3", "SHARED": "X-1"}
BOUND = ("ALPHA", "BETA")  # one of each in either company; SHARED is one product of both


@dataclass
class Town:
    odoo: Odoo
    erp: Connection
    harbor: House
    south: House
    kobe: House

    @property
    def houses(self) -> tuple[House, ...]:
        return (self.harbor, self.south, self.kobe)

    def look(self) -> None:
        sweep.start_polls("odoo_poll")
        self.run()

    def run(self) -> None:
        """What the warehouses have sent arrives, and two workers run until nothing is due."""
        ran = 1
        while ran:
            until(lambda: all(house.wms.pending() == 0 for house in self.houses), seconds=60)
            with ThreadPoolExecutor(WORKERS) as pool:
                ran = sum(future.result() for future in [pool.submit(_work) for _ in range(WORKERS)])


def _work() -> int:
    try:
        return sum(engine.run_lane(lane, HANDLERS, seconds=60) for lane in Lane)
    finally:
        connections.close_all()


def build(odoo: Odoo, here: Wms, there: Wms, secrets: dict[str, str]) -> Town:
    erp = Connection.objects.create(
        slug="odoo",
        name="Odoo",
        kind="odoo",
        base_url=odoo.server.url,
        secrets={"key": odoo.server.api_key},
        options={"database": odoo.server.db, "login": odoo.server.login},
    )
    first, second = _companies(odoo)
    near, far = _partner(here, "northgate", secrets, first), _partner(there, "eastgate", secrets, second)
    [own] = odoo.rows("stock.warehouse", [["company_id", "=", first.id]], "name")
    alone = {"context": {"allowed_company_ids": [first.id]}}
    south = odoo.call("stock.warehouse", "create", {"name": "South", "code": "SW", "company_id": first.id}, **alone)
    [kobe] = odoo.rows("stock.warehouse", [["company_id", "=", second.id]], "name")

    def house(wms: Wms, partner: Connection, company: Company, number: int, code: str, site: str) -> House:
        row = Warehouse.objects.create(
            name=f"{company.currency} {site}", erp=erp, company_id=company.id, erp_warehouse_id=number, wms=partner,
            site=site, release_point=Warehouse.ReleasePoint.CONFIRMED, progress_notes="notes",
            **dict.fromkeys(MODES, "live"),
        )  # fmt: skip
        made = House(People(odoo, company.id, code), wms, erp, partner, row, company)
        made.stock_up()
        return made

    houses = (
        house(here, near, first, own["id"], "WH", "NORTH"),
        house(here, near, first, south, "SW", "SOUTH"),
        house(there, far, second, kobe["id"], "WH", "NORTH"),
    )
    for one in houses[:2]:
        BusinessRule.objects.create(kind="adjust_units", warehouse=one.warehouse, value=1000)
    odoo.forget_calls()
    return Town(odoo, erp, *houses)


def _companies(odoo: Odoo) -> Iterator[Company]:
    euro = odoo.call("res.currency", "search", [["name", "=", "EUR"]], context={"active_test": False})[0]
    odoo.call("res.currency", "write", [euro], {"active": True})
    made = odoo.call("res.company", "create", {"name": "神戸商事", "currency_id": euro})
    odoo.call("res.users", "write", [odoo._uid], {"company_ids": [[4, made, 0]]})
    alone = {"context": {"allowed_company_ids": [made]}}
    odoo.call("stock.warehouse", "create", {"name": "Kobe", "code": "WH", "company_id": made}, **alone)
    for name, code, kind in (("Sales", "INV", "sale"), ("Purchases", "BILL", "purchase")):
        journal = {"name": name, "code": code, "type": kind, "company_id": made, "active": True}
        odoo.call("account.journal", "create", journal, **alone)
    for use in ("sale", "purchase"):
        tax = {"name": "10%", "amount": 10.0, "type_tax_use": use, "company_id": made, "active": True}
        odoo.call("account.tax", "create", tax, **alone)
    yield _company(odoo, 1, "USD", "Alder", "Standard delivery", HERE, {"ALPHA": 10.0, "BETA": 4.0, "SHARED": 2.5})
    yield _company(odoo, made, "EUR", "山田商店", "Express", THERE, {"ALPHA": 7.77, "BETA": 3.33, "SHARED": 2.5})


def _company(
    odoo: Odoo, number: int, currency: str, who: str, carrier: str, codes: dict[str, str], prices: dict[str, float]
) -> Company:
    people = People(odoo, number, "WH")
    address = {"street": f"{number} {who} Street", "city": "Kobe", "zip": "650", "company_id": number}
    address["country_id"] = people.id_of("res.country", "US", "code")
    for role in ("customer", "supplier"):
        partner = people.call("res.partner", "create", {"name": f"{who} {role}", "ref": "P-1", **address})
        odoo.call("res.partner", "write", [partner], {f"{role}_rank": 1})
    for code, price in prices.items():
        values: dict[str, Any] = {"list_price": price, "standard_price": price / 2, "invoice_policy": "delivery"}
        if code in BOUND:
            people.product(code, company_id=number, **values)
        elif number == 1:
            people.product(code, tracking="lot", use_expiration_date=True, expiration_time=365, **values)
    for kind, posts in (("invoice", number == 1), ("vendor_bill", number == 1), ("credit_note", number == 1)):
        BusinessRule.objects.create(kind=kind, when="on_move", posted=posts, company_id=number)
    names = (f"{who} customer", f"{who} supplier", address["street"])
    return Company(number, currency, *map(str, names), carrier, codes, prices, number == 1)


def _partner(wms: Wms, slug: str, secrets: dict[str, str], company: Company) -> Connection:
    made = Connection.objects.create(
        slug=slug, name=slug.title(), kind="http_json", base_url=wms.server.url, secrets=secrets, master_kinds=KINDS,
        same_codes=True, profile={"facts": {"accepts": list(TAKES), "serves": ["items"]}},
    )  # fmt: skip
    rows = [("product", ours, theirs, 1) for ours, theirs in company.codes.items()]
    rows += [("unit", "Units", "EA", 1), ("carrier", company.carrier, "STD", 1)]
    CodeMapping.objects.bulk_create(
        CodeMapping(partner=made, kind=kind, odoo_code=ours, partner_code=theirs, factor=factor)
        for kind, ours, theirs, factor in rows
    )
    return made
