"""What was compared, and what did not agree."""

from decimal import Decimal

from django.db import models
from django.db.models.functions import Now

from integration.models.connections import Warehouse
from integration.models.documents import Document
from integration.models.fields import QuantityField


class Variance(models.Model):
    """Something that did not agree, from when it was found until it was gone. Quantities in Odoo's unit.

    ``says`` is what is written down, ``found`` what it should be by what is written down elsewhere. It is about a
    document, or of stock about a slot: ``says`` is then what Odoo had when the warehouse said that it has ``found``.
    """

    class Subject(models.TextChoices):
        STOCK = "stock", "what the warehouse has is not what Odoo has"
        OVER = "over", "what a line says is over is not what left, or came in, beyond it"
        PART = "part", "a part of a line is more than the line, or below zero"
        MOVED = "moved", "the movements of a document are not what its lines say"
        DELIVERED = "delivered", "what Odoo says was delivered of an order line is not what left, less what came back"
        RECEIVED = "received", "what Odoo says was received of an order line is not what came in"
        INVOICED = "invoiced", "what Odoo says was invoiced of an order line is not what the rules bill"
        NOT_POSTED = "not_posted", "what the warehouse has confirmed is not in Odoo as soon as promised"
        SENT = "sent", "what Odoo says left by a transfer is not what the warehouse confirmed"
        ARRIVED = "arrived", "what Odoo says came in by a transfer is not what the warehouse confirmed"
        TRANSIT = "transit", "what is on its way by our books is not in Odoo's place in between"
        UNKNOWN = "unknown", "what Odoo has confirmed at the warehouse is not known here"

    subject = models.CharField(max_length=10, choices=Subject)
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, null=True, related_name="variances")
    document = models.ForeignKey(Document, models.CASCADE, null=True, related_name="variances")
    line = models.CharField(max_length=64, blank=True, help_text="Empty: all lines of the document")
    sku = models.CharField(max_length=100, blank=True, help_text="Of stock that is not mapped: the warehouse's code")
    product_id = models.PositiveIntegerField(default=0, db_default=0)
    lot = models.CharField(max_length=100, blank=True, default="", db_default="")
    place = models.PositiveIntegerField(default=0, db_default=0, help_text="Odoo's id of the location")
    place_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    tracking = models.CharField(max_length=8, default="none", db_default="none", editable=False)
    says = QuantityField()
    found = QuantityField()
    unexplained = QuantityField(
        null=True, help_text="What no cause was found for, signed as a cause's; empty: none was looked for"
    )
    value = models.DecimalField(
        max_digits=18, decimal_places=2, default=0, db_default=0, help_text="Of the difference, at cost"
    )
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    as_of = models.DateTimeField(null=True, editable=False, help_text="Of stock: when the warehouse had ``found``")
    agreed_at = models.DateTimeField(
        null=True, editable=False, help_text="Of stock: the latest snapshot that agreed before"
    )
    first_seen = models.DateTimeField(db_default=Now(), editable=False)
    last_seen = models.DateTimeField(db_default=Now(), editable=False)
    gone_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "document", "line", "lot"],
                name="one_open_variance_of_lot",
                condition=models.Q(gone_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["warehouse", "product_id", "sku", "lot", "place"],
                name="one_open_stock_variance",
                condition=models.Q(gone_at__isnull=True, subject="stock"),
            ),
            models.UniqueConstraint(
                fields=["warehouse", "line"],
                name="one_open_unknown_order",
                condition=models.Q(gone_at__isnull=True, subject="unknown"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document or self.sku or self.place_name} {self.line or self.lot}".strip()

    @property
    def difference(self) -> Decimal:
        difference: Decimal = self.says - self.found
        return difference


class VarianceCause(models.Model):
    """Why a part of a variance is. ``quantity`` is that part, signed as ``found`` less ``says``, in Odoo's unit."""

    class Cause(models.TextChoices):
        NOT_YET = "not_yet", "not posted yet"
        FAILED = "failed", "waits for a person"
        UNKEYED = "unkeyed", "waits for people to key it"
        REFUSED = "refused", "refused"
        MISSING = "missing", "message missing"
        BY_HAND = "by_hand", "posted by hand in Odoo"
        MAPPING = "mapping", "code not mapped"
        UNIT = "unit", "counted in another unit"
        ROUNDING = "rounding", "rounded to whole packs"
        LOT = "lot", "another lot, or another place"
        DUPLICATE = "duplicate", "posted twice"
        ONE_SIDED = "one_sided", "adjusted on one side only"

    variance = models.ForeignKey(Variance, models.CASCADE, related_name="causes")
    cause = models.CharField(max_length=10, choices=Cause)
    quantity = QuantityField()
    number = models.CharField(max_length=200, blank=True, help_text="The document, lot or code that it is about")
    code = models.CharField(max_length=10, blank=True, help_text="The problem that it waits for")
    job = models.BigIntegerField(null=True, help_text="That has it in hand, while it is kept")
    message = models.BigIntegerField(null=True, help_text="That it is in, while it is kept")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["cause", "-id"], name="variance_cause")]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.get_cause_display()} {self.number}".strip()


class ReconciliationRun(models.Model):
    """A walk through everything of one sort, a day's or a warehouse's: how far it is, and what it came to.

    ``sums`` are over all rows, whatever their units: figures to compare two runs of the same rows by.
    """

    class Subject(models.TextChoices):
        STOCK = "stock", "stock of a warehouse"
        LINES = "lines", "lines of deliveries, receipts and returns"
        SALES = "sales", "lines of sales orders, beside Odoo"
        PURCHASES = "purchases", "lines of purchase orders, beside Odoo"
        TRANSFERS = "transfers", "transfers between warehouses, beside Odoo"
        CONFIRMED = "confirmed", "what Odoo has confirmed, whether it is known here"

    subject = models.CharField(max_length=10, choices=Subject)
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, null=True, related_name="runs")
    day = models.DateField(help_text="UTC; of a warehouse the day that it is there")
    after = models.BigIntegerField(default=0, help_text="The row that it came to")
    total = models.BigIntegerField(default=0, db_default=0, help_text="Rows that there were when it began")
    compared = models.BigIntegerField(default=0)
    different = models.BigIntegerField(default=0)
    sums = models.JSONField(default=dict)
    began_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "day"], name="one_run_a_day", condition=models.Q(warehouse__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["subject", "warehouse"],
                name="one_open_run_a_warehouse",
                condition=models.Q(ended_at__isnull=True, subject="stock"),
            ),
            models.UniqueConstraint(
                fields=["subject", "warehouse", "day"],
                name="one_walk_a_day_of_warehouse",
                condition=models.Q(
                    warehouse__isnull=False, subject__in=["sales", "purchases", "transfers", "confirmed"]
                ),
            ),
        ]

    def __str__(self) -> str:
        about = self.warehouse.name if self.warehouse else self.get_subject_display()
        return f"{about}, {self.day:%Y-%m-%d}"
