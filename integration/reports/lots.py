"""Where a lot has been: its movements, the orders they belong to, and the customers who have it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.utils.timezone import now
from django.utils.translation import gettext as _

from integration.jobs import trace
from integration.jobs.looks import MODELS
from integration.jobs.trace import Step
from integration.models import Availability, CapturedRecord, Document, MasterRecord, StockEvent
from integration.reports.parts import Column, Kind, Ref, Report, Scope, Table, Tile, Value

MOST = 1_000  # movements, the newest
CUSTOMERS = 200
Kinds = StockEvent.Kind
Customer = tuple[int, int | None]  # Odoo's connection, and its id there


def build(scope: Scope) -> Report:
    events = _events(scope)
    steps = trace.steps(events)
    held = _held(scope)
    customers = _by_customer(events)
    nothing = "" if events or held else _nothing(scope)
    tables = [_goods(events), _customers(customers, events, scope), _stock(held), _movements(steps)]
    return Report(
        key="lot",
        title=_("Lot {lot}").format(lot=scope.lot) if scope.lot else _("Where a lot has been"),
        about=scope.names,
        as_of=now(),
        tiles=[
            Tile("movements", _("Movements"), len(events)),
            Tile("customers", _("Customers who have it"), sum(any(each.values()) for each in customers.values())),
            Tile("on_hand", _("In stock, by Odoo"), sum((row.on_hand for row in held), Decimal(0)), Kind.QUANTITY),
        ],
        tables=[] if nothing else tables,
        nothing=nothing,
    )


def _nothing(scope: Scope) -> str:
    if not scope.lot:
        return _("Enter the number of a lot, or a serial number, as Odoo writes it.")
    return _("No movement of {lot} is known in the warehouses that you see. Numbers are searched whole.").format(
        lot=scope.lot
    )


def _events(scope: Scope) -> Sequence[StockEvent]:
    if not scope.lot:
        return []
    rows = StockEvent.objects.filter(lot=scope.lot, warehouse__in=scope.ids)
    return list(rows.select_related("warehouse", "document__parent", "effect").order_by("-happened_at", "-pk")[:MOST])


def _held(scope: Scope) -> Sequence[Availability]:
    if not scope.lot:
        return []
    skus = StockEvent.objects.filter(lot=scope.lot, warehouse__in=scope.ids).order_by().values("sku").distinct()
    rows = Availability.objects.filter(lot=scope.lot, warehouse__in=scope.ids, sku__in=skus)
    return list(rows.select_related("warehouse").order_by("warehouse", "sku", "place")[:MOST])


def _goods(events: Iterable[StockEvent]) -> Table:
    """Which way it went, by product: a number may be used for several."""
    columns = [Column("sku", _("SKU"))]
    columns += [Column(str(kind.value), _(str(kind.label)).capitalize(), Kind.QUANTITY) for kind in Kinds]
    sums: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for event in events:
        sums[event.sku][event.kind] += event.quantity
    rows: list[Sequence[Value]] = [(sku, *(by_kind[kind] for kind in Kinds)) for sku, by_kind in sorted(sums.items())]
    note = _("Out of the warehouse is below zero.")
    return Table("goods", _("By product"), columns, rows, "", note)


def _by_customer(events: Iterable[StockEvent]) -> Mapping[Customer, Mapping[str, Decimal]]:
    """What each has of each product: what was shipped to them less what they sent back."""
    found: defaultdict[Customer, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for event in events:
        if event.kind in (Kinds.SHIPPED, Kinds.RETURNED) and (order := _order(event)) is not None:
            found[order.connection_id, order.erp_partner_id][event.sku] -= event.quantity
    return found


def _order(event: StockEvent) -> Document | None:
    """The sales order that it was for; none of a transfer."""
    order = event.document.parent if event.document else None
    return order if order is not None and order.kind == Document.Kind.ORDER else None


def _customers(
    customers: Mapping[Customer, Mapping[str, Decimal]], events: Iterable[StockEvent], scope: Scope
) -> Table:
    columns = [
        Column("customer", _("Customer")),
        Column("erp_partner_id", _("Odoo's id"), Kind.TEXT),
        Column("sku", _("SKU")),
        Column("quantity", _("Has"), Kind.QUANTITY),
    ]
    names = _names(customers, events) if scope.personal else {}
    rows: list[Sequence[Value]] = [
        (names.get(customer), str(customer[1] or ""), sku, quantity)
        for customer, by_sku in sorted(customers.items(), key=_place)[:CUSTOMERS]
        for sku, quantity in sorted(by_sku.items())
    ]
    note = _("Whom master data does not name is called by where the goods went.")
    if not scope.personal:
        note = _("Names are shown to those who may see personal data.")
    return Table("customers", _("Customers"), columns, rows, _("It was shipped to no customer."), note)


def _place(customer: tuple[Customer, object]) -> tuple[int, int]:
    (connection, partner), _sums = customer
    return connection, partner or 0


def _names(customers: Iterable[Customer], events: Iterable[StockEvent]) -> Mapping[Customer, str]:
    """As master data says; who is not in it, by where the goods went. They are encrypted: read for those that are
    shown, and no others."""
    wanted = sorted(customers, key=lambda each: (each[0], each[1] or 0))[:CUSTOMERS]
    records = MasterRecord.objects.filter(
        connection__in={connection for connection, _partner in wanted}, kind__in=("customer", "supplier"),
        erp_id__in=[partner for _connection, partner in wanted if partner],
    ).order_by("-kind")  # fmt: skip
    names: dict[Customer, str] = {}
    for row in records:  # customers are the last
        names[row.connection_id, row.erp_id] = _name(row.snapshot.get("address", {}))
    without = {customer for customer in wanted if not names.get(customer)}
    orders = {order.pk: order for event in events if (order := _order(event)) is not None}
    nameless = [order for order in orders.values() if (order.connection_id, order.erp_partner_id) in without]
    return {**_delivered_to(nameless), **{customer: name for customer, name in names.items() if name}}


def _delivered_to(orders: Sequence[Document]) -> Mapping[Customer, str]:
    """Whom Odoo's deliveries name, as the orders were last read: master data knows only who was invoiced."""
    found: dict[Customer, dict[str, None]] = {}
    numbers = {(order.connection_id, order.erp_id): order for order in orders}
    records = CapturedRecord.objects.filter(
        connection__in={connection for connection, _number in numbers}, model=MODELS[Document.Kind.ORDER],
        record_id__in=[number for _connection, number in numbers],
    )  # fmt: skip
    for record in records.order_by("-pk"):
        order = numbers.get((record.connection_id, record.record_id))
        for picking in (record.snapshot or {}).get("pickings", ()):
            name = _name(picking.get("ship_to", {}))
            if order is not None and name and picking.get("code", "outgoing") == "outgoing":
                found.setdefault((order.connection_id, order.erp_partner_id), {})[name] = None
    return {customer: " / ".join(names) for customer, names in found.items()}


