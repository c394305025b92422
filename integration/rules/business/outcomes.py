"""What a rule says when its condition is true: by the kind of rule, and typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator


class RuleKind(StrEnum):
    HOLD = "hold"
    SHIP = "ship"
    PRIORITY = "priority"
    ROUTE = "route"
    REST = "rest"
    WAVE = "wave"
    ALLOCATION = "allocation"


class Why(StrEnum):
    """What a hold is about: it decides the case's code, and so whose desk it lands on (rules for cases)."""

    CREDIT = "credit"
    FRAUD = "fraud"
    ADDRESS = "address"
    VALUE = "value"
    CUSTOMER = "customer"
    PRODUCT = "product"
    DATE = "date"
    OTHER = "other"


CODES: Mapping[Why, str] = {why: f"CD-402{number}" for number, why in enumerate(Why)}
UNASKED = "CD-4028"  # a rule that could not be asked
NOWHERE = "CD-4030"  # no warehouse that a rule names can take it
REST_HELD = "CD-4032"  # the rest of a delivery, that a rule holds
HELD = frozenset((*CODES.values(), REST_HELD))
ONE_WAY = "Say one of: times, minutes before the cut-off, a number of deliveries."
BOTH = "A number of deliveries goes with the minutes after which fewer go as well."
LET_GO = "let_go"  # what a person chooses in such a case
STAY, GO_TO = "stay", "go_to"  # and in the case that it can go nowhere

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, pattern=r"^[^\x00-\x1f]*$")]
Label = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")
]
Named = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")
]
Clock = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00]*$")]


class Outcome(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hold(Outcome):
    """``ask``: what the person does who finds the case."""

    why: Why
    ask: Long = ""


class Ship(Outcome):
    """How the warehouse is to ship, in its own words; empty: as without the rule."""

    carrier: Short = ""
    service: Long = ""
    account: Short = ""
    packing: Long = ""
    labels: tuple[Label, ...] = ()


class Priority(Outcome):
    """How soon the warehouse is to work on it: 0 is usual, 9 the most urgent."""

    priority: Annotated[int, Field(ge=0, le=9)]


class Split(StrEnum):
    """``whole``: one warehouse has to have all of it; ``lines``: each line of the order goes as a whole."""

    WHOLE = "whole"
    LINES = "lines"


class Route(Outcome):
    """Which warehouse it leaves from. ``warehouses``: our names, the best first; ``stock``: it has to hold it."""

    warehouses: Annotated[tuple[Named, ...], Field(min_length=1, max_length=20)]
    stock: bool = False
    split: Split = Split.WHOLE

    @field_validator("warehouses")
    @classmethod
    def _each_once(cls, named: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(named))


class Remaining(StrEnum):
    """What becomes of what a final short shipment leaves; ``hold``: kept, and released once a person lets it go."""

    KEEP = "keep"
    CANCEL = "cancel"
    HOLD = "hold"


class Allowed(StrEnum):
    YES = "yes"
    NO = "no"


class Rest(Outcome):
    """What of it may not leave as ordered; empty: as the warehouse's setting, or *Business rules*, say."""

    backorder: Remaining | Literal[""] = ""
    substitutes: Allowed | Literal[""] = ""


class Wave(Outcome):
    """What it waits for, one of three: times of the day by the warehouse's clock; so many minutes before its carrier's
    cut-off; or a number of deliveries, and the minutes after which fewer go as well.

    ``urgent_from``: what is at least so urgent goes at once; None: nothing does.
    """

    times: tuple[Clock, ...] = ()
    before_cutoff: Minutes | None = None
    size: Annotated[int, Field(ge=2, le=5000)] | None = None
    minutes: Minutes | None = None
    urgent_from: Annotated[int, Field(ge=1, le=9)] | None = None

    @model_validator(mode="after")
    def _is_one_of_three(self) -> "Wave":
        ways = (bool(self.times), self.before_cutoff is not None, self.size is not None)
        if ways.count(True) != 1:
            raise ValueError(ONE_WAY)
        if (self.size is None) != (self.minutes is None):
            raise ValueError(BOTH)
        return self


class Allocation(Outcome):
    """Who of a wave is released first, and so gets first what is short: 0 is usual, 99 comes first."""

    rank: Annotated[int, Field(ge=0, le=99)]


@dataclass(frozen=True, slots=True)
class Kind:
    """``all``: every rule that matches counts; else the first one, by position, decides."""

    says: str
    outcome: type[Outcome]
    all: bool = False


KINDS: Mapping[RuleKind, Kind] = {
    RuleKind.HOLD: Kind("holds the order", Hold, all=True),
    RuleKind.SHIP: Kind("says how it is shipped", Ship),
    RuleKind.PRIORITY: Kind("says how soon", Priority),
    RuleKind.ROUTE: Kind("says where it leaves from", Route),
    RuleKind.REST: Kind("says what becomes of the rest", Rest),
    RuleKind.WAVE: Kind("puts it into a wave", Wave),
    RuleKind.ALLOCATION: Kind("says who of a wave comes first", Allocation),
}


def outcome_of(kind: RuleKind, said: Mapping[str, Any]) -> Outcome:
    """Raises ValidationError."""
    return KINDS[kind].outcome.model_validate(said)
