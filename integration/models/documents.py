"""An order and its deliveries as the three sides see them, and the movements of stock that came of them."""

from decimal import Decimal

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from integration.models.connections import Connection, Warehouse
from integration.models.fields import QuantityField
from integration.models.progress import Documents
from integration.models.stages import Stage


class Document(models.Model):
    """What goods move by: ``reference`` is Odoo's name, ``erp_id`` Odoo's id.

    Orders, purchases and transfers are what was agreed; deliveries, receipts and returns are transfers of goods in
    Odoo, each worked on by one warehouse. Only these move their ``state``: what the others have come to is their
    ``progress``, see ``with_progress``.
    """

    class Kind(models.TextChoices):
        ORDER = "order", "sales order"
        PURCHASE = "purchase", "purchase order"
        TRANSFER = "transfer"
        DELIVERY = "delivery"
        RECEIPT = "receipt"
        RETURN = "return"

    AGREED = (Kind.ORDER, Kind.PURCHASE, Kind.TRANSFER)
    COMES_IN = (Kind.RECEIPT, Kind.RETURN)

    class State(models.TextChoices):
        WAITING = "waiting", "waiting for release"
        RELEASED = "released"
        ACCEPTED = "accepted", "accepted by the warehouse"
        REJECTED = "rejected", "refused by the warehouse"
        PART_SHIPPED = "part_shipped", "shipped in part"
        SHIPPED = "shipped"
        ANNOUNCED = "announced"
        PART_RECEIVED = "part_received", "received in part"
        RECEIVED = "received"
        CANCELLED = "cancelled"

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=10, choices=Kind)
    reference = models.CharField(max_length=64)
    erp_id = models.PositiveIntegerField()
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="deliveries")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, null=True, related_name="documents")
    named_warehouse = models.ForeignKey(
        Warehouse,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        help_text="The one that Odoo names on an order; its transfers may be of others",
    )
    state = models.CharField(max_length=14, choices=State, default=State.WAITING)
    version = models.PositiveIntegerField(default=0, help_text="Of the latest release; 0: not released")
    content_hash = models.CharField(max_length=64, blank=True, help_text="Of what was released")
    stage = models.CharField(
        max_length=10, choices=Stage, blank=True, default="", db_default="", help_text="As the warehouse last said"
    )
    stage_at = models.DateTimeField(null=True, help_text="When it said so, by its clock: what is older changes nothing")
    shipment_count = models.SmallIntegerField(
        null=True, help_text="How many shipments or receipts of it there are, as the warehouse said with the final one"
    )
    shipments_due_at = models.DateTimeField(
        null=True, editable=False, help_text="By then those should be here that the final one overtook"
    )
    told_header = models.JSONField(
        default=dict, db_default={}, editable=False, help_text="Fingerprints of the fields that the warehouse knows"
    )
    change_count = models.PositiveSmallIntegerField(
        default=0, db_default=0, editable=False, help_text="Requests to change it after its release"
    )
    typed = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="A shipment of it was typed in from a sheet"
    )
    remainder = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="What a final short shipment leaves, as a rule said at its release: keep, cancel, hold",
    )
    substitutes = models.CharField(
        max_length=3,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Whether another product may go in a line's place, as a rule said: yes, no",
    )
    customer_reference = models.CharField(max_length=200, blank=True)
    erp_partner_id = models.PositiveIntegerField(null=True, help_text="Odoo's id of the customer or supplier")
    carrier = models.CharField(
        max_length=100, blank=True, default="", db_default="", help_text="Odoo's name of how it is to be shipped"
    )
    value = QuantityField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = Documents.as_manager()
    progress: str

    class Meta:
        ordering = ["-id"]
        permissions = [("view_order_status", "Can see how far orders are, in plain words")]
        constraints = [models.UniqueConstraint(fields=["connection", "kind", "erp_id"], name="one_document_per_record")]
        indexes = [
            models.Index(fields=["reference"], name="document_reference"),
            models.Index(
                fields=["customer_reference"],
                name="document_customer_reference",
                condition=~models.Q(customer_reference=""),
            ),
            models.Index(
                fields=["shipments_due_at"],
                name="document_shipments_due",
                condition=models.Q(shipments_due_at__isnull=False),
            ),
            models.Index(
                fields=["named_warehouse"],
                name="document_named_warehouse",
                condition=models.Q(named_warehouse__isnull=False),
            ),
            models.Index(fields=["warehouse", "created_at"], name="document_of_day"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_progress_display(self) -> str:
        """In words, as Django does it for ``state``."""
        return str(self.State(self.progress).label)


FIRST_STAGES = {
    Document.State.RELEASED: Stage.RECEIVED,
    Document.State.ACCEPTED: Stage.ACCEPTED,
    Document.State.PART_SHIPPED: Stage.ACCEPTED,
}


class DocumentLine(models.Model):
    """One line of a delivery, receipt or return. ``line`` is the name that both sides use; quantities in Odoo's unit
    of the move.

    ``released`` is what the warehouse was told, to ship or to expect. ``received`` and ``damaged`` are kept apart.
    ``shipped`` and ``substituted`` are kept apart too: ordered = shipped + substituted + cancelled + open.
    """

    document = models.ForeignKey(Document, models.CASCADE, related_name="lines")
    line = models.CharField(max_length=64)
    sale_line_id = models.PositiveIntegerField(null=True)
    purchase_line_id = models.PositiveIntegerField(null=True)
    product_id = models.PositiveIntegerField()
    sku = models.CharField(max_length=100)
    unit = models.CharField(max_length=60)
    tracking = models.CharField(max_length=8, default="none")
    partner_sku = models.CharField(max_length=100)
    partner_unit = models.CharField(max_length=60)
    factor = QuantityField(default=1, help_text="So many partner units ...")
    per = QuantityField(default=1, help_text="... are so many Odoo units")
    ordered = QuantityField(default=0)
    released = QuantityField(default=0)
    shipped = QuantityField(default=0)
    over = QuantityField(default=0)
    cancelled = QuantityField(default=0)
    picked = QuantityField(default=0, db_default=0)
    packed = QuantityField(default=0, db_default=0)
    short = QuantityField(default=0, db_default=0, help_text="Will not be found, the warehouse says")
    substituted = QuantityField(default=0, db_default=0, help_text="Shipped as another product")
    reached = models.CharField(
        max_length=10, choices=Stage, blank=True, default="", db_default="", help_text="As the warehouse last said"
    )
    received = QuantityField(default=0, db_default=0)
    damaged = QuantityField(default=0, db_default=0, help_text="Of what was received, not fit for sale")
    returned = QuantityField(default=0, db_default=0)
    inspected = QuantityField(default=0, db_default=0, help_text="Of what came back, with a disposition")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="one_line_per_name")]
        indexes = [
            models.Index(fields=["sku"], name="line_sku"),
            models.Index(fields=["partner_sku"], name="line_partner_sku"),
            models.Index(
                fields=["sale_line_id"], name="line_sale_line", condition=models.Q(sale_line_id__isnull=False)
            ),
            models.Index(
                fields=["purchase_line_id"],
                name="line_purchase_line",
                condition=models.Q(purchase_line_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.line}"

    @property
    def gone(self) -> Decimal:
        """What has left for the line, as itself or as another product."""
        gone: Decimal = self.shipped + self.substituted
        return gone

    @property
    def stage(self) -> str:
        """How far it is at the warehouse: what has left can be changed no more, what is packed hardly. Empty: the
        warehouse has not got it."""
        if self.gone:
            return str(Stage.SHIPPED)
        return self.reached or FIRST_STAGES.get(Document.State(self.document.state), "")


class StockEvent(models.Model):
    """Append-only: goods moved. ``quantity`` is signed, in Odoo's unit; out of the warehouse is negative.

    Goods that move inside the warehouse, from one place or condition to another, are two events.
    """

    class Kind(models.TextChoices):
        SHIPPED = "shipped"
        RECEIVED = "received"
        RETURNED = "returned"
        ADJUSTED = "adjusted"
        COUNTED = "counted"
        MOVED = "moved"

    warehouse = models.ForeignKey(Warehouse, models.PROTECT)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="stock_events")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SHIPPED, db_default=Kind.SHIPPED)
    condition = models.CharField(max_length=12, default="good", db_default="good")
    location = models.CharField(max_length=64, blank=True, default="", db_default="", help_text="The partner's place")
    product_id = models.PositiveIntegerField()
    sku = models.CharField(max_length=100)
    lot = models.CharField(max_length=100, blank=True)
    package = models.CharField(max_length=100, blank=True)
    quantity = QuantityField()
    source = models.CharField(
        max_length=200,
        db_collation="C",
        help_text="The partner's document that says so; searched by its beginning, too",
    )
    line = models.CharField(max_length=100, help_text="Which line, lot and package of it")
    happened_at = models.DateTimeField()
    applied_at = models.DateTimeField(db_default=Now(), editable=False)
    effect = models.ForeignKey("integration.Effect", models.PROTECT, null=True, related_name="stock_events")

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["source", "line"], name="one_event_per_source_line")]
        indexes = [
            models.Index(fields=["sku"], name="stock_sku"),
            models.Index(fields=["package"], name="stock_package", condition=~models.Q(package="")),
            models.Index(fields=["lot"], name="stock_lot", condition=~models.Q(lot="")),
            models.Index(fields=["warehouse", "product_id", "happened_at"], name="stock_as_of"),
            BrinIndex(fields=["applied_at"], name="stock_of_day", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.quantity}"
