"""A sheet of what left while systems were down: what each row says, what is wrong with it, which shipments it makes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from integration.canonical.shipments import ShipmentConfirmed, ShippedLine, ShippedLot
from integration.rules.mapping_sheet import NO, YES, Fault

COLUMNS = (
    "order", "release", "shipment", "before", "line", "sku", "description", "unit", "open",
    "quantity", "lot", "shipped_at", "tracking", "carrier", "final",
)  # fmt: skip
FILLED = ("quantity", "lot", "shipped_at", "tracking", "carrier", "final")  # by the warehouse; the others are printed
NEEDED = ("release", "shipment", "before", "line", "sku", "quantity", "shipped_at")
LONGEST = 64
DIGITS, PLACES = 12, 6
MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M")
AHEAD = timedelta(minutes=10)  # of a clock on the wall
Row = Mapping[str, str]
Numbered = tuple[int, Row]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a release, in the warehouse's codes."""

    line: str
    sku: str
    unit: str
    tracking: str


@dataclass(frozen=True, slots=True)
class Typed:
    """One shipment, with the rows that it is from. ``before``: how many of the release were booked by then."""

    rows: tuple[int, ...]
    before: int
    shipment: ShipmentConfirmed


@dataclass(slots=True)
class Plan:
    """``shipments``: those of which nothing is wrong. ``empty``: rows without a quantity, of which nothing left."""

    shipments: list[Typed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    empty: int = 0


class Wrong(ValueError):
    def __init__(self, column: str, words: str) -> None:
        super().__init__(words)
        self.column = column


def plan(
    heads: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    releases: Mapping[str, Sequence[Line]],
    *,
    zone: str,
    now: datetime,
) -> Plan:
    """``releases``: the lines of each release that the warehouse knows. ``zone``: where its clocks are."""
    heads = [head.strip().lower().replace(" ", "_") for head in heads]
    if faults := list(_heads(heads)):
        return Plan(faults=faults)
    made = Plan()
    grouped: defaultdict[tuple[str, str], list[Numbered]] = defaultdict(list)
    for number, cells in rows:
        row = {head: cell.strip() for head, cell in zip(heads, cells, strict=False)}
        if row.get("quantity", "") in ("", "0"):
            made.empty += 1
        else:
            grouped[row.get("release", ""), row.get("shipment", "")].append((number, row))
    for (release, _), of_it in grouped.items():
        faults = []
        typed = _shipment(of_it, releases.get(release), ZoneInfo(zone), now, faults)
        made.faults += faults
        if typed is not None and not faults:
            made.shipments.append(typed)
    return made


def named(heads: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> set[str]:
    """The releases that the sheet names."""
    places = [place for place, head in enumerate(heads) if head.strip().lower() == "release"]
    return {cells[place].strip() for _, cells in rows for place in places if place < len(cells)}


def _heads(heads: Sequence[str]) -> Iterator[Fault]:
    yield from (Fault(0, name, f"the column {name} is missing") for name in NEEDED if name not in heads)
    for name in dict.fromkeys(heads):
        if name and name not in COLUMNS:
            yield Fault(0, name, f"there is no column {name}: there are {', '.join(COLUMNS)}")
        elif name and heads.count(name) > 1:
            yield Fault(0, name, f"the column {name} is there twice")


def _shipment(
    rows: Sequence[Numbered], lines: Sequence[Line] | None, zone: ZoneInfo, now: datetime, faults: list[Fault]
) -> Typed | None:
    first = rows[0][0]
    try:
        release, number = (_one(rows, name) for name in ("release", "shipment"))
        if not lines:
            raise Wrong("release", f"the warehouse was never told of {release}")
        about = {
            "shipped_at": _moment(_one(rows, "shipped_at"), zone, now),
            "carrier": _one(rows, "carrier", needed=False),
            "final": _yes(_one(rows, "final", needed=False)),
            "tracking_numbers": tuple(dict.fromkeys(_tracking(rows))),
        }
        before = _count(_one(rows, "before"))
    except Wrong as wrong:
        faults.append(Fault(first, wrong.column, str(wrong)))
        return None
    shipped = list(_lines(rows, lines, faults))
    try:
        made = ShipmentConfirmed(shipment=number, release=release, lines=tuple(shipped), **about)
    except ValidationError as wrong:
        if not faults:
            faults.append(Fault(first, str(wrong.errors()[0]["loc"][0]), "cannot be taken as it is written"))
        return None
    return Typed(tuple(place for place, _ in rows), before, made)


def _one(rows: Sequence[Numbered], name: str, *, needed: bool = True) -> str:
    """What all rows of a shipment say; it is enough that one of them says it."""
    said = list(dict.fromkeys(row[name] for _, row in rows if row.get(name)))
    if len(said) > 1:
        raise Wrong(name, f"the rows of one shipment say {said[0]} and {said[1]}")
    if needed and not said:
        raise Wrong(name, "is empty")
    if said and len(said[0]) > LONGEST:
        raise Wrong(name, f"it is longer than {LONGEST} characters")
    return said[0] if said else ""


def _lines(rows: Sequence[Numbered], lines: Sequence[Line], faults: list[Fault]) -> Iterator[ShippedLine]:
    for number, row in rows:
        try:
            yield _line(row, lines)
        except Wrong as wrong:
            faults.append(Fault(number, wrong.column, str(wrong)))


def _line(row: Row, lines: Sequence[Line]) -> ShippedLine:
    line, quantity, lot = _released(row, lines), _quantity(row["quantity"]), row.get("lot", "")
    if len(lot) > LONGEST:
        raise Wrong("lot", f"it is longer than {LONGEST} characters")
    if line.tracking == "none" and lot:
        raise Wrong("lot", f"{line.sku} has no lots: leave it empty")
    if line.tracking != "none" and not lot:
        raise Wrong("lot", f"{line.sku} needs its lot or serial number; copy the row where there are several")
    if line.tracking == "serial" and quantity != 1:
        raise Wrong("quantity", f"{line.sku} has serial numbers: one row each, of quantity 1")
    return ShippedLine(
        line=line.line,
        sku=line.sku,
        quantity=quantity,
        unit=line.unit,
        lots=(ShippedLot(lot=lot, quantity=quantity),) if line.tracking == "lot" else (),
        serials=(lot,) if line.tracking == "serial" else (),
    )


def _released(row: Row, lines: Sequence[Line]) -> Line:
    name, sku = row.get("line", ""), row.get("sku", "")
    fits = [line for line in lines if name in ("", line.line) and sku in ("", line.sku)] if name or sku else []
    if len(fits) == 1:
        return fits[0]
    known = ", ".join(f"{line.line} {line.sku}" for line in lines[:5])
    raise Wrong("line", f"the release has no line {name or '-'} of {sku or '-'}: it has {known}")


def _quantity(text: str) -> Decimal:
    """With a point or with a comma."""
    try:
        quantity = Decimal(text.replace(",", ".") if "." not in text else text)
    except InvalidOperation:
        quantity = Decimal("NaN")
    if not quantity.is_finite() or quantity <= 0:
        raise Wrong("quantity", f"{text} is not a number such as 12 or 0.5")
    if quantity.adjusted() >= DIGITS or -int(quantity.as_tuple().exponent) > PLACES:
        raise Wrong("quantity", f"at most {DIGITS} digits before the point and {PLACES} behind it are kept")
    return quantity


def _moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    for form in MOMENTS:
        try:
            moment = datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
        if moment > now + AHEAD:
            raise Wrong("shipped_at", f"{text} is still to come")
        return moment
    raise Wrong("shipped_at", f"{text} is no moment such as 2026-05-04 14:30")


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > 4:
        raise Wrong("before", f"{text} is not what the form had there: take the row anew from it")
    return int(text)


def _yes(text: str) -> bool:
    if text.lower() not in (*YES, *NO):
        raise Wrong("final", f"{text} is neither yes nor no")
    return text.lower() in YES


def _tracking(rows: Sequence[Numbered]) -> Iterator[str]:
    """Several in a cell are parted by blanks, commas or semicolons."""
    for _, row in rows:
        for number in row.get("tracking", "").replace(",", " ").replace(";", " ").split():
            if len(number) > LONGEST:
                raise Wrong("tracking", f"it is longer than {LONGEST} characters")
            yield number
