"""What the warehouse answers to our calls."""

from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from integration.adapters.base import Answer
from integration.canonical.base import Reference, Text
from integration.canonical.master import WarehouseItem


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class RefusedRecord(_Answer):
    """One record of a batch that is not taken."""

    id: int
    reason: Text = ""


class DocumentAnswer(_Answer):
    """To each document that we post. ``refused``: of a batch that is accepted, the records that are not."""

    status: Literal["received", "accepted", "rejected"]
    warehouse_order: Text = ""
    reason: Text = ""
    refused: tuple[RefusedRecord, ...] = ()


class HeldDocument(_Answer):
    """One document that the warehouse has. ``shipped``: something of it has left; ``arrived``: something came in."""

    reference: Reference = Field(validation_alias=AliasChoices("release", "advice", "reference"))
    version: int = Field(ge=1, validation_alias=AliasChoices("version", "change"))
    status: Literal["received", "accepted", "rejected", "shipped", "arrived"]
    warehouse_order: Text = ""
    reason: Text = ""


class HeldDocuments(_Answer):
    """To the question for a document: an empty list says that the warehouse does not have it."""

    documents: tuple[HeldDocument, ...] = Field(validation_alias=AliasChoices("orders", "advices", "documents"))


class ListedItems(_Answer):
    """To ``GET /items``: a page by SKU, empty at the end."""

    items: tuple[WarehouseItem, ...]


class Health(_Answer):
    """To ``GET /health``. ``contract`` is the version of the contract that the warehouse implements, ``accepts`` the
    types of the documents that it takes.

    ``serves``: what else it can be asked, such as ``inventory``.
    """

    name: Text
    version: Text
    contract: Text
    accepts: tuple[Text, ...] = ("order.release",)
    serves: tuple[Text, ...] = ()


ANSWERS = {
    "received": Answer.SENT,
    "accepted": Answer.ACCEPTED,
    "rejected": Answer.REJECTED,
    "shipped": Answer.ACCEPTED,
    "arrived": Answer.ACCEPTED,
}
