"""Keeps what a release was decided on, so that a change of rules or mappings can be tried on it later."""

import hashlib
from dataclasses import dataclass

from integration.canonical.erp import Order, Picking
from integration.flows.releases import Delivery
from integration.jobs import rows
from integration.models import DecidedDelivery

_TABLE = DecidedDelivery._meta.db_table
_KEPT = f"(document_id, release, key) DO UPDATE SET last_at = now(), times = {_TABLE}.times + 1"


@dataclass(frozen=True, slots=True)
class Kept:
    row: DecidedDelivery

    def commit(self) -> None:
        rows.add([self.row], _KEPT)


def of(delivery: Delivery, *, ruled: bool) -> Kept:
    """``ruled``: our rules about orders are asked."""
    order = as_decided(delivery.order, delivery.picking)
    said = order.model_dump_json(exclude={"written_at"})
    row = DecidedDelivery(
        document=delivery.parent,
        warehouse=delivery.warehouse,
        release=delivery.picking.name,
        ruled=ruled,
        snapshot=order.model_dump(mode="json"),
        key=hashlib.sha256(said.encode()).hexdigest()[:32],
    )
    return Kept(row)


def as_decided(order: Order, picking: Picking) -> Order:
    """With this delivery, and what is picked before it without its lines: nothing else is asked for."""
    earlier = [
        other.model_copy(update={"moves": ()})
        for other in order.pickings
        if other.code == "internal" and other.id != picking.id
    ]
    return order.model_copy(update={"pickings": (picking, *earlier)})
