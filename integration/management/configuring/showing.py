"""A plan as lines that a person can read, with who last changed what is not as the file has it."""

from collections.abc import Iterator, Mapping, Sequence

import yaml

from integration.jobs.tree.cells import Plain
from integration.jobs.tree.files import Dumper
from integration.jobs.tree.planning import Step, Verb
from integration.jobs.tree.tables import SECTIONS
from integration.models import AuditEvent

SIGNS = {Verb.ADD: "+", Verb.CHANGE: "~", Verb.REMOVE: "-", Verb.STAYS: " "}
COUNTED = {Verb.ADD: "to add", Verb.CHANGE: "to change", Verb.REMOVE: "to remove"}
STAYS = "is not in the file and stays: work and history hang on it"
WAITS = "will wait for a second person"
LOOKED_AT = 20_000  # newest rows of the audit log
Line = tuple[str, str]  # its sign, the line


def lines(steps: Sequence[Step]) -> Iterator[Line]:
    changed = _changed_by(steps)
    for step in steps:
        sign = SIGNS[step.verb]
        about = f"  ({STAYS if step.verb is Verb.STAYS else WAITS})" if step.verb is Verb.STAYS or step.waits else ""
        yield sign, f"{sign} {step.section}: {step.name}{about}"
        if step.verb in (Verb.ADD, Verb.CHANGE):
            yield from _columns(step)
        if said := changed.get(_subject(step)):
            yield "", f"      {said}"


def tally(steps: Sequence[Step]) -> str:
    return ", ".join(f"{sum(step.verb is verb for step in steps)} {says}" for verb, says in COUNTED.items())


def _columns(step: Step) -> Iterator[Line]:
    for name, (before, after) in step.changes.items():
        if step.verb is Verb.CHANGE:
            yield "", f"      {name}: {_said(before)} -> {_said(after)}"
        elif after not in (None, "", [], {}) and name not in SECTIONS[step.section].key:
            yield "", f"      {name}: {_said(after)}"
    for name in step.secrets:
        yield "", f"      secret {name}: set from its file"


def _said(value: Plain) -> str:
    text = yaml.dump(value, Dumper=Dumper, default_flow_style=True, allow_unicode=True, width=1000)
    return text.removesuffix("\n").removesuffix("\n...")


def _subject(step: Step) -> str:
    return f"{SECTIONS[step.section].title} {step.row} ({step.row.pk})"[:200] if step.row is not None else ""


def _changed_by(steps: Sequence[Step]) -> Mapping[str, str]:
    """By subject of the log: who touched it last, and when."""
    subjects = {subject for step in steps if (subject := _subject(step))}
    newest = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    rows = AuditEvent.objects.filter(id__gt=newest - LOOKED_AT, subject__in=subjects).order_by("id")
    return {row.subject: f"last {row.verb} by {row.actor}, {row.at:%Y-%m-%d %H:%M} UTC" for row in rows}
