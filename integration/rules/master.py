"""What a warehouse is told of a record: Odoo's words become the warehouse's, as far as they are mapped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from integration.canonical.master import FIELDS, Component, Item, Lot, MasterBatch, MasterKind, Record, Site
from integration.rules.codes import CodeBook, CodeKind

MAPPED: Mapping[str, CodeKind] = {
    "item": CodeKind.PRODUCT,
    "lot": CodeKind.PRODUCT,
    "unit": CodeKind.UNIT,
    "carrier": CodeKind.CARRIER,
}


@dataclass(frozen=True, slots=True)
class Words:
    """The warehouse's codes. ``same``: where nothing is mapped, Odoo's code serves. ``sites``: its own warehouses, by
    Odoo's id."""

    book: CodeBook
    same: bool = False
    sites: Mapping[int, str] = field(default_factory=dict)

    def say(self, kind: CodeKind, code: str, sku: str = "") -> str:
        """Empty where the warehouse has no word for it."""
        known = self.book.to_partner(kind, code, sku) if code else None
        return known.partner if known else (code if self.same else "")


def mapped_by(kind: str, record: Record) -> str:
    """Odoo's code whose mapping decides what the record is called; empty where it has its code from itself."""
    if isinstance(record, Lot):
        return record.item
    return record.code if kind in MAPPED else ""


def codes(records: Sequence[Record]) -> set[str]:
    """Everything that may have to be mapped to tell of them."""
    found: set[str] = set()
    for record in records:
        found.add(record.code)
        if isinstance(record, Item):
            found |= {record.unit, *(word for part in record.components for word in (part.code, part.unit))}
        if isinstance(record, Lot):
            found.add(record.item)
    return found - {""}


def told(kind: str, record: Record, words: Words) -> Record | None:
    """The record in the warehouse's words; None when it is none of its business, or has no name there."""
    if isinstance(record, Site):
        code = words.sites.get(record.id, "")
    elif isinstance(record, Lot):
        item = words.say(CodeKind.PRODUCT, record.item)
        return record.model_copy(update={"item": item}) if item else None
    elif kind in MAPPED:
        code = words.say(MAPPED[kind], record.code)
    else:
        code = record.code
    if not code:
        return None
    if isinstance(record, Item):
        return _item(record, code, words)
    return record.model_copy(update={"code": code})


def _item(item: Item, code: str, words: Words) -> Item:
    """A kit is told with all of its components or with none: half a recipe is a wrong one."""
    parts = [_component(part, words) for part in item.components]
    known = tuple(part for part in parts if part is not None)
    unit = words.say(CodeKind.UNIT, item.unit, item.code)
    components = known if len(known) == len(parts) else ()
    return item.model_copy(update={"code": code, "unit": unit, "components": components})


def _component(part: Component, words: Words) -> Component | None:
    code, unit = words.say(CodeKind.PRODUCT, part.code), words.say(CodeKind.UNIT, part.unit, part.code)
    return part.model_copy(update={"code": code, "unit": unit}) if code and unit else None


def batch(kind: MasterKind, number: int, system: str, records: Sequence[Record]) -> MasterBatch:
    """At least one record."""
    return MasterBatch.model_validate(
        {"kind": kind, "batch": number, "system": system, FIELDS[type(records[0])]: tuple(records)}
    )
