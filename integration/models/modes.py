"""What each flow of a warehouse does: nothing, only compute, or write; and from when on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias

from django.db import models
from django.db.models import Q
from django.utils.timezone import now


class Mode(models.TextChoices):
    OFF = "off"
    SHADOW = "shadow", "in shadow"
    LIVE = "live"


InForce: TypeAlias = Mode  # what the class below calls by its own name


class RolloutFlow(models.TextChoices):
    """What is switched on by itself, as people call it."""

    RELEASE = "release", "releases"
    SHIPMENT = "shipment", "shipments"
    RECEIPT = "receipt", "receipts"
    RETURN = "return", "returns"
    TRANSFER = "transfer", "transfers"
    INVENTORY = "inventory", "stock"


FROM = (
    "Of what is there before, nothing is done by itself; until then the flow stays as it was. Empty: at once, for all"
)


def _from() -> models.DateTimeField[Any, Any]:
    return models.DateTimeField(null=True, blank=True, help_text=FROM)


def _before() -> models.CharField[Any, Any]:
    return models.CharField(max_length=8, choices=Mode, default=Mode.OFF, db_default=Mode.OFF, editable=False)


class FlowModes(models.Model):
    """``<flow>_before`` is what a flow was when its mode or its date was set: it holds until the date."""

    Mode = Mode

    release_mode = models.CharField(max_length=8, choices=Mode, default=Mode.OFF)
    shipment_mode = models.CharField(max_length=8, choices=Mode, default=Mode.OFF)
    receipt_mode = models.CharField(max_length=8, choices=Mode, default=Mode.OFF, db_default=Mode.OFF)
    return_mode = models.CharField(max_length=8, choices=Mode, default=Mode.OFF, db_default=Mode.OFF)
    transfer_mode = models.CharField(max_length=8, choices=Mode, default=Mode.OFF, db_default=Mode.OFF)
    inventory_mode = models.CharField(max_length=8, choices=Mode, default=Mode.OFF, db_default=Mode.OFF)
    release_from, shipment_from, receipt_from = _from(), _from(), _from()
    return_from, transfer_from, inventory_from = _from(), _from(), _from()
    release_before, shipment_before, receipt_before = _before(), _before(), _before()
    return_before, transfer_before, inventory_before = _before(), _before(), _before()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        kept = self._keep_what_was()
        if kept and kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], *kept}
        super().save(*args, **kwargs)

    @staticmethod
    def with_flow(flow: str, *modes: str) -> Q:
        """Warehouses of which the flow is in one of these modes now."""
        at = now()
        begun = Q(**{f"{flow}_from": None}) | Q(**{f"{flow}_from__lte": at})
        coming = Q(**{f"{flow}_from__gt": at, f"{flow}_before__in": modes})
        return begun & Q(**{f"{flow}_mode__in": modes}) | coming

    def in_force(self, flow: str) -> InForce:
        """The flow's mode now."""
        starts: datetime | None = getattr(self, f"{flow}_from")
        begun = starts is None or starts <= now()
        return InForce(getattr(self, f"{flow}_mode" if begun else f"{flow}_before"))

    def strongest(self, flows: Iterable[str]) -> InForce:
        """Of several flows that one document may belong to."""
        found = {self.in_force(flow) for flow in flows}
        return next(mode for mode in (InForce.LIVE, InForce.SHADOW, InForce.OFF) if mode in found)

    def _keep_what_was(self) -> list[str]:
        stored = type(self)._base_manager.filter(pk=self.pk).first() if self.pk else None
        moved = [flow for flow in RolloutFlow.values if stored is not None and _set(stored)[flow] != _set(self)[flow]]
        for flow in moved:
            setattr(self, f"{flow}_before", stored.in_force(flow))  # type: ignore[union-attr]
        return [f"{flow}_before" for flow in moved]


def _set(row: FlowModes) -> dict[str, tuple[object, object]]:
    return {flow: (getattr(row, f"{flow}_mode"), getattr(row, f"{flow}_from")) for flow in RolloutFlow.values}
