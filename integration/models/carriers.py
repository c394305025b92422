"""Until when a warehouse hands parcels to a carrier, and where a carrier says where a parcel is."""

from django.core.exceptions import ValidationError
from django.db import models

from integration.models.connections import Warehouse, check_days

NUMBER = "{number}"
WORKDAYS = [0, 1, 2, 3, 4]


def workdays() -> list[int]:
    return list(WORKDAYS)


def check_page(url: str) -> None:
    if not url.startswith("https://") or NUMBER not in url:
        raise ValidationError(f"Give an address that begins with https:// and has {NUMBER} where the number stands.")


class CutOff(models.Model):
    """What is to leave with this carrier on a day has to be at the warehouse by then, in the warehouse's time zone."""

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="cut_offs")
    carrier = models.CharField(max_length=100, blank=True, help_text="Odoo's name of the shipping method; empty: any")
    time = models.TimeField(help_text="In the warehouse's time zone")
    days = models.JSONField(default=workdays, validators=[check_days], help_text="0 is Monday")

    class Meta:
        ordering = ["warehouse", "carrier", "time"]

    def __str__(self) -> str:
        return f"{self.carrier or 'all carriers'} {self.time:%H:%M}"


class TrackingPage(models.Model):
    """The carrier's page about a parcel."""

    carrier = models.CharField(
        max_length=100, blank=True, unique=True, help_text="Odoo's name of the shipping method; empty: all others"
    )
    url = models.CharField(
        max_length=300, validators=[check_page], help_text="Such as https://carrier.example/track?n={number}"
    )

    class Meta:
        ordering = ["carrier"]

    def __str__(self) -> str:
        return self.carrier or "all other carriers"
