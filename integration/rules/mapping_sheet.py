"""A sheet of code mappings: what each row says, what is wrong with it, and what it would change. All at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from integration.rules.codes import CodeKind

COLUMNS = ("kind", "odoo_code", "partner_code", "sku", "factor", "per", "alias")
NEEDED = ("kind", "odoo_code", "partner_code")
LONGEST = 100
YES, NO = ("yes", "true", "1", "x"), ("", "no", "false", "0")
DIGITS, PLACES = 12, 6
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One mapping, as ``CodeMapping`` has it."""

    kind: str
    odoo_code: str
    partner_code: str
    sku: str = ""
    factor: Decimal = Decimal(1)
    per: Decimal = Decimal(1)
    alias: bool = False

    @property
    def key(self) -> Key:
        """What a new version of it keeps."""
        what = (self.kind, self.odoo_code, self.sku)
        return (*what, self.partner_code) if self.alias else what


@dataclass(frozen=True, slots=True)
class Fault:
    """``row`` as the sheet counts; 0: the sheet as a whole."""

    row: int
    column: str
    words: str


@dataclass(slots=True)
class Plan:
    """What a sheet would do. Nothing is taken away: a mapping that is not on the sheet stays.

    ``rows``: which one each mapping is from. ``unseen``: codes that Odoo was not seen to have, up to ``read_at``.
    """

    new: list[Entry] = field(default_factory=list)
    changed: list[tuple[Entry, Entry]] = field(default_factory=list)
    same: int = 0
    faults: list[Fault] = field(default_factory=list)
    rows: dict[Key, int] = field(default_factory=dict)
    unseen: list[Fault] = field(default_factory=list)
    read_at: datetime | None = None


def plan(heads: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], known: Sequence[Entry]) -> Plan:
    """``rows`` with their numbers; ``known``: the mappings in force."""
    heads = [head.strip().lower().replace(" ", "_") for head in heads]
    if faults := list(_heads(heads)):
        return Plan(faults=faults)
    made = Plan()
    unclear: set[tuple[str, str]] = set()
    read = _read(heads, rows, made.faults, unclear)
    made.rows = {entry.key: number for number, entry in read.items()}
    before = {entry.key: entry for entry in known}
    for entry in read.values():
        there = before.get(entry.key)
        if there is None:
            made.new.append(entry)
        elif there != entry:
            made.changed.append((there, entry))
        else:
            made.same += 1
    made.faults += _together(before | {entry.key: entry for entry in read.values()}, read, unclear)
    made.faults.sort(key=lambda fault: fault.row)
    return made


def _heads(heads: Sequence[str]) -> Iterator[Fault]:
    for name in NEEDED:
        if name not in heads:
            yield Fault(0, name, f"the column {name} is missing")
    for name in heads:
        if name and name not in COLUMNS:
            yield Fault(0, name, f"there is no column {name}: there are {', '.join(COLUMNS)}")
        elif name and heads.count(name) > 1:
            yield Fault(0, name, f"the column {name} is there twice")


def _read(
    heads: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    faults: list[Fault],
    unclear: set[tuple[str, str]],
) -> dict[int, Entry]:
    """Adds what is wrong to ``faults``, and of what code each such row is to ``unclear``."""
    read: dict[int, Entry] = {}
    first: dict[Key, int] = {}
    for number, cells in rows:
        row = {name: cell.strip() for name, cell in zip(heads, cells, strict=False) if name}
        if not any(row.values()):
            continue
        wrong = [Fault(number, column, words) for column, words in _wrong(row)]
        faults += wrong
        if wrong:
            unclear.add((row.get("kind", "").lower(), row.get("odoo_code", "")))
            continue
        entry = _entry(row)
        if entry.key in first:
            faults.append(Fault(number, "odoo_code", f"row {first[entry.key]} is about the same mapping"))
            continue
        first[entry.key] = number
        read[number] = entry
    return read


def _wrong(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    kind = row.get("kind", "").lower()
    if kind not in set(CodeKind):
        yield "kind", f"it is {', '.join(CodeKind)}, not {kind[:40] or 'nothing'}"
    for name in ("odoo_code", "partner_code", "sku"):
        value = row.get(name, "")
        if not value and name in NEEDED:
            yield name, "it is empty"
        elif len(value) > LONGEST:
            yield name, f"it has {len(value)} characters, at most {LONGEST} are kept"
        elif not value.isprintable():
            yield name, "it holds a character that cannot be seen"
    if row.get("alias", "").lower() not in (*YES, *NO):
        yield "alias", "it is yes or no"
    for name in ("factor", "per"):
        yield from ((name, words) for words in _wrong_number(row.get(name, "")))
    if kind in (CodeKind.PRODUCT, CodeKind.CARRIER):
        yield from ((name, "only a unit has one") for name in ("factor", "per") if row.get(name, "") not in ("", "1"))
        if row.get("sku"):
            yield "sku", "only a unit may be for one product"


def _wrong_number(text: str) -> Iterator[str]:
    if not text:
        return
    try:
        number = Decimal(text)
    except InvalidOperation:
        yield f"{text[:40]} is not a number such as 12 or 0.5"
        return
    if not number.is_finite() or number <= 0:
        yield "it is not above zero"
    elif number >= 10**DIGITS or number != round(number, PLACES):
        yield f"at most {DIGITS} digits before the point and {PLACES} behind it are kept"


def _entry(row: Mapping[str, str]) -> Entry:
    return Entry(
        row["kind"].lower(),
        row["odoo_code"],
        row["partner_code"],
        row.get("sku", ""),
        Decimal(row.get("factor") or 1),
        Decimal(row.get("per") or 1),
        row.get("alias", "").lower() in YES,
    )


def _together(
    after: Mapping[Key, Entry], read: Mapping[int, Entry], unclear: Collection[tuple[str, str]]
) -> Iterator[Fault]:
    """What the table could not hold, or what nobody could understand. What a row lacks may stand in an unclear one."""
    said: dict[tuple[str, str], list[Entry]] = {}
    for entry in after.values():
        said.setdefault((entry.kind, entry.partner_code), []).append(entry)
    sent = {(entry.kind, entry.odoo_code, entry.sku) for entry in after.values() if not entry.alias}
    for number, entry in read.items():
        others = [other for other in said[entry.kind, entry.partner_code] if other.key != entry.key]
        clash = next((other for other in others if _clashes(entry, other)), None)
        if clash is not None:
            how = "as its alias" if clash.alias else "already"
            words = f"{entry.partner_code} is mapped to {clash.odoo_code} {how}"
            yield Fault(number, "partner_code", words)
        is_sent = {(entry.kind, entry.odoo_code, sku) for sku in ("", entry.sku)} & sent
        if entry.alias and not is_sent and (entry.kind, entry.odoo_code) not in unclear:
            yield Fault(number, "alias", f"{entry.odoo_code} has no code that is sent: add a row without alias")


def _clashes(one: Entry, other: Entry) -> bool:
    """A code of a product is that product's alone; of a unit or carrier, it is either sent or an alias."""
    if one.kind == CodeKind.PRODUCT:
        return True
    return (one.odoo_code, one.sku) == (other.odoo_code, other.sku) and one.alias != other.alias
