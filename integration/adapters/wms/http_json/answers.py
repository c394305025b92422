"""What the warehouse answers to our calls."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from integration.adapters.base import Answer
from integration.canonical.base import Reference, Text


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class OrderAnswer(_Answer):
    """To ``POST /orders``."""

    status: Literal["received", "accepted", "rejected"]
    warehouse_order: Text = ""
    reason: Text = ""


class HeldOrder(_Answer):
    """One entry of ``GET /orders``. ``shipped``: something of it has left."""

    release: Reference
    version: int = Field(ge=1)
    status: Literal["received", "accepted", "rejected", "shipped"]
    warehouse_order: Text = ""
    reason: Text = ""


class HeldOrders(_Answer):
    """To ``GET /orders``: an empty list says that the warehouse does not have the release."""

    orders: tuple[HeldOrder, ...]


class Health(_Answer):
    """To ``GET /health``. ``contract`` is the version of the contract that the warehouse implements."""

    name: Text
    version: Text
    contract: Text


ANSWERS = {
    "received": Answer.SENT,
    "accepted": Answer.ACCEPTED,
    "rejected": Answer.REJECTED,
    "shipped": Answer.ACCEPTED,
}
