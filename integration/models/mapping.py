"""Which record is which document, and which code here is which code there."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from integration.models.connections import Connection
from integration.models.fields import QuantityField

ACTIVE = Q(valid_to__isnull=True)


class ExternalReference(models.Model):
    """This Odoo record is that document of a partner. Many to many: one shipment may close two pickings."""

    erp = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    model = models.CharField(max_length=64)
    record_id = models.PositiveIntegerField()
    partner = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    document_type = models.CharField(max_length=30)
    reference = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["erp", "model", "record_id", "partner", "document_type", "reference"], name="one_reference"
            )
        ]
        indexes = [models.Index(fields=["partner", "document_type", "reference"], name="reference_by_partner")]

    def __str__(self) -> str:
        return f"{self.model}({self.record_id}) = {self.reference}"


class CodeMapping(models.Model):
    """``odoo_code`` here is ``partner_code`` at ``partner``. A change is a new row with a higher version.

    One row says what is sent; any number of aliases beside it say what else the partner may call it.
    """

    class Kind(models.TextChoices):
        PRODUCT = "product"
        UNIT = "unit"
        CARRIER = "carrier"

    kind = models.CharField(max_length=10, choices=Kind)
    partner = models.ForeignKey(Connection, models.CASCADE, related_name="mappings")
    odoo_code = models.CharField(max_length=100)
    partner_code = models.CharField(max_length=100)
    sku = models.CharField(max_length=100, blank=True, help_text="For a unit: this product only")
    factor = QuantityField(default=1, help_text="For a unit: so many partner units ...")
    per = QuantityField(default=1, help_text="... are so many Odoo units, such as 1 case for 12")
    alias = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Understood when the partner says it; what we send uses the other code",
    )
    version = models.PositiveIntegerField(default=1)
    valid_from = models.DateTimeField(db_default=Now(), editable=False)
    valid_to = models.DateTimeField(null=True, blank=True)
    made_by = models.CharField(max_length=150, blank=True, default="", db_default="", editable=False)

    class Meta:
        ordering = ["kind", "odoo_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "kind", "odoo_code", "sku"],
                condition=ACTIVE & Q(alias=False),
                name="one_active_mapping",
            ),
            models.UniqueConstraint(
                fields=["partner", "kind", "odoo_code", "partner_code", "sku"],
                condition=ACTIVE & Q(alias=True),
                name="one_active_alias",
            ),
            models.UniqueConstraint(
                fields=["partner", "partner_code"],
                condition=ACTIVE & Q(kind="product"),
                name="one_product_per_partner_code",
            ),
            models.CheckConstraint(condition=Q(factor__gt=0, per__gt=0), name="mapping_factor_positive"),
        ]
        indexes = [models.Index(fields=["partner", "kind", "partner_code"], name="mapping_by_partner_code")]

    def __str__(self) -> str:
        return f"{self.kind} {self.odoo_code} = {self.partner_code}{' (alias)' if self.alias else ''}"


class BusinessRule(models.Model):
    """One exception from the default, with fixed fields. The first active row that fits, by ``order``, decides."""

    class Kind(models.TextChoices):
        ALLOW_FRACTION = "allow_fraction", "may be released in fractions of a piece"
        OVER_PERCENT = "over_percent", "may be shipped over by so many percent"
        OVER_UNITS = "over_units", "may be shipped over by so many units"
        SUBSTITUTE = "substitute", "another product may go in its place"
        RECEIVE_OVER_PERCENT = "receive_over_percent", "may be received over by so many percent"
        RECEIVE_OVER_UNITS = "receive_over_units", "may be received over by so many units"
        ADJUST_UNITS = "adjust_units", "differences up to so many units are posted by themselves"
        ADJUST_VALUE = "adjust_value", "differences up to so much money are posted by themselves"
        INVOICE = "invoice", "the customer's invoice is made"
        VENDOR_BILL = "vendor_bill", "the supplier's bill is made"
        CREDIT_NOTE = "credit_note", "the customer's credit note is made"

    class When(models.TextChoices):
        BY_HAND = "by_hand"
        ON_MOVE = "on_move", "with each shipment, receipt or inspected return"
        ON_COMPLETION = "on_completion", "when the whole order is delivered or received"

    kind = models.CharField(max_length=20, choices=Kind)
    warehouse = models.ForeignKey("integration.Warehouse", models.CASCADE, null=True, blank=True)
    sku = models.CharField(max_length=100, blank=True, help_text="Odoo's product code; empty: all products")
    company_id = models.PositiveIntegerField(null=True, blank=True, help_text="Odoo's id of the company; empty: all")
    customer_id = models.PositiveIntegerField(
        null=True, blank=True, help_text="Odoo's id of the customer or supplier; empty: all"
    )
    reason = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="The warehouse's reason code; empty: all"
    )
    when = models.CharField(
        max_length=14, choices=When, blank=True, default="", db_default="", help_text="For invoices and their like"
    )
    posted = models.BooleanField(default=False, db_default=False, help_text="For invoices and their like: not a draft")
    value = models.DecimalField(max_digits=18, decimal_places=6, default=0)
    order = models.PositiveIntegerField(default=100)
    version = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.get_kind_display()

    def clean(self) -> None:
        """A rule for the books says when; no other one does."""
        if self.value < 0:
            raise ValidationError({"value": _("Enter a number that is not below zero.")})
        books = self.kind in (self.Kind.INVOICE, self.Kind.VENDOR_BILL, self.Kind.CREDIT_NOTE)
        if books and not self.when:
            raise ValidationError({"when": _("Say when it is made.")})
        if not books and (self.when or self.posted):
            raise ValidationError({"when": _("This is for invoices, bills and credit notes only.")})
