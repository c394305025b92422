"""What a person decides about goods in one document, as buttons on its case. ``rules.choices`` has the words."""

from collections.abc import Mapping
from functools import partial

from integration.console.acting import Act
from integration.console.words import plural
from integration.jobs import acts, decisions
from integration.rules import choices
from integration.rules.choices import Choice


def _decide(pk: int, actor: acts.Actor, reason: str, *, choice: str) -> str:
    count = decisions.decide(pk, choice, actor, reason)
    return f"{plural(count, 'job')} will be tried now." if count else ""


def _act(code: str, choice: Choice) -> Act:
    name = f"{code.lower()}-{choice.name.replace('_', '-')}"
    return Act(name, choice.label, partial(_decide, choice=choice.name), "decided", choice.asks, choice.grave)


CHOICES: Mapping[str, tuple[Act, ...]] = {
    code: tuple(_act(code, choice) for choice in given) for code, given in choices.CHOICES.items()
}
