"""What a warehouse works by while systems are down, and what people type in of it afterwards."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from integration.models.connections import Connection, Warehouse
from integration.models.fields import EncryptedJSONField
from integration.models.messages import InboundMessage


class DowntimePack(models.Model):
    """The open orders of a warehouse as they were a while ago, for sheets on paper. One row each, made anew all the
    time: no older one is kept. Encrypted: it holds names and addresses."""

    warehouse = models.OneToOneField(Warehouse, models.CASCADE, primary_key=True, related_name="downtime_pack")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    orders = models.PositiveIntegerField(default=0, help_text="Releases that are not shipped")
    waiting = models.PositiveIntegerField(default=0, help_text="Orders that something keeps from being released")
    left_out = models.PositiveIntegerField(default=0, help_text="Releases that found no room")
    content = EncryptedJSONField(default=dict)

    class Meta:
        ordering = ["warehouse"]
        permissions = [("print_downtime_pack", "Can take out downtime packs, which hold names and addresses")]

    def __str__(self) -> str:
        return str(self.warehouse)


class TypedShipment(models.Model):
    """A shipment that a person typed in from a sheet. It went by the same door as the warehouse's messages.

    ``told``: by number, what the warehouse said itself that turned out to be these goods, as [SKU, lot, quantity].
    """

    class State(models.TextChoices):
        TAKEN = "taken", "not booked yet"
        BOOKED = "booked", "booked"
        KNOWN = "known", "had been booked as the warehouse's own"

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="typed_shipments")
    partner = models.ForeignKey(Connection, models.PROTECT, related_name="+", db_index=False)
    release = models.CharField(max_length=64)
    shipment = models.CharField(max_length=64)
    shipments_before = models.PositiveIntegerField(help_text="How many were booked when the sheet was made")
    message = models.OneToOneField(InboundMessage, models.SET_NULL, null=True, related_name="typed")
    state = models.CharField(max_length=6, choices=State, default=State.TAKEN, db_default=State.TAKEN)
    told = models.JSONField(default=dict, db_default={})
    actor = models.CharField(max_length=150)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    typed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        permissions = [("type_shipment", "Can load what was shipped during a downtime")]
        constraints = [
            models.UniqueConstraint(fields=["partner", "release", "shipment"], name="one_typed_shipment_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.release} {self.shipment}"
