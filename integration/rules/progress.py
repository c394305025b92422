"""What the warehouse says about picking and packing, in Odoo's units, and what of it is worth telling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import cast

from integration.canonical.orders import STAGES, OrderProgressed, ProgressLine, Stage
from integration.rules.shipping import ReleasedLine
from integration.rules.units import Ratio, to_odoo

SHOWN = 5
ON_THE_FLOOR = ("picking", "picked", "packed")


@dataclass(frozen=True, slots=True)
class LineProgress:
    """Totals of one line so far, in Odoo's unit."""

    line: ReleasedLine
    reached: Stage
    picked: Decimal
    packed: Decimal
    short: Decimal
    substitute: str

    @property
    def words(self) -> str:
        done = f"{_plain(self.picked)} of {_plain(self.line.ordered)} {self.line.sku} picked"
        done += f", {_plain(self.packed)} packed" if self.packed else ""
        missing = f", {_plain(self.short)} not found" if self.short else ""
        return f"{done}{missing}{f', {self.substitute} goes instead' if self.substitute else ''}"


@dataclass(frozen=True, slots=True)
class Packed:
    """A share of a carton, in Odoo's unit."""

    package: str
    line: ReleasedLine
    quantity: Decimal
    lots: tuple[str, ...]


def lines(progress: OrderProgressed, released: Sequence[ReleasedLine]) -> tuple[LineProgress, ...]:
    """Of the lines that the message names; of all, when it names none. Lines of another release are left out.

    Raises units.Inexact.
    """
    known = {line.line: line for line in released}
    if not progress.lines:
        return tuple(_untold(line, progress.stage) for line in released)
    return tuple(_told(known[said.line], said, progress.stage) for said in progress.lines if said.line in known)


def cartons(progress: OrderProgressed, released: Sequence[ReleasedLine]) -> tuple[Packed, ...]:
    """Raises units.Inexact."""
    known: Mapping[str, ReleasedLine] = {line.line: line for line in released}
    return tuple(
        Packed(carton.package, known[part.line], to_odoo(part.quantity, known[part.line].factor), part.lots)
        for carton in progress.cartons
        for part in carton.lines
        if part.line in known
    )


def is_newer(progress: OrderProgressed, stage: str, at: datetime | None) -> bool:
    """Than what was said last. Of two things said of one moment, the further stage counts."""
    if at is None:
        return True
    before = STAGES.index(cast("Stage", stage)) if stage else -1
    return (progress.at, STAGES.index(progress.stage)) > (at, before)


def short(of: Sequence[LineProgress]) -> str:
    """What will not be found, for people."""
    return ", ".join(f"{_plain(each.short)} x {each.line.sku}" for each in of if each.short)


def summary(of: Sequence[LineProgress]) -> str:
    """For people: what differs from one line to the other."""
    told = [each.words for each in of if each.picked or each.packed or each.short or each.substitute]
    return "; ".join(told[:SHOWN]) + (f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else "")


def _told(line: ReleasedLine, said: ProgressLine, stage: Stage) -> LineProgress:
    factor: Ratio = line.factor
    picked, packed, short = (to_odoo(each, factor) for each in (said.picked, said.packed, said.short))
    return LineProgress(line, _reached(stage, picked, packed), picked, packed, short, said.substitute or "")


def _reached(stage: Stage, picked: Decimal, packed: Decimal) -> Stage:
    """A line of which nothing is in hand is not as far as the document."""
    if stage not in ON_THE_FLOOR:
        return stage
    if packed:
        return "packed"
    if picked:
        return "picking" if stage == "picking" else "picked"
    return "accepted"


def _untold(line: ReleasedLine, stage: Stage) -> LineProgress:
    """Without figures: all of a line is where the document is."""
    picked = line.ordered if stage in ("picked", "packed") else Decimal(0)
    packed = line.ordered if stage == "packed" else Decimal(0)
    return LineProgress(line, stage, picked, packed, Decimal(0), "")


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
