"""What would have to be written so that the database says what a tree says, step by step."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Model

from integration.jobs.tree.cells import Plain, Row
from integration.jobs.tree.tables import SECTIONS, Table
from integration.models import Connection

ENDS = "key_expires"  # an option
Kept = tuple[Row, Model]


class Verb(StrEnum):
    REMOVE = "remove"
    CHANGE = "change"
    ADD = "add"
    STAYS = "stays"  # the tree does not have it, and no tree removes it


ORDER = tuple(Verb)  # what takes a name from another row comes after that one has let go of it


@dataclass(frozen=True, slots=True)
class Step:
    """``secrets``: names of those that are set. ``row``: the one that there is. ``waits``: for a second person."""

    section: str
    verb: Verb
    before: Row | None
    after: Row | None
    row: Model | None = None
    secrets: tuple[str, ...] = ()
    waits: bool = False

    @property
    def name(self) -> str:
        return named(self.section, self.after or self.before or {})

    @property
    def changes(self) -> dict[str, tuple[Plain, Plain]]:
        """By column, what it says and what it is to say."""
        before, after = self.before or {}, self.after or {}
        return {
            name: (before.get(name), after.get(name))
            for name in SECTIONS[self.section].columns
            if before.get(name) != after.get(name)
        }


def named(section: str, row: Row) -> str:
    """ "main WH": what tells it from the other rows of its section."""
    parts = [row[name] for name in SECTIONS[section].key]
    return " ".join(str(part) for part in parts if part not in (None, "", False)) or "(all)"


def steps(section: str, wanted: Iterable[Row], kept: Iterable[Kept]) -> list[Step]:
    """In the order in which they can be taken. ``wanted``: whole rows."""
    table = SECTIONS[section]
    ours, theirs = _grouped(table, ((row, None) for row in wanted)), _grouped(table, kept)
    if table.model is Connection:
        ours = {key: [(_with_end(row, theirs[key]), None) for row, _ in group] for key, group in ours.items()}
    found = [step for key in {**theirs, **ours} for step in _of_group(section, ours.get(key, []), theirs[key])]
    return sorted(found, key=lambda step: ORDER.index(step.verb))


def _with_end(wanted: Row, known: Sequence[tuple[Row, Model | None]]) -> Row:
    """When the key of a connection ends is what its latest exchange says; a file says it of a new one only."""
    if not known:
        return wanted
    options = {name: said for name, said in wanted["options"].items() if name != ENDS}
    end = {ENDS: known[0][0]["options"][ENDS]} if ENDS in known[0][0]["options"] else {}
    return {**wanted, "options": options | end}


def digest(found: Sequence[Step]) -> str:
    """Of what a person agrees to."""
    said = [(step.section, step.verb.value, step.before, step.after, step.secrets, step.waits) for step in found]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


def _grouped(table: Table, rows: Iterable[tuple[Row, Model | None]]) -> dict[str, list[tuple[Row, Model | None]]]:
    groups: dict[str, list[tuple[Row, Model | None]]] = defaultdict(list)
    for row, model in rows:
        groups[_key(table, row)].append((row, model))
    return groups


def _key(table: Table, row: Row) -> str:
    also = [row["partner_code"]] if row.get("alias") else []  # a code has any number of aliases
    return repr([row[name] for name in table.key] + also)


def _of_group(
    section: str, ours: list[tuple[Row, Model | None]], theirs: list[tuple[Row, Model | None]]
) -> Iterator[Step]:
    """Rows of one key: those that say the same are left alone, the others are paired as they stand."""
    left = list(theirs)
    new = []
    for row, _ in ours:
        same = next((each for each in left if each[0] == row), None)
        if same is None:
            new.append(row)
        else:
            left.remove(same)
    for (before, model), after in zip(left, new, strict=False):
        yield Step(section, Verb.CHANGE, before, after, model)
    for before, model in left[len(new) :]:
        yield Step(section, Verb.STAYS if SECTIONS[section].stays else Verb.REMOVE, before, None, model)
    for after in new[len(left) :]:
        yield Step(section, Verb.ADD, None, after)
