"""What the two sides of a warehouse do not know of each other: by kind, from what is known here anyway."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q

from integration.models import (
    CodeMapping,
    ExceptionCase,
    MasterRecord,
    MasterTold,
    PartnerItem,
    Place,
    RolloutFlow,
    StockLevel,
    StockSnapshot,
    Warehouse,
)

MOST = 500  # of a kind
CODES = CodeMapping.Kind


class Kind(StrEnum):
    SKU = "sku"
    UNIT = "unit"
    WAREHOUSE = "warehouse"
    LOCATION = "location"
    CUSTOMER = "customer"
    LOT = "lot"


class Why(StrEnum):
    """What is wrong with it; the console has the sentences."""

    WAITS = "waits"  # work waits for it
    UNMAPPED = "unmapped"  # it lies in the warehouse, and nobody has mapped it
    GONE = "gone"  # mapped to what Odoo has no more
    UNLISTED = "unlisted"  # mapped to what the warehouse does not list
    REFUSED = "refused"  # the warehouse refuses it
    UNPLACED = "unplaced"  # goods lie in a condition that has no place in Odoo
    UNKNOWN = "unknown"  # the other side does not know it


@dataclass(frozen=True, slots=True)
class Mismatch:
    kind: Kind
    ours: str
    theirs: str
    why: Why


# Whose mismatches stand against which flow.
CONCERNS: Mapping[RolloutFlow, frozenset[Kind]] = {
    RolloutFlow.RELEASE: frozenset({Kind.SKU, Kind.UNIT, Kind.WAREHOUSE, Kind.CUSTOMER}),
    RolloutFlow.SHIPMENT: frozenset({Kind.SKU, Kind.UNIT, Kind.WAREHOUSE, Kind.LOT}),
    RolloutFlow.RECEIPT: frozenset({Kind.SKU, Kind.UNIT, Kind.WAREHOUSE, Kind.LOCATION}),
    RolloutFlow.RETURN: frozenset({Kind.SKU, Kind.UNIT, Kind.WAREHOUSE, Kind.LOCATION}),
    RolloutFlow.TRANSFER: frozenset({Kind.SKU, Kind.UNIT, Kind.WAREHOUSE, Kind.LOT}),
    RolloutFlow.INVENTORY: frozenset({Kind.SKU, Kind.UNIT, Kind.WAREHOUSE, Kind.LOCATION, Kind.LOT}),
}
# Open cases that say that a code has no counterpart: of which kind, and whose code they name.
CASES: Mapping[str, tuple[Kind, str]] = {
    "CD-3001": (Kind.SKU, "ours"),
    "CD-3002": (Kind.SKU, "theirs"),
    "CD-3003": (Kind.UNIT, "ours"),
    "CD-3004": (Kind.UNIT, "theirs"),
    "CD-2008": (Kind.WAREHOUSE, "ours"),
    "CD-7040": (Kind.WAREHOUSE, "theirs"),
    "CD-8012": (Kind.WAREHOUSE, "theirs"),
    "CD-7013": (Kind.LOCATION, "theirs"),
    "CD-7034": (Kind.LOCATION, "theirs"),
}
NAMED = ("code", "condition", "target", "site", "warehouse")  # the first of these in a case names the code
TOLD: Mapping[str, Kind] = {
    "item": Kind.SKU,
    "unit": Kind.UNIT,
    "site": Kind.WAREHOUSE,
    "place": Kind.LOCATION,
    "customer": Kind.CUSTOMER,
    "lot": Kind.LOT,
}


def of(warehouse: Warehouse) -> list[Mismatch]:
    """Each once, by kind; of one kind at most so many."""
    found = dict.fromkeys(
        [*_cases(warehouse), *_mapped(warehouse), *_refused(warehouse), *_in_stock(warehouse), *_in_odoo(warehouse)]
    )
    return sorted(found, key=lambda each: (list(Kind).index(each.kind), each.why, each.ours, each.theirs))


def counts(found: list[Mismatch], flow: RolloutFlow) -> dict[str, int]:
    """Of the kinds that the flow depends on, those that there are any of."""
    kinds = [each.kind for each in found if each.kind in CONCERNS[flow]]
    return {kind.value: kinds.count(kind) for kind in Kind if kind in kinds}


def _cases(warehouse: Warehouse) -> Iterator[Mismatch]:
    here = Q(connection=warehouse.wms_id) | Q(connection=warehouse.erp_id)
    rows = ExceptionCase.objects.filter(here, code__in=CASES, state__in=ExceptionCase.UNRESOLVED)
    for code, context in rows.order_by("pk").values_list("code", "context")[:MOST]:
        kind, whose = CASES[code]
        other = context.get("warehouse", warehouse.name)
        if kind == Kind.LOCATION and other != warehouse.name:
            continue
        name = str(next((context[key] for key in NAMED if context.get(key)), code))
        yield Mismatch(kind, name if whose == "ours" else "", name if whose == "theirs" else "", Why.WAITS)


def _mapped(warehouse: Warehouse) -> Iterator[Mismatch]:
    """Where one side keeps a list, a code that is mapped has to be on it."""
    active = CodeMapping.objects.filter(partner=warehouse.wms_id, kind=CODES.PRODUCT, valid_to=None)
    items = MasterRecord.objects.filter(connection=warehouse.erp_id, kind="item", gone_at=None)
    if items.exists():
        known = items.filter(mapped_by=OuterRef("odoo_code"))
        for ours, theirs in active.exclude(Exists(known)).values_list("odoo_code", "partner_code")[:MOST]:
            yield Mismatch(Kind.SKU, ours, theirs, Why.GONE)
    listed = PartnerItem.objects.filter(partner=warehouse.wms_id, active=True)
    if listed.exists():
        there = listed.filter(sku=OuterRef("partner_code"))
        for ours, theirs in active.exclude(Exists(there)).values_list("odoo_code", "partner_code")[:MOST]:
            yield Mismatch(Kind.SKU, ours, theirs, Why.UNLISTED)


def _refused(warehouse: Warehouse) -> Iterator[Mismatch]:
    rows = MasterTold.objects.filter(partner=warehouse.wms_id, state=MasterTold.State.REFUSED, record__gone_at=None)
    companies = Q(record__company_id=None) | Q(record__company_id=warehouse.company_id)
    rows = rows.filter(companies, record__kind__in=TOLD, record__connection=warehouse.erp_id)
    for kind, ours, number, theirs in rows.order_by("pk").values_list(
        "record__kind", "record__code", "record__erp_id", "partner_code"
    )[:MOST]:
        yield Mismatch(TOLD[kind], ours or str(number), theirs, Why.REFUSED)


def _in_stock(warehouse: Warehouse) -> Iterator[Mismatch]:
    """By what the warehouse said last that it has."""
    latest = StockSnapshot.objects.filter(warehouse=warehouse, complete=True).order_by("-taken_at").first()
    if latest is None:
        return
    levels = StockLevel.objects.filter(snapshot=latest).exclude(on_hand=0).order_by()
    mapped = CodeMapping.objects.filter(partner=warehouse.wms_id, valid_to=None)
    skus = mapped.filter(kind=CODES.PRODUCT, partner_code=OuterRef("partner_sku"))
    for sku in levels.exclude(Exists(skus)).values_list("partner_sku", flat=True).distinct()[:MOST]:
        yield Mismatch(Kind.SKU, "", sku, Why.UNMAPPED)
    units = mapped.filter(kind=CODES.UNIT, partner_code=OuterRef("unit"))
    for unit in levels.exclude(Exists(units)).values_list("unit", flat=True).distinct()[:MOST]:
        yield Mismatch(Kind.UNIT, "", unit, Why.UNMAPPED)
    placed = set(Place.objects.filter(warehouse=warehouse).values_list("condition", flat=True))
    for condition in levels.exclude(condition="good").values_list("condition", flat=True).distinct():
        if condition not in placed:
            yield Mismatch(Kind.LOCATION, "", condition, Why.UNPLACED)
    lots = MasterRecord.objects.filter(connection=warehouse.erp_id, kind="lot", gone_at=None)
    if lots.exists():
        known = lots.filter(code=OuterRef("lot"))
        strange = levels.exclude(lot="").exclude(Exists(known)).values_list("partner_sku", "lot").distinct()
        for sku, lot in strange[:MOST]:
            yield Mismatch(Kind.LOT, "", f"{sku}, {lot}", Why.UNKNOWN)


def _in_odoo(warehouse: Warehouse) -> Iterator[Mismatch]:
    """By what Odoo had when it was looked at last."""
    known = {row["id"] for row in warehouse.erp.profile.get("warehouses", [])}
    if known and warehouse.erp_warehouse_id not in known:
        yield Mismatch(Kind.WAREHOUSE, warehouse.name, warehouse.site, Why.GONE)
    places = MasterRecord.objects.filter(connection=warehouse.erp_id, kind="place", gone_at=None)
    if places.exists():
        there = set(places.values_list("erp_id", flat=True))
        for place in Place.objects.filter(warehouse=warehouse):
            if place.erp_location_id not in there:
                yield Mismatch(Kind.LOCATION, place.erp_location or str(place.erp_location_id), str(place), Why.GONE)
