"""Where Odoo keeps what a warehouse calls damaged, held, or lying in a bin."""

from django.db import models

from integration.models.connections import Warehouse


class Place(models.Model):
    """Goods in this condition (and, where it is named, at this place of the warehouse's) lie at that location in Odoo.

    A row that names the warehouse's place goes before one that does not. Good stock without a row lies at the
    warehouse's own stock location.
    """

    class Condition(models.TextChoices):
        GOOD = "good"
        DAMAGED = "damaged"
        QUARANTINE = "quarantine"
        HOLD = "hold"
        EXPIRED = "expired"

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="places")
    condition = models.CharField(max_length=12, choices=Condition, default=Condition.GOOD)
    partner_location = models.CharField(
        max_length=64, blank=True, help_text="The warehouse's code of the place; empty: wherever it lies"
    )
    erp_location_id = models.PositiveIntegerField(help_text="Odoo's id of the location")
    erp_location = models.CharField(max_length=200, blank=True, help_text="Its full name in Odoo, for people")

    class Meta:
        ordering = ["warehouse", "condition", "partner_location"]
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "condition", "partner_location"], name="one_place_per_name")
        ]

    def __str__(self) -> str:
        return f"{self.condition} {self.partner_location}".strip()
