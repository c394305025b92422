"""Remote systems, and which Odoo warehouse is which warehouse of a partner."""

from datetime import time
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integration.models.days_off import DaysOff
from integration.models.fields import EncryptedJSONField
from integration.models.modes import FlowModes


def _within(least: float, most: float) -> list[MinValueValidator | MaxValueValidator]:
    """Beyond these a typo would stop the work, or let it wait for ever."""
    return [MinValueValidator(least), MaxValueValidator(most)]


class Connection(models.Model):
    """One remote system in one environment. Secrets are write-only: never shown, logged or exported."""

    class Environment(models.TextChoices):
        PRODUCTION = "production"
        TEST = "test"

    class DriftPolicy(models.TextChoices):
        IGNORE = "ignore", "keep it, and tell nobody"
        WARN = "warn", "a case"
        PAUSE = "pause", "pause the connection, with a case"

    slug = models.SlugField(unique=True, max_length=40)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=30, help_text="odoo, or the kind of a warehouse adapter")
    base_url = models.URLField()
    environment = models.CharField(max_length=12, choices=Environment, default=Environment.TEST)
    enabled = models.BooleanField(default=True, help_text="Off: work waits, nothing is lost")
    paused_at = models.DateTimeField(null=True, editable=False)
    paused_by = models.CharField(max_length=150, default="", db_default="", editable=False)
    paused_why = models.CharField(max_length=300, default="", db_default="", editable=False)
    secrets = EncryptedJSONField(default=dict, editable=False)
    options = models.JSONField(default=dict, blank=True, help_text="Database, login, transport: no secrets")
    profile = models.JSONField(default=dict, editable=False, help_text="What the last probe found")
    probed_at = models.DateTimeField(null=True, editable=False)
    tested_at = models.DateTimeField(null=True, editable=False, help_text="When somebody last asked for a test")
    test_failure = models.CharField(
        max_length=500, default="", db_default="", editable=False, help_text="What it said; empty: all was well"
    )
    connect_timeout = models.FloatField(default=5.0, validators=_within(0.1, 60), help_text="Seconds")
    read_timeout = models.FloatField(default=30.0, validators=_within(0.1, 600), help_text="Seconds")
    settle_seconds = models.PositiveIntegerField(
        default=150,
        validators=_within(0, 3600),
        help_text="How long a call may still land after its answer was lost",
    )
    max_concurrency = models.PositiveSmallIntegerField(default=4, validators=_within(1, 100))
    calls_per_second = models.FloatField(
        null=True, blank=True, validators=_within(0.1, 1000), help_text="Empty: no limit"
    )
    acknowledge_seconds = models.PositiveIntegerField(
        default=900,
        validators=_within(1, 7 * 86400),
        help_text="How long the partner may take to say yes or no to a document",
    )
    master_kinds = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="Of a warehouse: the master data that it is told, such as items and customers",
    )
    same_codes = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Of a warehouse: where nothing is mapped, what it is told goes by Odoo's own code",
    )
    four_eyes = models.BooleanField(
        default=False,
        db_default=False,
        help_text="What is changed of it, of its warehouses and of their rules waits for a second person",
    )
    drift_policy = models.CharField(
        max_length=8,
        choices=DriftPolicy,
        default=DriftPolicy.WARN,
        db_default=DriftPolicy.WARN,
        help_text="What becomes of it when it says, or has, what we were not written for",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["slug"]
        permissions = [("change_secrets", "Can enter credentials")]

    def __str__(self) -> str:
        return self.name


class ConnectionGate(models.Model):
    """What all workers share about a connection: the breaker and the throttle. Times are PostgreSQL's."""

    class Breaker(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"

    connection = models.OneToOneField(Connection, models.CASCADE, primary_key=True, related_name="gate")
    breaker = models.CharField(max_length=8, choices=Breaker, default=Breaker.CLOSED)
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)
    next_call_at = models.DateTimeField(null=True, help_text="When the throttle lets the next call go")
    last_success_at = models.DateTimeField(null=True)
    last_failure = models.CharField(max_length=300, default="")

    class Meta:
        ordering = ["connection"]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.breaker}"


