"""What a business needs beside shipping: every flow live, a second warehouse, places, and rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from integration.jobs import business, warehouses
from integration.jobs.acts import Actor
from integration.jobs.tree import changelog
from integration.jobs.tree.changelog import Told
from integration.models import BusinessRule, ConfigurationChange, Connection, OrderRule, Place, Warehouse
from integration.rules.business.outcomes import RuleKind, Split
from integration.sandbox.day import goods
from integration.sandbox.day.trade import DEPOT, OWNER

Kind, When = BusinessRule.Kind, BusinessRule.When
MODES = dict.fromkeys(("receipt_mode", "return_mode", "transfer_mode", "inventory_mode"), Warehouse.Mode.LIVE)
FLOWS = {**MODES, "progress_notes": Warehouse.Progress.NOTES}
# Kind, product, how much, and why.
ALLOWED = (
    (Kind.RECEIVE_OVER_UNITS, goods.ROPE.sku, 1, "Rope is cut: one piece more is fine"),
    (Kind.ADJUST_UNITS, "", 10, "Ten pieces more or less need nobody"),
    (Kind.SUBSTITUTE, goods.LAMP.sku, 0, "Whoever wants a lamp takes another thing as well"),
)
TOLD = ["item", "customer", "site"]  # of master data
BOOKED = (Kind.INVOICE, Kind.CREDIT_NOTE, Kind.VENDOR_BILL)


@dataclass(frozen=True)
class Trading:
    """``depot``: Odoo's short name of the second warehouse. ``places``: condition, bin and Odoo's location. ``terms``:
    when customers are invoiced who are not as all others, with Odoo's ids."""

    depot: str
    places: Sequence[tuple[str, str, int]]
    terms: Sequence[tuple[str, int]]


def configure(main: Warehouse, wanted: Trading, sign: str, actor: Actor) -> None:
    with transaction.atomic():
        _set(main, FLOWS, actor)
        warehouses.changed(main)
        _set(main.wms, {"master_kinds": TOLD}, actor)
    live = dict.fromkeys(("release_mode", "shipment_mode"), Warehouse.Mode.LIVE)
    policies: dict[str, Any] = {"owner_code": OWNER, **live, **FLOWS}
    erp, wms = main.erp.slug, main.wms.slug
    depot = warehouses.connect(warehouses.Wanted(erp, wanted.depot, wms, DEPOT, main.company_id, policies), actor)
    with transaction.atomic():
        business.keep(_split(main, depot, f"{goods.MIRROR.sku}{sign}"), actor)
    Place.objects.bulk_create(
        Place(warehouse=main, condition=condition, partner_location=bin_, erp_location_id=location)
        for condition, bin_, location in wanted.places
    )
    BusinessRule.objects.bulk_create(_rules(wanted, sign))


def _set(row: Warehouse | Connection, values: Mapping[str, Any], actor: Actor) -> None:
    before = changelog.taken(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    told = Told(actor, ConfigurationChange.Source.COMMAND, "For the day that is played")
    changelog.note(type(row), row.pk, before, changelog.taken(row), told)


def _split(main: Warehouse, depot: Warehouse, sku: str) -> OrderRule:
    where = {"warehouses": [main.name, depot.name], "stock": True, "split": Split.LINES}
    condition = f'"{sku}" in delivery.quantities'
    return OrderRule(
        kind=RuleKind.ROUTE, name="Mirrors leave from the depot", erp=main.erp, condition=condition, outcome=where
    )


def _rules(wanted: Trading, sign: str) -> Iterator[BusinessRule]:
    for kind, sku, value, note in ALLOWED:
        yield BusinessRule(kind=kind, sku=f"{sku}{sign}" if sku else "", value=Decimal(value), note=note)
    for when, customer in wanted.terms:
        yield BusinessRule(kind=Kind.INVOICE, when=when, posted=True, customer_id=customer, order=10)
    for kind in BOOKED:
        yield BusinessRule(kind=kind, when=When.ON_MOVE, posted=True)
