"""What a business system has, as far as it is asked for: models with their fields, and methods that can be called."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FieldShape:
    type: str
    relation: str = ""
    values: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class ModelShape:
    """``methods``: whether each is there, of those that were asked for; what is not in it is not known."""

    fields: Mapping[str, FieldShape] = field(default_factory=dict)
    methods: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Used:
    """What is used of one model."""

    fields: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()


Shape = Mapping[str, ModelShape]
Uses = Mapping[str, Mapping[str, Used]]  # verb of the gateway: model: what it uses


def plain(shape: Shape) -> dict[str, dict[str, dict[str, list[object] | bool]]]:
    """As JSON."""
    return {
        model: {
            "fields": {
                name: [each.type, each.relation, list(each.values), each.required]
                for name, each in sorted(about.fields.items())
            },
            "methods": dict(sorted(about.methods.items())),
        }
        for model, about in sorted(shape.items())
    }


def read(found: Mapping[str, Mapping[str, Mapping[str, object]]]) -> dict[str, ModelShape]:
    """What ``plain`` wrote."""
    return {
        model: ModelShape(
            {name: _field(each) for name, each in about.get("fields", {}).items()},
            {name: bool(each) for name, each in about.get("methods", {}).items()},
        )
        for model, about in found.items()
    }


def _field(each: object) -> FieldShape:
    kind, relation, values, required = each if isinstance(each, list) else ("", "", [], False)
    return FieldShape(str(kind), str(relation), tuple(str(value) for value in values), bool(required))


def all_of(uses: Uses) -> dict[str, Used]:
    """By model, whichever verb."""
    found: dict[str, Used] = {}
    for models in uses.values():
        for model, used in models.items():
            known = found.get(model, Used())
            found[model] = Used(known.fields | used.fields, known.methods | used.methods)
    return found
