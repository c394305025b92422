"""What all canonical documents share: frozen, strict in type, tolerant of fields that we do not know yet."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticKnownError

FURTHEST_ZONE = timedelta(hours=14)
FIRST, LAST = (each.replace(tzinfo=UTC) for each in (datetime.min + FURTHEST_ZONE, datetime.max - FURTHEST_ZONE))


def _in_utc(moment: datetime) -> datetime:
    """The first and the last hours of the calendar are not in it everywhere: no page could show them in each zone."""
    if not FIRST <= moment <= LAST:
        raise PydanticKnownError("datetime_parsing", {"error": f"nothing happens on {moment:%Y-%m-%d}"})
    return moment.astimezone(UTC)


Reference = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00]*$")]
Quantity = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False)]
Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=6, allow_inf_nan=False)]
Signed = Annotated[Decimal, Field(max_digits=18, decimal_places=6, allow_inf_nan=False)]
Tracking = Literal["none", "lot", "serial"]
Condition = Literal["good", "damaged", "quarantine", "hold", "expired"]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Part(BaseModel):
    """A piece of a document. Unknown fields are kept, and ``drift`` names them."""

    model_config = ConfigDict(frozen=True, extra="allow", str_strip_whitespace=True)

    def drift(self) -> tuple[str, ...]:
        """Paths of the fields that this version of the contract does not know, such as ``lines.0.colour``."""
        return tuple(_unknown(self))


class Money(Part):
    amount: Amount
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Address(Part):
    """Where goods go. ``country`` is ISO 3166 alpha-2, ``state`` the code that the country uses."""

    name: Text = ""
    company: Text = ""
    street: Text = ""
    street2: Text = ""
    city: Text = ""
    state: Text = ""
    postcode: Text = ""
    country: Text = ""
    phone: Text = ""
    email: Text = ""


def _unknown(part: BaseModel, path: str = "") -> Iterator[str]:
    yield from (path + name for name in part.model_extra or ())
    for name in type(part).model_fields:
        value = getattr(part, name)
        for index, item in enumerate(value) if isinstance(value, tuple) else [(None, value)]:
            if isinstance(item, BaseModel):
                step = name if index is None else f"{name}.{index}"
                yield from _unknown(item, f"{path}{step}.")


__all__ = [
    "Address",
    "Amount",
    "Condition",
    "Moment",
    "Money",
    "Part",
    "Quantity",
    "Reference",
    "Signed",
    "Text",
    "Tracking",
]