class RemoteSlot(models.Model):
    """A lease on one of the connection's concurrent calls; a killed worker's lease ends by itself."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="slots")
    number = models.PositiveSmallIntegerField()
    token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "number"], name="one_slot_per_number")]

    def __str__(self) -> str:
        return f"{self.connection_id}/{self.number}"


def check_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"{name} is no time zone: give a name such as Europe/Berlin, or UTC.")


def check_days(days: object) -> None:
    if not isinstance(days, list) or not days or not set(days) <= set(range(7)):
        raise ValidationError("Choose the days of the week.")


class Warehouse(FlowModes):
    """An Odoo warehouse and the partner's warehouse that it stands for, with the policy of its flows."""

    class ReleasePoint(models.TextChoices):
        CONFIRMED = "confirmed", "when the order is confirmed"
        RESERVED = "reserved", "when everything is reserved"
        RESERVED_PART = "reserved_part", "what is reserved, as it is reserved"

    class Remainder(models.TextChoices):
        BACKORDER = "backorder", "keep it as a backorder"
        CANCEL = "cancel", "cancel it"

    class Progress(models.TextChoices):
        NONE = "none", "nothing"
        NOTES = "notes", "a note for each stage"
        ACTIVITIES = "activities", "notes, and a thing to do for a short pick"

    class Freight(models.TextChoices):
        NONE = "none", "kept here only"
        TRANSFER = "transfer", "cost on the transfer"

    class ForeignFreight(models.TextChoices):
        CASE = "case", "a person decides"
        NOTE = "note", "a note on the transfer"

    name = models.CharField(max_length=100)
    erp = models.ForeignKey(Connection, models.PROTECT, related_name="erp_warehouses")
    company_id = models.PositiveIntegerField(help_text="Odoo's id of the company")
    erp_warehouse_id = models.PositiveIntegerField(help_text="Odoo's id of the warehouse")
    wms = models.ForeignKey(Connection, models.PROTECT, related_name="wms_warehouses")
    site = models.CharField(max_length=64, help_text="The partner's code of the warehouse")
    owner_code = models.CharField(max_length=64, blank=True, help_text="The partner's code of the goods' owner")
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        db_default="UTC",
        validators=[check_zone],
        help_text="Where it is, such as Europe/Berlin: bills are of the day that it was there",
    )
    days_off = models.ForeignKey(
        DaysOff,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="days off",
        help_text="The list of days on which it does not work; empty: none",
    )
    release_point = models.CharField(max_length=16, choices=ReleasePoint, default=ReleasePoint.RESERVED)
    remainder = models.CharField(
        max_length=10, choices=Remainder, default=Remainder.BACKORDER, help_text="What a final short shipment leaves"
    )
    receipt_remainder = models.CharField(
        max_length=10,
        choices=Remainder,
        default=Remainder.BACKORDER,
        db_default=Remainder.BACKORDER,
        help_text="What a final short receipt leaves; of a transfer it always stays",
    )
    notify_customer = models.BooleanField(default=False, help_text="Let Odoo send its own message about a shipment")
    progress_notes = models.CharField(
        max_length=10,
        choices=Progress,
        default=Progress.NONE,
        db_default=Progress.NONE,
        help_text="What Odoo's delivery shows of picking and packing; a short pick without a thing to do is a case",
    )
    freight_policy = models.CharField(
        max_length=10,
        choices=Freight,
        default=Freight.TRANSFER,
        db_default=Freight.TRANSFER,
        help_text="What becomes of it in Odoo",
    )
    foreign_freight = models.CharField(
        max_length=10,
        choices=ForeignFreight,
        default=ForeignFreight.CASE,
        db_default=ForeignFreight.CASE,
        help_text="Freight in another currency than the company's is never converted",
    )

    reconcile_at = models.TimeField(
        default=time(3),
        db_default=time(3),
        help_text="When all its orders are compared with Odoo each day, by its own time",
    )

    class Meta:
        ordering = ["name"]
        permissions = [("view_all_warehouses", "Sees all warehouses and companies")]
        constraints = [
            models.UniqueConstraint(fields=["erp", "erp_warehouse_id"], name="one_partner_per_odoo_warehouse"),
            models.UniqueConstraint(fields=["wms", "site", "owner_code"], name="one_odoo_warehouse_per_site"),
            models.CheckConstraint(condition=~Q(erp=models.F("wms")), name="two_different_systems"),
        ]

    def __str__(self) -> str:
        return self.name
