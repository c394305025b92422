"""Parcels and proofs in our tables. Call inside the transaction that settles the job."""

from collections.abc import Iterator
from datetime import datetime

from integration.canonical.base import Money
from integration.canonical.shipments import Package, Proof, ShipmentConfirmed
from integration.jobs import rows
from integration.models import Document, Parcel, ProofFile
from integration.models import Proof as ProofRow

# One that overtook its shipment stays as it is; it gets what only the shipment says.
_TAKEN_OVER = f"""(document_id, shipment, number) DO UPDATE SET package = EXCLUDED.package,
  freight = COALESCE({Parcel._meta.db_table}.freight, EXCLUDED.freight),
  currency = CASE WHEN {Parcel._meta.db_table}.freight IS NULL
    THEN EXCLUDED.currency ELSE {Parcel._meta.db_table}.currency END"""


def dispatched(delivery: Document, shipment: ShipmentConfirmed) -> None:
    """The shipment's parcels have left, one row for each number; of several with one number the first one has it."""
    parcels: dict[str, Parcel] = {}
    for parcel in _parcels(delivery, shipment):
        if parcel.number in parcels and parcel.package:
            parcel.number = parcel.package
        parcels.setdefault(parcel.number, parcel)
    if parcels:
        rows.add(list(parcels.values()), _TAKEN_OVER)
    if shipment.proof is not None:
        prove(delivery, shipment.shipment, "", ProofRow.Kind.DISPATCH, shipment.proof)


def prove(delivery: Document, shipment: str, number: str, kind: ProofRow.Kind, proof: Proof) -> None:
    """Keeps the file, once whatever it proves; it is held, so that one that is old does not leave meanwhile."""
    content = proof.decoded
    file = ProofFile(sha256=proof.sha256, media_type=proof.media_type, size=len(content), content=content)
    rows.add([file], rows.taking_over(["size"], "sha256"))
    file = ProofFile.objects.defer("content").get(sha256=proof.sha256)
    row = ProofRow(document=delivery, shipment=shipment, number=number, kind=kind, name=proof.name[:200], file=file)
    rows.add([row], "DO NOTHING")


def freight(parcel: Parcel) -> Money | None:
    return None if parcel.freight is None else Money(amount=parcel.freight, currency=parcel.currency)


def _parcels(delivery: Document, shipment: ShipmentConfirmed) -> Iterator[Parcel]:
    named = {package.tracking_number for package in shipment.packages}
    for number in shipment.tracking_numbers:
        if number not in named:
            yield _parcel(delivery, shipment, number, None, shipment.shipped_at)
    for package in shipment.packages:
        yield _parcel(delivery, shipment, package.number, package, shipment.shipped_at)


def _parcel(
    delivery: Document, shipment: ShipmentConfirmed, number: str, package: Package | None, at: datetime
) -> Parcel:
    cost = package.freight if package else None
    return Parcel(
        document=delivery,
        shipment=shipment.shipment,
        number=number[:64],
        package=package.package if package else "",
        status_at=at,
        freight=cost.amount if cost else None,
        currency=cost.currency if cost else "",
    )
