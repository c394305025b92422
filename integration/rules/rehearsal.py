"""What an upgrade of Odoo breaks, flow by flow: what a flow uses today, and the target does not have.

The gateway is written for several versions, and its contract suite has recorded what each verb uses on each of them.
What is gone and is not used on the target either, is handled; what is gone and would be used, breaks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from integration.canonical.shapes import Shape, Used, Uses, all_of
from integration.rules.shapes import BREAKS, Difference, What, differences


@dataclass(frozen=True, slots=True)
class Side:
    """One version of Odoo: what it has, and what the gateway uses of it."""

    version: int
    shape: Shape
    uses: Uses


@dataclass(frozen=True, slots=True)
class Found:
    """``instead``: what the gateway uses there, where it does without; ``breaks``: it does not."""

    difference: Difference
    breaks: bool
    instead: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        place = f"{self.difference.model} {self.difference.name}".strip()
        if self.breaks:
            return f"{place}: {self.difference.said}. Nothing here does without it."
        told = f"; there it uses {', '.join(self.instead)}" if self.instead else ""
        return f"{place}: {self.difference.said}. The gateway is written for it{told}."


@dataclass(frozen=True, slots=True)
class FlowFound:
    """``unknown``: models that it uses and of which no recording says what the target has."""

    flow: str
    found: Sequence[Found]
    unknown: Sequence[str] = ()

    @property
    def breaks(self) -> bool:
        return any(each.breaks for each in self.found)


def rehearse(
    source: Side, target: Side, flows: Mapping[str, Sequence[str]], installed: Shape | None = None
) -> list[FlowFound]:
    """``flows``: the verbs of each. ``installed``: what the connection itself has, as it was looked at last."""
    before = {**source.shape, **(installed or {})}
    changed = differences({model: before[model] for model in before if _is_known(model, source, target)}, target.shape)
    return [_flow(flow, verbs, source, target, changed) for flow, verbs in flows.items()]


def _flow(flow: str, verbs: Sequence[str], source: Side, target: Side, changed: Sequence[Difference]) -> FlowFound:
    used = all_of({verb: source.uses[verb] for verb in verbs if verb in source.uses})
    found = [_found(each, verbs, source, target) for each in changed if _touches(each, used)]
    unknown = sorted(model for model in used if not _is_known(model, source, target))
    return FlowFound(flow, found, unknown)


def _is_known(model: str, source: Side, target: Side) -> bool:
    """What was recorded of neither version may be there or not."""
    return model in source.shape or model in target.shape


def _touches(each: Difference, used: Mapping[str, Used]) -> bool:
    mine = used.get(each.model)
    name = each.name.removesuffix("()")
    return mine is not None and (not name or name in mine.fields or name in mine.methods)


def _found(each: Difference, verbs: Sequence[str], source: Side, target: Side) -> Found:
    mine = [verb for verb in verbs if verb in source.uses and _touches(each, source.uses[verb])]
    needy = [verb for verb in mine if verb not in target.uses or _still(each, target.uses[verb])]
    instead = tuple(dict.fromkeys(name for verb in mine for name in _instead(each, verb, source, target)))
    return Found(each, each.what in BREAKS and bool(needy), instead)


def _still(each: Difference, there: Mapping[str, Used]) -> bool:
    """Uses there what is gone. What has another type there, it was tried with."""
    return each.what != What.TYPE and _touches(each, there)


def _instead(each: Difference, verb: str, source: Side, target: Side) -> Iterator[str]:
    """What the verb uses of the same model on the target alone; of a model that is gone, models."""
    there = target.uses.get(verb, {})
    if not each.name:
        yield from (model for model in sorted(there) if model not in source.uses[verb])
        return
    before, after = source.uses[verb].get(each.model, Used()), there.get(each.model, Used())
    if each.name.endswith("()"):
        yield from (f"{name}()" for name in sorted(after.methods - before.methods))
    else:
        yield from sorted(after.fields - before.fields)
