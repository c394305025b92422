"""Who may call the API, and who did what."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integration.models.connections import Connection, Warehouse


class ApiToken(models.Model):
    """A token for integrators. Only its hash is kept; the token itself is shown once, when it is made."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True, help_text="The token's first characters, to find it by")
    sha256 = models.BinaryField(max_length=32)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Reach(models.Model):
    """What a user sees who may not see all warehouses: this warehouse, or all of this company, also later ones."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reach")
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, null=True, blank=True, related_name="+")
    erp = models.ForeignKey(
        Connection, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="Odoo", help_text="Or all of"
    )
    company_id = models.PositiveIntegerField(null=True, blank=True, help_text="Odoo's id of the company there")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(warehouse__isnull=False, erp=None, company_id=None)
                | Q(warehouse=None, erp__isnull=False, company_id__isnull=False),
                name="a_warehouse_or_a_company",
                violation_error_message="Choose a warehouse, or an Odoo together with the company's id there.",
            )
        ]
        verbose_name_plural = "reach"

    def __str__(self) -> str:
        return f"{self.user}: {self.warehouse or f'company {self.company_id} of {self.erp}'}"


class AuditEvent(models.Model):
    """An act of a person or of a token, or a change of configuration. Rows are only ever added: a trigger refuses all
    else, but for ``number`` and ``hash``, which are set once when the row is sealed (see ``jobs.audit``)."""

    at = models.DateTimeField(db_default=Now(), editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor = models.CharField(max_length=150)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    number = models.PositiveBigIntegerField(null=True, unique=True, editable=False, help_text="Its place in the chain")
    hash = models.BinaryField(
        max_length=32, null=True, editable=False, help_text="SHA-256 over the row and the hash before it"
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], name="audit_not_sealed", condition=Q(hash__isnull=True))]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.subject}"
