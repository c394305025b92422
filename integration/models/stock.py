"""What a warehouse, or a person in Odoo, found to be otherwise and what became of it; what a warehouse says it has."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Greatest, Now

from integration.models.connections import Warehouse
from integration.models.fields import QuantityField


class StockDifference(models.Model):
    """One line of an adjustment or of a count, or one movement that somebody made in Odoo. Quantities in Odoo's unit.

    ``quantity`` is what was added or lost, or moved; of a count, what lay there at ``happened_at``. ``difference`` is
    what is, or would be, written to Odoo next; ``posted`` what was so far, in ``revision`` writes.
    """

    class Kind(models.TextChoices):
        ADJUSTED = "adjusted", "adjusted by the warehouse"
        MOVED = "moved", "moved inside the warehouse"
        COUNTED = "counted", "counted by the warehouse"
        IN_ODOO = "in_odoo", "changed in Odoo by a person"

    class State(models.TextChoices):
        NEW = "new", "being looked at"
        WAITING = "waiting", "waits for a person"
        APPROVED = "approved", "approved, not posted yet"
        POSTED = "posted"
        EQUAL = "equal", "as expected"
        OVERTAKEN = "overtaken", "overtaken by a later count"
        REFUSED = "refused", "refused: nothing is posted"
        TOLD = "told", "the warehouse was told"
        UNDONE = "undone", "undone in Odoo"

    STANDS = (State.NEW, State.WAITING, State.APPROVED, State.POSTED, State.EQUAL)

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    source = models.CharField(max_length=200, help_text="The document that says so")
    number = models.CharField(max_length=64, help_text="Its number, for people")
    message = models.BigIntegerField(null=True, help_text="The message that brought it, while it is kept")
    line = models.CharField(max_length=20)
    product_id = models.PositiveIntegerField()
    sku = models.CharField(max_length=100)
    tracking = models.CharField(max_length=8, default="none")
    lot = models.CharField(max_length=100, blank=True)
    condition = models.CharField(max_length=12, default="good")
    location = models.CharField(max_length=64, blank=True, help_text="The partner's place")
    place = models.PositiveIntegerField(help_text="Odoo's id of the location that stands for it")
    to_condition = models.CharField(max_length=12, blank=True)
    to_location = models.CharField(max_length=64, blank=True)
    to_place = models.PositiveIntegerField(null=True)
    quantity = QuantityField()
    expected = QuantityField(null=True, help_text="Of a count: what should have lain there")
    difference = QuantityField(default=0)
    approved = QuantityField(null=True, help_text="The difference that a person approved")
    posted = QuantityField(default=0)
    revision = models.PositiveIntegerField(default=0)
    value = models.DecimalField(max_digits=18, decimal_places=2, default=0, help_text="Of the difference, at cost")
    currency = models.CharField(max_length=3, blank=True)
    reason = models.CharField(max_length=64, blank=True, help_text="The warehouse's code")
    note = models.CharField(max_length=500, blank=True)
    awaits = ArrayField(models.BigIntegerField(), default=list, help_text="Jobs whose movements it counted in")
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        permissions = [("approve_difference", "Can approve differences of stock")]
        constraints = [models.UniqueConstraint(fields=["source", "line"], name="one_difference_per_line")]
        indexes = [
            models.Index(
                fields=["warehouse", "product_id", "happened_at"],
                name="counted_as_of",
                condition=Q(kind="counted"),
            ),
            models.Index(fields=["sku"], name="difference_sku"),
            models.Index(fields=["number"], name="difference_number"),
            models.Index(fields=["message"], name="difference_message", condition=Q(message__isnull=False)),
            models.Index(fields=["state", "-id"], name="difference_open", condition=Q(state__in=["waiting", "new"])),
            GinIndex(fields=["awaits"], name="difference_awaits"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.sku}"


class StockSnapshot(models.Model):
    """All that a site said it had at one moment. It counts when all of its pages are here."""

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="snapshots")
    number = models.CharField(max_length=64)
    taken_at = models.DateTimeField()
    pages = models.PositiveIntegerField()
    seen = ArrayField(models.PositiveIntegerField(), default=list, help_text="The pages that are here")
    complete = models.BooleanField(default=False)
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-taken_at"]
        constraints = [models.UniqueConstraint(fields=["warehouse", "number"], name="one_snapshot_per_number")]
        indexes = [models.Index(fields=["warehouse", "-taken_at"], name="snapshot_latest")]

    def __str__(self) -> str:
        return self.number


class StockLevel(models.Model):
    """One line of a snapshot, in the warehouse's own codes and unit. ``allocated`` is a part of ``on_hand``."""

    # A check of each of a million lines costs as much as adding it; the snapshot's row is held while they are added.
    snapshot = models.ForeignKey(StockSnapshot, models.CASCADE, related_name="levels", db_constraint=False)
    page = models.PositiveIntegerField(default=1)
    partner_sku = models.CharField(max_length=100)
    unit = models.CharField(max_length=60)
    lot = models.CharField(max_length=100, blank=True)
    location = models.CharField(max_length=64, blank=True)
    condition = models.CharField(max_length=12, default="good")
    on_hand = QuantityField()
    allocated = QuantityField(default=0)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["snapshot", "partner_sku"], name="level_sku")]

    def __str__(self) -> str:
        return f"{self.partner_sku} {self.on_hand}"


