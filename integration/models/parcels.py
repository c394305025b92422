"""What became of each parcel after it left, what it cost, and the files that prove it."""

from django.db import models
from django.db.models.functions import Now

from integration.models.fields import EncryptedBytesField, EncryptedJSONField, QuantityField


class ParcelStatus(models.TextChoices):
    DISPATCHED = "dispatched"
    IN_TRANSIT = "in_transit", "in transit"
    OUT_FOR_DELIVERY = "out_for_delivery", "out for delivery"
    DELIVERED = "delivered"
    EXCEPTION = "exception", "held up"
    RETURNED = "returned"


class Parcel(models.Model):
    """One parcel of one shipment. ``status_at``: what is older changes nothing but the history."""

    document = models.ForeignKey("integration.Document", models.CASCADE, related_name="parcels")
    shipment = models.CharField(max_length=64)
    number = models.CharField(max_length=64, help_text="The carrier's number; without one the warehouse's own name")
    package = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16, choices=ParcelStatus, default=ParcelStatus.DISPATCHED)
    status_at = models.DateTimeField()
    place = models.CharField(max_length=500, blank=True)
    delivered_at = models.DateTimeField(null=True)
    signed_by = EncryptedJSONField(null=True, editable=False)
    freight = QuantityField(null=True)
    currency = models.CharField(max_length=3, blank=True, help_text="Of the freight, as the warehouse said it")
    freight_at = models.DateTimeField(null=True, help_text="When it said so: what is older changes nothing")

    class Meta:
        ordering = ["shipment", "number"]
        constraints = [models.UniqueConstraint(fields=["document", "shipment", "number"], name="one_parcel_per_number")]
        indexes = [
            models.Index(fields=["number"], name="parcel_number"),
            models.Index(fields=["status", "-status_at"], name="parcel_status"),
        ]

    def __str__(self) -> str:
        return self.number


class ParcelEvent(models.Model):
    """Append-only: what the carrier said of a parcel, once however often it comes."""

    parcel = models.ForeignKey(Parcel, models.CASCADE, related_name="events")
    status = models.CharField(max_length=16, choices=ParcelStatus)
    at = models.DateTimeField()
    place = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["parcel", "status", "at"], name="one_event_per_moment")]

    def __str__(self) -> str:
        return f"{self.parcel_id} {self.status}"


class ProofFile(models.Model):
    """A file, kept once whatever it proves."""

    sha256 = models.CharField(max_length=64, unique=True)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    content = EncryptedBytesField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.sha256[:12]


class Proof(models.Model):
    """This file proves that a shipment, or one parcel of it, was handed over. ``number`` empty: the whole shipment."""

    class Kind(models.TextChoices):
        DISPATCH = "dispatch"
        DELIVERY = "delivery"

    document = models.ForeignKey("integration.Document", models.CASCADE, related_name="proofs")
    shipment = models.CharField(max_length=64)
    number = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=200)
    file = models.ForeignKey(ProofFile, models.PROTECT, related_name="proves")
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "shipment", "number", "kind", "file"], name="one_proof_per_file"
            )
        ]

    def __str__(self) -> str:
        return self.name
