"""What left the warehouse (X12 945), and what the carrier says of it afterwards."""

import hashlib
from base64 import b64decode
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from integration.canonical.base import Moment, Money, Part, Quantity, Reference, Text

LARGEST_PROOF = 2_000_000


def _checked(sscc: str) -> str:
    """The last digit of an SSCC makes up for the others, counted three times and once by turns, to a full ten."""
    weighed = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(sscc))
    if weighed % 10:
        raise ValueError("sscc has a wrong check digit")
    return sscc


class ShippedLot(Part):
    lot: Reference
    quantity: Annotated[Quantity, Field(gt=0)]


class ShippedLine(Part):
    """One line, or one line's share of one package: the same ``line`` may stand several times.

    ``lots`` for lot-tracked goods, ``serials`` for serial-tracked ones; their quantities must add up to ``quantity``.
    ``substitute``: ``sku`` is another product, which went in the line's place; ``unit`` is the line's.
    """

    line: Reference | None = None
    sku: Reference
    quantity: Quantity
    unit: Reference
    lots: tuple[ShippedLot, ...] = ()
    serials: tuple[Reference, ...] = ()
    package: Reference | None = None
    substitute: bool = False

    @model_validator(mode="after")
    def _says_in_whose_place(self) -> "ShippedLine":
        if self.substitute and self.line is None:
            raise ValueError("substitute needs the line in whose place the goods went")
        return self


class Package(Part):
    """``freight``: what this parcel costs."""

    package: Reference
    tracking_number: Text = ""
    weight_kg: Quantity | None = None
    freight: Money | None = None

    @property
    def number(self) -> str:
        """What the carrier's news will call it; without a number of his, the warehouse's own name."""
        return self.tracking_number or self.package


class Proof(Part):
    """A file that proves something: ``content`` in base 64, at most 2 MB of it; ``sha256`` is of the decoded bytes."""

    name: Annotated[Text, Field(min_length=1)]
    media_type: Literal["application/pdf", "image/png", "image/jpeg", "text/plain", "application/xml"]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    content: Annotated[str, StringConstraints(max_length=2_800_000)] = Field(repr=False)

    @property
    def decoded(self) -> bytes:
        return b64decode(self.content, validate=True)

    @model_validator(mode="after")
    def _is_what_it_says(self) -> "Proof":
        try:
            content = self.decoded
        except ValueError:
            raise ValueError("content is not base64") from None
        if not content or len(content) > LARGEST_PROOF:
            raise ValueError(f"content must hold 1 to {LARGEST_PROOF} bytes, it holds {len(content)}")
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise ValueError("sha256 is not that of the content")
        return self


class ShipmentConfirmed(Part):
    """One shipment of one release. ``final`` says that no other shipment of the release will follow.

    ``shipment_count``: on the final one, how many there are, itself included. Messages may overtake each other.
    ``freight``: of all of it; once each package says its own, their sum counts. ``proof``: of the hand-over.
    """

    shipment: Reference
    release: Reference
    shipped_at: Moment
    carrier: Text = ""
    tracking_numbers: tuple[Reference, ...] = ()
    freight: Money | None = None
    final: bool = True
    shipment_count: Annotated[int, Field(ge=1, le=10_000)] | None = None
    packages: tuple[Package, ...] = ()
    proof: Proof | None = None
    lines: Annotated[tuple[ShippedLine, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _packages_are_named(self) -> "ShipmentConfirmed":
        known = {package.package for package in self.packages}
        for index, line in enumerate(self.lines):
            if line.package is not None and line.package not in known:
                raise ValueError(f"lines.{index}.package {line.package} is not among the packages")
        return self


class PackageV2(Package):
    """``sscc``: the number on its label (GS1), by which carriers of pallets know it."""

    sscc: Annotated[str, StringConstraints(pattern=r"^\d{18}$"), AfterValidator(_checked)] | None = None

    @property
    def number(self) -> str:
        return self.tracking_number or self.sscc or self.package


class ShipmentConfirmedV2(ShipmentConfirmed):
    """As in v1; its packages may say their SSCC."""

    packages: tuple[PackageV2, ...] = ()


TrackingStatus = Literal["dispatched", "in_transit", "out_for_delivery", "exception", "returned"]


class ShipmentTracked(Part):
    """Where a parcel is. ``freight``: what it turned out to cost. ``proof``: of the hand-over to the carrier."""

    shipment: Reference
    release: Reference
    tracking_number: Reference
    status: TrackingStatus
    at: Moment
    place: Text = ""
    note: Text = ""
    freight: Money | None = None
    proof: Proof | None = None


class ShipmentDelivered(Part):
    """The customer has the parcel. ``proof``: of the delivery."""

    shipment: Reference
    release: Reference
    tracking_number: Reference
    delivered_at: Moment
    signed_by: Text = ""
    proof: Proof | None = None
