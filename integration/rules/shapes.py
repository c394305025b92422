"""What differs between two shapes of one system, in words; a name that is gone with those that may have its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from integration.canonical.shapes import FieldShape, ModelShape, Shape, Used

MOST_ALIKE = 3
ALIKE = 0.45  # of two names, to call one the other's heir


class What(StrEnum):
    MODEL_GONE = "model gone"
    FIELD_GONE = "field gone"
    METHOD_GONE = "method gone"
    TYPE = "other type"
    VALUES = "other values"
    NEEDED = "needed now"
    COME = "there again"


BREAKS = frozenset({What.MODEL_GONE, What.FIELD_GONE, What.METHOD_GONE, What.TYPE})


@dataclass(frozen=True, slots=True)
class Difference:
    """``name``: of a field or method; empty for a whole model. ``heirs``: names that are new, and like it."""

    model: str
    name: str
    what: What
    detail: str = ""
    heirs: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        heirs = f", perhaps it is {' or '.join(self.heirs)} now" if self.heirs else ""
        return f"{self.what}{f': {self.detail}' if self.detail else ''}{heirs}"


def differences(before: Shape, after: Shape, used: Mapping[str, Used] | None = None) -> list[Difference]:
    """``used``: look at these names alone. A model that was not known before is no difference."""
    found: list[Difference] = []
    for model, shape in before.items():
        wanted = None if used is None else used.get(model)
        if used is not None and wanted is None:
            continue
        if model not in after:
            heirs = tuple(_alike(model, (name for name in after if name not in before)))
            found.append(Difference(model, "", What.MODEL_GONE, heirs=heirs))
            continue
        found.extend(_of_fields(model, shape, after[model], wanted))
        found.extend(_of_methods(model, shape, after[model], wanted))
    return found


def _of_fields(model: str, before: ModelShape, after: ModelShape, wanted: Used | None) -> Iterator[Difference]:
    for name, field in before.fields.items():
        if wanted is not None and name not in wanted.fields:
            continue
        if name not in after.fields:
            yield Difference(model, name, What.FIELD_GONE, heirs=tuple(_heirs(name, field, before, after)))
        else:
            yield from _of_field(model, name, field, after.fields[name])
    if wanted is not None:
        come = (name for name in wanted.fields if name in after.fields and name not in before.fields)
        yield from (Difference(model, name, What.COME) for name in sorted(come))


def _of_field(model: str, name: str, before: FieldShape, after: FieldShape) -> Iterator[Difference]:
    were, are = _kind(before), _kind(after)
    if were != are:
        yield Difference(model, name, What.TYPE, f"{are}, and was {were}")
    gone, come = _missing(before.values, after.values), _missing(after.values, before.values)
    if gone or come:
        parts = [*([f"without {', '.join(gone)}"] if gone else []), *([f"with {', '.join(come)}"] if come else [])]
        yield Difference(model, name, What.VALUES, ", ".join(parts))
    if after.required and not before.required:
        yield Difference(model, name, What.NEEDED)


def _of_methods(model: str, before: ModelShape, after: ModelShape, wanted: Used | None) -> Iterator[Difference]:
    for name, there in before.methods.items():
        if there and after.methods.get(name) is False and (wanted is None or name in wanted.methods):
            come = (other for other, is_there in after.methods.items() if is_there and not before.methods.get(other))
            yield Difference(
                model, f"{name}()", What.METHOD_GONE, heirs=tuple(f"{each}()" for each in _alike(name, come))
            )


def _heirs(name: str, field: FieldShape, before: ModelShape, after: ModelShape) -> Sequence[str]:
    """New fields of the same kind."""
    new = (other for other, each in after.fields.items() if other not in before.fields and each.type == field.type)
    return _alike(name, new)


def _alike(name: str, others: Iterator[str]) -> Sequence[str]:
    ratio = {other: SequenceMatcher(None, name, other).ratio() for other in others}
    return sorted((each for each in ratio if ratio[each] >= ALIKE), key=lambda each: -ratio[each])[:MOST_ALIKE]


def _missing(of: Sequence[str], among: Sequence[str]) -> list[str]:
    return [each for each in of if each not in among]


def _kind(field: FieldShape) -> str:
    return f"{field.type} of {field.relation}" if field.relation else field.type