def _name(address: Mapping[str, object]) -> str:
    """Of a customer that is a company, both are the same."""
    return ", ".join(dict.fromkeys(str(address[part]) for part in ("name", "company") if address.get(part)))


def _stock(held: Sequence[Availability]) -> Table:
    columns = [
        Column("warehouse", _("Warehouse")),
        Column("sku", _("SKU")),
        Column("place", _("Place")),
        Column("condition", _("Condition")),
        Column("on_hand", _("On hand"), Kind.QUANTITY),
        Column("reported", _("Warehouse reported"), Kind.QUANTITY),
    ]
    rows = [(row.warehouse.name, row.sku, row.place_name, _(row.condition), row.on_hand, row.reported) for row in held]
    return Table("stock", _("In stock"), columns, rows, _("None of it is in stock."))


def _movements(steps: Sequence[Step]) -> Table:
    columns = [
        Column("at", _("When"), Kind.MOMENT),
        Column("what", _("Movement")),
        Column("sku", _("SKU")),
        Column("quantity", _("Quantity"), Kind.QUANTITY),
        Column("condition", _("Condition")),
        Column("warehouse", _("Warehouse")),
        Column("document", _("Document")),
        Column("order", _("Order")),
        Column("numbers", _("Warehouse's numbers")),
        Column("entries", _("Invoices and credits")),
    ]
    note = _("Only the newest {n} are shown.").format(n=MOST) if len(steps) == MOST else ""
    return Table("movements", _("Movements, the newest first"), columns, [_movement(each) for each in steps], "", note)


def _movement(step: Step) -> Sequence[Value]:
    event = step.event
    document = event.document
    parent = document.parent if document else None
    return (
        event.happened_at,
        _(str(event.get_kind_display())),
        event.sku,
        event.quantity,
        _(event.condition),
        event.warehouse.name,
        Ref(document.reference, document=document.pk) if document else None,
        Ref(parent.reference, document=parent.pk) if parent else None,
        ", ".join(dict.fromkeys(row["number"] for row in step.numbers)),
        ", ".join(str(row["entry"]) for row in step.entries if row.get("entry")),
    )
