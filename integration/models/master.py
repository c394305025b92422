"""Master data: what Odoo says, what each warehouse was told of it, how far we are, and the warehouses' own items."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Collate, Now, Upper

from integration.canonical.master import KINDS
from integration.models.connections import Connection
from integration.models.fields import EncryptedJSONField

CHOICES = [(kind, kind) for kind in KINDS]


class MasterRecord(models.Model):
    """The latest snapshot of one record of Odoo's. ``version`` grows when ``content_hash`` changes.

    ``mapped_by``: Odoo's code whose mapping says what a warehouse calls it. ``gone_at``: deleted in Odoo since.
    ``company_id``: Odoo's, empty for what belongs to all: only the warehouses of that company are told.
    Customers and suppliers are people as well: ``name`` stays empty for them, and their code is a number.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="master", db_index=False)
    kind = models.CharField(max_length=8, choices=CHOICES)
    erp_id = models.PositiveIntegerField()
    code = models.CharField(max_length=500, blank=True)
    mapped_by = models.CharField(max_length=500, blank=True)
    name = models.CharField(max_length=500, blank=True)
    barcodes = models.JSONField(default=list)
    kit = models.BooleanField(default=False, help_text="It ships as its components")
    active = models.BooleanField(default=True)
    company_id = models.PositiveIntegerField(null=True)
    content_hash = models.CharField(max_length=64)
    snapshot = EncryptedJSONField()
    version = models.PositiveIntegerField(default=1)
    seen_at = models.DateTimeField(db_default=Now())
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "erp_id"], name="one_master_record"),
        ]
        indexes = [
            models.Index(fields=["kind", "mapped_by"], name="master_by_code"),
            models.Index("connection", "kind", Collate(Upper("mapped_by"), "C"), name="master_code_begins"),
            models.Index(
                "connection", "kind", Collate(Upper("name"), "C"), name="master_name_begins", condition=~Q(name="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code or self.erp_id}"


class MasterTold(models.Model):
    """Which version of a record a warehouse was told, under which of its codes, and whether it takes it."""

    class State(models.TextChoices):
        SENDING = "sending", "on its way"
        TAKEN = "taken"
        REFUSED = "refused"
        LEFT_OUT = "left_out", "not for this warehouse"

    partner = models.ForeignKey(Connection, models.CASCADE, related_name="told", db_index=False)
    record = models.ForeignKey(MasterRecord, models.CASCADE, related_name="told")
    version = models.PositiveIntegerField()
    partner_code = models.CharField(max_length=500, blank=True)
    batch = models.PositiveIntegerField(default=0, help_text="The latest one that holds it")
    state = models.CharField(max_length=8, choices=State, default=State.SENDING)
    reason = models.CharField(max_length=500, blank=True)
    told_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["partner", "record"], name="one_told_per_record")]
        indexes = [models.Index(fields=["partner", "batch"], name="told_by_batch")]

    def __str__(self) -> str:
        return f"{self.record} v{self.version}"


class MasterRun(models.Model):
    """How far one task is with one kind of one connection. A worker that comes after a dead one goes on from here.

    ``since`` and ``source`` are a poll's window and model; ``after_id`` or ``after`` is the last row that is done.
    ``number`` counts the runs, of ``tell`` the batches.
    """

    class Task(models.TextChoices):
        POLL = "poll", "what was written"
        SWEEP = "sweep", "everything"
        TELL = "tell", "told to the warehouse"
        FETCH = "fetch", "the warehouse's own items"

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="master_runs", db_index=False)
    kind = models.CharField(max_length=8, choices=CHOICES)
    task = models.CharField(max_length=5, choices=Task)
    state = models.CharField(max_length=7, choices=State, default=State.DONE)
    number = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField(null=True, help_text="By the clock of the system that is read")
    since = models.DateTimeField(null=True)
    source = models.CharField(max_length=64, blank=True)
    after_id = models.PositiveIntegerField(default=0)
    after = models.CharField(max_length=500, blank=True)
    met = models.PositiveIntegerField(default=0, help_text="Rows looked at in this run")
    changed = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    confirmed = models.BooleanField(default=False, help_text="A person says that what is missing is gone")
    updated_at = models.DateTimeField(auto_now=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["connection", "kind", "task"]
        constraints = [models.UniqueConstraint(fields=["connection", "kind", "task"], name="one_run_per_task")]

    def __str__(self) -> str:
        return f"{self.get_task_display()}: {self.kind} of {self.connection}"


class PartnerItem(models.Model):
    """An item as a warehouse lists it itself, to find the product of Odoo's that it is."""

    partner = models.ForeignKey(Connection, models.CASCADE, related_name="items", db_index=False)
    sku = models.CharField(max_length=100)
    name = models.CharField(max_length=500, blank=True)
    barcodes = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    run = models.PositiveIntegerField(default=0, editable=False, help_text="Of the list that it was last on")
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["sku"]
        constraints = [models.UniqueConstraint(fields=["partner", "sku"], name="one_item_per_sku")]
        indexes = [
            models.Index(fields=["sku"], name="item_by_sku", condition=Q(active=True)),
            models.Index("partner", Collate(Upper("sku"), "C"), name="item_sku_begins"),
            models.Index("partner", Collate(Upper("name"), "C"), name="item_name_begins", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.sku
