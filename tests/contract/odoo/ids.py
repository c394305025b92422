"""Recorded ids and names on one side, the sandbox's on the other."""

import re
from typing import Any

MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")


class Unbound(LookupError):
    """A recorded id that nothing in the sandbox stands for yet."""


class Bindings:
    """Grows as the replay goes on; one recorded id is one sandbox id, and back."""

    def __init__(self) -> None:
        self.there: dict[str, dict[int, int]] = {}
        self._back: dict[str, dict[int, int]] = {}
        self.texts: dict[str, str] = {}

    def bind(self, model: str, recorded: int, actual: int) -> bool:
        """True if both stand for each other, from now on or already."""
        there, back = self.there.setdefault(model, {}), self._back.setdefault(model, {})
        if recorded not in there and actual not in back:
            there[recorded], back[actual] = actual, recorded
        return there.get(recorded) == actual

    def knows(self, model: str, recorded: int) -> bool:
        return recorded in self.there.get(model, {})

    def taken(self, model: str, actual: int) -> bool:
        return actual in self._back.get(model, {})

    def actual(self, model: str, recorded: Any) -> Any:
        """The sandbox's id. Missing ids stay what they are: nothing stands for them on purpose."""
        if not isinstance(recorded, int) or isinstance(recorded, bool) or recorded > 90_000_000:
            return recorded
        if not self.knows(model, recorded):
            raise Unbound(f"{model} {recorded}")
        return self.there[model][recorded]

    def text(self, recorded: str, actual: str) -> None:
        """Let a recorded text (a number, a time) stand for the sandbox's."""
        if recorded != actual and len(recorded) > 3:
            self.texts.setdefault(recorded, actual)
            if MOMENT.fullmatch(recorded):
                self.texts.setdefault(recorded.replace(" ", "T"), actual.replace(" ", "T"))

    def translated(self, text: str) -> str:
        if text in self.texts:
            return self.texts[text]
        for known in sorted(self.texts, key=len, reverse=True):
            if known in text:
                text = text.replace(known, self.texts[known])
        return text
