"""Deliveries that are released together, and those that wait for it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integration.models.business import OrderRule
from integration.models.connections import Connection, Warehouse
from integration.models.documents import Document


class Wave(models.Model):
    """What a rule has wait, until it is due; then all of it is released, with the wave's number.

    ``key``: as in ``rules.business.waves``. While it is open, deliveries join and leave it.
    """

    class State(models.TextChoices):
        OPEN = "open", "waits"
        RELEASED = "released"

    OPEN = Q(state="open")

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="waves")
    rule = models.ForeignKey(OrderRule, models.PROTECT, related_name="+")
    rule_version = models.PositiveIntegerField()
    key = models.CharField(max_length=200, editable=False)
    carrier = models.CharField(max_length=100, blank=True, help_text="Odoo's delivery method, if it goes by a cut-off")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    size = models.PositiveIntegerField(null=True, help_text="As soon as it holds so many, it goes")
    due_at = models.DateTimeField(help_text="When it goes at the latest")
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    released_at = models.DateTimeField(null=True)
    orders = models.PositiveIntegerField(default=0, db_default=0, help_text="Deliveries, once it is released")
    hurried_by = models.CharField(max_length=150, blank=True, default="", help_text="Who released it before its time")
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        permissions = [("release_wave", "Can release a wave before its time")]
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "key"], condition=Q(state="open"), name="one_open_wave")
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="open"), name="wave_open")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As the warehouse is told it."""
        return f"W{self.pk}"


class WaveOrder(models.Model):
    """One delivery in its wave. A delivery is in one wave at most."""

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="waiting")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False, help_text="The Odoo")
    picking_id = models.PositiveIntegerField(help_text="Odoo's id of the delivery")
    release = models.CharField(max_length=64, help_text="The delivery's number")
    document = models.ForeignKey(Document, models.CASCADE, related_name="waves", help_text="The order")
    rank = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="The highest comes first in its wave")
    priority = models.PositiveSmallIntegerField(default=0, db_default=0)
    promised_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["wave", "id"]
        constraints = [models.UniqueConstraint(fields=["connection", "picking_id"], name="one_wave_per_delivery")]

    def __str__(self) -> str:
        return self.release
