"""What the warehouse answers to our calls."""

from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from integration.adapters.base import Answer
from integration.canonical.base import Reference, Text
from integration.canonical.master import WarehouseItem

Status = Literal["received", "accepted", "rejected", "cancelled", "shipped", "arrived"]
MOVED: tuple[Status, ...] = ("shipped", "arrived")


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
    """One document that the warehouse has. ``shipped``: something of it has left; ``arrived``: something came in;
    ``cancelled``: it took the cancel of it."""

    reference: Reference = Field(validation_alias=AliasChoices("release", "advice", "reference"))
    version: int = Field(ge=1, validation_alias=AliasChoices("version", "change"))
    status: Status
    warehouse_order: Text = ""
    reason: Text = ""


class HeldDocuments(_Answer):
    """To the question for a document: an empty list says that the warehouse does not have it."""

    documents: tuple[HeldDocument, ...] = Field(validation_alias=AliasChoices("orders", "advices", "documents"))


class ListedItems(_Answer):
    """To ``GET /items``: a page by SKU, empty at the end."""

    items: tuple[WarehouseItem, ...]


class ListedEvent(_Answer):
    """``body``: the very text that was, or would have been, posted."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    body: str


class ListedEvents(_Answer):
    """To ``GET /events``: a page in the order of their sending, empty at the end."""

    events: tuple[ListedEvent, ...]


class ListedState(_Answer):
    """One document that the warehouse has, and the numbers of all that it told about it."""

    type: Text
    reference: Reference
    status: Status
    messages: tuple[str, ...] = ()


class ListedStates(_Answer):
    """To ``GET /states``. ``next`` is empty at the end."""

    states: tuple[ListedState, ...]
    next: str = ""


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
    "cancelled": Answer.ACCEPTED,
    "shipped": Answer.ACCEPTED,
    "arrived": Answer.ACCEPTED,
}
