"""What a shipment's carriage costs, in Odoo: never converted, and never doubled, because it is one sum that is set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from integration.canonical.base import Money
from integration.canonical.erp import Picking
from integration.canonical.shipments import ShipmentConfirmed
from integration.errors import Rejected
from integration.flows import beside
from integration.flows.beside import Target
from integration.flows.parcels import freight as cost_of
from integration.jobs import cases, effects
from integration.models import Document, Effect, ExceptionCase, Parcel, Warehouse
from integration.rules.parcels import freight_at_dispatch, freight_of

VERB = "freight"


@dataclass(frozen=True, slots=True)
class Wanted:
    """``as_of``: the moment of the latest figure in it, which several parcels may share, or say late."""

    sums: tuple[Money, ...]
    as_of: str

    @property
    def name(self) -> str:
        """For the effect's key."""
        return " ".join([self.as_of, *(f"{money.amount.normalize():f}{money.currency}" for money in self.sums)])


def said(shipment: ShipmentConfirmed, picking: Picking) -> dict[str, object]:
    """For the result of the posting: what the shipment said, and the currency that Odoo keeps freight in."""
    sums = freight_at_dispatch(shipment)
    if not sums:
        return {}
    whole = [format(shipment.freight.amount, "f"), shipment.freight.currency] if shipment.freight else None
    foreign = any(money.currency != picking.currency for money in sums)
    return {"freight": {"whole": whole, "foreign": foreign and picking.freight is not None}}


def wanted(parcels: Sequence[Parcel], booked: Effect | None, warehouse: Warehouse) -> Wanted | None:
    """None: what the posting wrote is still right, or Odoo is not to have it."""
    if warehouse.freight_policy == Warehouse.Freight.NONE:
        return None
    told = (booked.result.get("freight") if booked else None) or {}
    late = [parcel.freight_at for parcel in parcels if parcel.freight_at is not None]
    if not late and not told.get("foreign"):
        return None
    whole = Money(amount=told["whole"][0], currency=told["whole"][1]) if told.get("whole") else None
    sums = freight_of(whole, [cost_of(parcel) for parcel in parcels])
    return Wanted(sums, f"{max(late):%Y%m%dT%H%M%S.%f}" if late else "dispatch")


def write(
    at: Target,
    key: str,
    wanted: Wanted,
    shipment: str,
    foreign: list[Rejected],
    delivery: Document,
    warehouse: Warehouse,
) -> None:
    """An earlier figure that may still land must not overwrite this one: it is waited for."""
    held = at.erp.freight.read(at.picking_id)
    if held is None:
        effects.found(at.work, at.connection, key, VERB, {}, {"kept": "here only: Odoo has no freight"})
    elif any(money.currency != held.currency for money in wanted.sums):
        _foreign(at, key, wanted, shipment, foreign, held, delivery, warehouse)
    else:
        _set(at, key, wanted.sums[0])


def tell(foreign: Sequence[Rejected], warehouse: Warehouse, delivery: Document) -> None:
    """Opens the cases, but for an amount that a person has seen already. Call inside a transaction."""
    for error in foreign:
        seen = ExceptionCase.objects.filter(fingerprint=error.fingerprint, context__amount=error.context["amount"])
        if not seen.exists():
            cases.open_case(error, warehouse.wms, delivery, flow="parcel_posting")


def _set(at: Target, key: str, money: Money) -> None:
    prefix = key.rpartition("/")[0] + "/"
    earlier = Effect.objects.filter(connection=at.connection, key__startswith=prefix, state=Effect.State.INTENDED)
    for name in earlier.exclude(key=key).values_list("key", flat=True):
        effects.wait_until_settled(at.connection, name, VERB)

    def send() -> dict[str, object]:
        at.erp.freight.write(at.picking_id, money.amount, company=at.company)
        return {"amount": format(money.amount, "f")}

    def probe() -> dict[str, object] | None:
        written = at.erp.freight.is_written(at.picking_id, money.amount)
        return {"amount": format(money.amount, "f")} if written else None

    intent = {"picking": at.picking_id, "amount": format(money.amount, "f")}
    effects.once(at.work, at.connection, effects.Write(key, VERB, intent, send, probe, calls=beside.CALLS))


def _foreign(
    at: Target,
    key: str,
    wanted: Wanted,
    shipment: str,
    foreign: list[Rejected],
    held: Money,
    delivery: Document,
    warehouse: Warehouse,
) -> None:
    sums = " + ".join(f"{money.amount.normalize():f} {money.currency}" for money in wanted.sums)
    if warehouse.foreign_freight == Warehouse.ForeignFreight.NOTE:
        beside.say(at, key, f"Freight of shipment {shipment}: {sums}. Not entered here: it is not in {held.currency}.")
        return
    about: dict[str, Any] = {
        "connection": warehouse.wms.name,
        "shipment": shipment,
        "picking": at.picking,
        "amount": sums,
    }
    foreign.append(Rejected("CD-5025", **about, company_currency=held.currency))
