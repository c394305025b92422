"""The books of all sides, asked whether anything of one company or warehouse is in another's."""

import re
from collections import Counter, defaultdict
from typing import Any

from integration.models import Document, Effect, ExternalReference, InboundMessage, OutboundMessage, StockEvent
from tests.component.flows.odoo import READS, Odoo
from tests.component.several.house import House
from tests.component.several.town import BOUND, Town

# Documents in Odoo that are in one company, with what they name that belongs to a company as well.
NAMED = {
    "sale.order": ("warehouse_id",),
    "sale.order.line": ("order_id", "product_id"),
    "purchase.order": ("picking_type_id",),
    "purchase.order.line": ("order_id", "product_id"),
    "stock.picking": ("picking_type_id", "location_id", "location_dest_id", "partner_id"),
    "stock.move": ("picking_id", "product_id", "location_id", "location_dest_id"),
    "stock.move.line": ("move_id", "product_id", "lot_id", "location_id", "location_dest_id"),
    "stock.quant": ("product_id", "lot_id", "location_id"),
    "account.move": ("journal_id", "partner_id"),
    "account.move.line": ("move_id", "product_id"),
}


def strangers(odoo: Odoo) -> list[str]:
    """Records that name something of another company than their own."""
    companies: dict[tuple[str, int], int | bool] = {}
    relations = {model: odoo.call(model, "fields_get", [*names], ["relation"]) for model, names in NAMED.items()}
    for model in {*NAMED, *(about["relation"] for found in relations.values() for about in found.values())}:
        rows = odoo.call(model, "search_read", [["active", "in", [True, False]]] if model == "stock.location" else [],
                         ["company_id"], load="")  # fmt: skip
        companies |= {(model, row["id"]): row["company_id"] for row in rows}
    found = []
    for model, names in NAMED.items():
        for row in odoo.rows(model, [], "company_id", *names):
            for name in names:
                theirs = companies.get((relations[model][name]["relation"], row[name]), False)
                if theirs and row["company_id"] and theirs != row["company_id"]:
                    found.append(f"{model} {row['id']} of {row['company_id']}: {name} {row[name]} of {theirs}")
    return found


def money(house: House) -> dict[str, tuple[str, int, float]]:
    """By kind of entry of the house's company: the state, how many, and what they come to without taxes."""
    kinds: defaultdict[str, list[Any]] = defaultdict(list)
    entries = house.odoo.rows(
        "account.move", [], "move_type", "state", "amount_untaxed", "currency_id", "company_id", "journal_id"
    )
    currency = house.odoo.id_of("res.currency", house.company.currency)
    for entry in entries:
        assert (entry["company_id"], entry["currency_id"]) == (house.company.id, currency)
        kinds[entry["move_type"]].append(entry)
    return {kind: _summed(found) for kind, found in kinds.items()}


def _summed(entries: list[Any]) -> tuple[str, int, float]:
    net = sum(entry["amount_untaxed"] for entry in entries)
    return " ".join(sorted({entry["state"] for entry in entries})), len(entries), round(net, 2)


def whole_writes(town: Town) -> Counter[tuple[int, ...]]:
    """How many companies each of our writes says that it is about."""
    calls = town.odoo._control.get("calls").json()["calls"]
    ours = [each for each in calls if each["protocol"] != "xmlrpc" and each["method"] not in READS]
    return Counter(tuple(each["companies"]) for each in ours)


def misplaced(town: Town) -> list[str]:
    """Rows of ours that tie a document of one warehouse to another's."""
    pickings = {row["id"]: row for row in town.odoo.rows("stock.picking", [], "company_id", "picking_type_id")}
    kinds = {row["id"]: row["warehouse_id"] for row in town.odoo.rows("stock.picking.type", [], "warehouse_id")}
    found = []
    for document in Document.objects.filter(warehouse__isnull=False).select_related("warehouse"):
        picking, own = pickings[document.erp_id], document.warehouse
        if (picking["company_id"], kinds[picking["picking_type_id"]]) != (own.company_id, own.erp_warehouse_id):
            found.append(f"{document} is worked on by {own}")
    partners = {house.partner.pk: house.company.id for house in town.houses}
    for known in ExternalReference.objects.filter(model="stock.picking"):
        if pickings[known.record_id]["company_id"] != partners[known.partner_id]:
            found.append(f"{known} of {known.partner_id}")
    for rows in (OutboundMessage, InboundMessage):
        apart = rows.objects.filter(document__isnull=False).select_related("document__warehouse")
        found += [f"{one}" for one in apart if one.document.warehouse.wms_id != one.connection_id]
    events = StockEvent.objects.exclude(document=None).select_related("document")
    found += [f"{event}" for event in events if event.document.warehouse_id != event.warehouse_id]
    return found


def told(house: House) -> dict[str, set[str]]:
    """By kind, what the house's partner was told of master data that belongs to one company alone."""
    records: defaultdict[str, set[str]] = defaultdict(set)
    for record in house.wms.get("master")["records"]:
        name = record.get("name") or record.get("address", {}).get("name") or record["code"]
        records[record["kind"]].add(str(name))
    return {
        "item": records["item"] & set(BOUND),
        "customer": records["customer"],
        "supplier": {name for name in records["supplier"] if "supplier" in name},
    }


def acts() -> Counter[str]:
    """What was written to Odoo, for all of them."""
    landed = Effect.objects.filter(state="landed", connection__kind="odoo")
    return Counter(landed.values_list("verb", flat=True))


def notes(house: House) -> list[str]:
    """The transfers of the house's warehouse that have a note of ours, and whom it speaks of."""
    domain = [["picking_type_id.warehouse_id", "=", house.warehouse.erp_warehouse_id]]
    pickings = {row["id"]: row["name"] for row in house.odoo.rows("stock.picking", domain, "name")}
    noted = [["model", "=", "stock.picking"], ["res_id", "in", list(pickings)], ["body", "ilike", "[Crossdock "]]
    rows = house.odoo.rows("mail.message", noted, "res_id", "body")
    return sorted(f"{pickings[row['res_id']]} {re.sub('<[^>]+>', '', row['body'])[:18].strip()}" for row in rows)


def expiries(house: House) -> set[tuple[str, str]]:
    """Lots that came in at the house, with the day that Odoo has; and as its warehouse told it."""
    received = [line for advice in house.wms.advices() for one in advice["receipts"] for line in one["lines"]]
    told = {lot["lot"]: lot["expires_on"] for line in received for lot in line["lots"] if lot.get("expires_on")}
    lots = house.odoo.rows("stock.lot", [["name", "in", list(told)]], "name", "expiration_date", "company_id")
    return {(row["name"], row["expiration_date"][:10]) for row in lots} ^ set(told.items())
