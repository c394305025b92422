"""How far the warehouse is with a delivery before anything leaves, and what it has packed."""

from django.db import models

from integration.models.fields import QuantityField


class Stage(models.TextChoices):
    """In this order; ``canonical.orders.STAGES`` are the same."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    PICKING = "picking"
    PICKED = "picked"
    PACKED = "packed"
    SHIPPED = "shipped"


class StageEvent(models.Model):
    """The warehouse said how far it is. ``counts`` false: something newer had come before it."""

    document = models.ForeignKey("integration.Document", models.CASCADE, related_name="stages")
    stage = models.CharField(max_length=10, choices=Stage)
    at = models.DateTimeField(help_text="By the warehouse's clock")
    counts = models.BooleanField(default=True)
    detail = models.CharField(max_length=500, blank=True, help_text="What it said of the lines, for people")

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["document", "at", "stage"], name="one_stage_per_moment")]

    def __str__(self) -> str:
        return f"{self.document_id} {self.stage}"


class CartonLine(models.Model):
    """What lies in a carton before it leaves, in Odoo's unit of the line. ``lots`` as the warehouse names them."""

    document = models.ForeignKey("integration.Document", models.CASCADE, related_name="cartons")
    package = models.CharField(max_length=64)
    line = models.CharField(max_length=64)
    sku = models.CharField(max_length=100)
    quantity = QuantityField()
    lots = models.JSONField(default=list)

    class Meta:
        ordering = ["package", "id"]
        indexes = [models.Index(fields=["package"], name="carton_package")]

    def __str__(self) -> str:
        return f"{self.package} {self.sku}"