class StockLook(models.Model):
    """When a product's stock in a warehouse was looked at last: once for all its lots and places.

    ``reported_at``: of the snapshot that it was compared with. ``quiet``: both sides agreed and nothing was under way.
    """

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="looks")
    product_id = models.PositiveIntegerField()
    read_at = models.DateTimeField()
    reported_at = models.DateTimeField(null=True)
    quiet = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = "look at stock"
        verbose_name_plural = "looks at stock"
        constraints = [models.UniqueConstraint(fields=["warehouse", "product_id"], name="one_look_a_product")]

    def __str__(self) -> str:
        return f"product {self.product_id}"


class AvailabilityQuerySet(QuerySet["Availability"]):
    def looked_at(self) -> QuerySet[Any]:
        """With ``seen_at`` and ``compared_at``: when it was looked at last, and as of which snapshot."""
        looks = StockLook.objects.filter(warehouse=OuterRef("warehouse"), product_id=OuterRef("product_id"))
        compared_at = Greatest("reported_at", Subquery(looks.values("reported_at")))
        return self.annotate(
            seen_at=Greatest("read_at", Subquery(looks.values("read_at"))),
            compared_at=Case(When(reported__isnull=False, then=compared_at)),
        )


class Availability(models.Model):
    """What one warehouse has of one product, lot and place by Odoo; each figure stands for itself.

    ``in_flight`` is known and not in Odoo yet: received from the warehouse and not posted. ``to_ship`` was released
    and has not left. ``reported`` is what the latest snapshot said, ``expected`` what it should have said.

    ``read_at`` and ``reported_at`` are of when the row was written. A product that is looked at again and has not
    changed keeps its rows: ``StockLook`` says when that was, and ``looked_at`` brings both together.
    """

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="availability")
    product_id = models.PositiveIntegerField()
    sku = models.CharField(max_length=100)
    lot = models.CharField(max_length=100, blank=True)
    place = models.PositiveIntegerField()
    place_name = models.CharField(max_length=200, blank=True)
    condition = models.CharField(max_length=12)
    on_hand = QuantityField(default=0)
    reserved = QuantityField(default=0)
    in_flight = QuantityField(default=0)
    to_ship = QuantityField(default=0)
    reported = QuantityField(null=True, help_text="By the warehouse's latest snapshot")
    expected = QuantityField(null=True, help_text="By Odoo, as of that snapshot")
    difference = QuantityField(null=True, help_text="Reported less expected")
    reported_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(auto_now=True)

    objects = AvailabilityQuerySet.as_manager()

    class Meta:
        ordering = ["sku", "lot", "place"]
        verbose_name_plural = "availability"
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "product_id", "sku", "lot", "place"], name="one_availability")
        ]
        indexes = [models.Index(fields=["sku"], name="availability_sku")]

    def __str__(self) -> str:
        return f"{self.sku} {self.on_hand}"
