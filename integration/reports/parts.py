"""What a report is made of. Values are plain Python; how they look is ``words``, and the business of who draws them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from integration.models import Warehouse


class Kind(StrEnum):
    """What a value is: a number of seconds, a share in percent, a moment ..."""

    TEXT = "text"
    COUNT = "count"
    QUANTITY = "quantity"
    MONEY = "money"
    SHARE = "share"
    SECONDS = "seconds"
    MOMENT = "moment"
    DAY = "day"


NUMBERS = frozenset({Kind.COUNT, Kind.QUANTITY, Kind.MONEY, Kind.SHARE, Kind.SECONDS})


@dataclass(frozen=True, slots=True)
class Ref:
    """A text that leads to a document or a case where there are pages."""

    text: str
    document: int | None = None
    case: int | None = None

    def __str__(self) -> str:
        return self.text


Value = str | int | float | Decimal | date | datetime | Ref | None


@dataclass(frozen=True, slots=True)
class Column:
    """``key``: what the API calls it. ``label``: what people do."""

    key: str
    label: str
    kind: Kind = Kind.TEXT

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS


@dataclass(frozen=True, slots=True)
class Table:
    """``nothing``: what is said in place of no rows. ``note``: what is said below them."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    nothing: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One number. ``tone``: good, warn, bad or quiet."""

    key: str
    label: str
    value: Value
    kind: Kind = Kind.COUNT
    tone: str = "quiet"


@dataclass(frozen=True, slots=True)
class Series:
    """A number by day; None where nothing is known. ``limit``: what it should not be above."""

    key: str
    title: str
    points: Sequence[tuple[date, float | None]]
    kind: Kind = Kind.COUNT
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """``as_of``: when its newest figure was taken; None: there are none, and ``nothing`` says what to do.
    ``period``: of which day or days it is; empty: it is of a lot, or of this moment."""

    key: str
    title: str
    about: str
    as_of: datetime | None
    tiles: Sequence[Tile] = field(default=())
    series: Sequence[Series] = field(default=())
    tables: Sequence[Table] = field(default=())
    nothing: str = ""
    period: str = ""

    @property
    def is_empty(self) -> bool:
        return bool(self.nothing)


@dataclass(frozen=True, slots=True)
class Scope:
    """What it is about: warehouses that the reader sees, a day of their calendars, and how many days up to it.

    ``lot``: of the report of a lot. ``personal``: names of customers may be told.
    """

    warehouses: Sequence[Warehouse]
    day: date
    days: int = 14
    lot: str = ""
    personal: bool = False

    @property
    def ids(self) -> list[int]:
        return [warehouse.pk for warehouse in self.warehouses]

    @property
    def names(self) -> str:
        return ", ".join(warehouse.name for warehouse in self.warehouses)


def share(part: float, whole: float) -> float | None:
    """In percent; None of nothing."""
    return round(100 * part / whole, 1) if whole else None
