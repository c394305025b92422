"""Rules about orders that people write, each with all of its versions, and what they decided."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from integration.models.connections import Connection, Warehouse
from integration.models.documents import Document


class OrderRule(models.Model):
    """One rule as it is now. ``kind`` and ``outcome`` as in ``rules.business.outcomes``; ``condition`` is CEL.

    A rule is switched off, never deleted: decisions name it. A change of its place is no new version.
    """

    kind = models.CharField(max_length=20)
    position = models.PositiveIntegerField(default=0, help_text="Among the rules of its kind: the lowest comes first")
    name = models.CharField(max_length=80, help_text="As people call it: it stands in cases and on orders")
    erp = models.ForeignKey(
        Connection, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="Odoo", help_text="Empty: any"
    )
    warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: everywhere"
    )
    condition = models.TextField(help_text="When it counts, in CEL. The list below has all names.")
    outcome = models.JSONField(default=dict)
    enabled = models.BooleanField(default=True)
    active_from = models.DateTimeField(null=True, blank=True, help_text="Empty: from now on")
    active_to = models.DateTimeField(null=True, blank=True, help_text="Empty: without an end")
    note = models.CharField(max_length=200, blank=True, help_text="Who asked for it, and why")
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["kind", "position", "id"]
        permissions = [("let_order_go", "Can let an order go that a rule holds")]

    def __str__(self) -> str:
        return self.name


class OrderRuleVersion(models.Model):
    """What a rule said from one edit to the next. Rows are only ever added."""

    rule = models.ForeignKey(OrderRule, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    said = models.JSONField(help_text="All of its fields but its place")
    actor = models.CharField(max_length=150)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="one_row_per_rule_version")]

    def __str__(self) -> str:
        return f"{self.rule} {self.version}"


class OrderDecision(models.Model):
    """What the rules of a kind said about one delivery, with what they were asked; the same once more is one row.

    ``matched``: rule, version, name, what it says, and whether a person let the order go; ``unasked``: rule, version,
    name, why. ``facts``: those that they asked for, without what is a person's own.
    """

    document = models.ForeignKey(
        Document, models.CASCADE, related_name="decided", db_index=False, help_text="The order"
    )
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="+")
    release = models.CharField(max_length=64, help_text="The delivery's number")
    kind = models.CharField(max_length=20)
    asked = models.PositiveIntegerField(help_text="How many rules")
    matched = models.JSONField(default=list)
    unasked = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    key = models.CharField(max_length=32, editable=False)
    first_at = models.DateTimeField(db_default=Now(), editable=False)
    last_at = models.DateTimeField(db_default=Now(), editable=False)
    times = models.PositiveIntegerField(db_default=1, editable=False)

    class Meta:
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(fields=["document", "release", "kind", "key"], name="one_row_per_order_decision")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.release}"
