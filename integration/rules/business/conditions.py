"""A condition that a person wrote: checked when it is saved, compiled once, asked many times."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from integration.rules.business.examples import EXAMPLES
from integration.rules.business.facts import BY_NAME, Facts
from integration.rules.business.language import asking, checking

LONGEST = 2000  # characters; the library itself stops at 250 levels and at 10,000 steps through lists
_TEXT = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
_PLACED = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_NUMBER = re.compile(r"""-?\d{1,12}|(["'])-?\d{1,12}(\.\d{1,6})?\1""")
_EXACT = re.compile(rf"{_TEXT}|\bdecimal\s*\((?P<number>[^()]*)\)")
_LEFT_OUT = re.compile(rf"{_TEXT}|(?<![\w])(?P<word>map|filter|has)\s*\(")
_NAME = re.compile(rf"{_TEXT}|(?<![\w.])(?P<name>[a-z_]+(?:\.[a-z_]+)?)")
_NO_OVERLOAD = re.compile(r"found no matching overload for '(?P<what>[^']+)' applied to '\((?P<to>.*)\)'")
_UNDECLARED = re.compile(r"undeclared reference to '(?P<name>[^']+)'")
_NO_FACT = re.compile(r'No value with name "(?P<name>[^"]+)"')
_NO_KEY = re.compile(r"Key not found in map : (?P<key>.*)")
EXACT_HINT = ' Write an exact number as decimal(1000) or decimal("12.50").'
WRONG_NUMBER = 'Write a number between the brackets: decimal(1000) or decimal("12.50"), with 6 places at most.'
BREAKS_OFF = "It breaks off, or a sign is missing, before this place."
OUT_OF_PLACE = "What stands here does not fit: a sign before it is missing or wrong, or it is one too many."
FIRST = {"delivery.next_cutoff": " Ask first whether there is one: delivery.has_cutoff && ..."}
WORDS = {"google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration"}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a condition, and where: line and column begin with 1; without a place it is all of it."""

    says: str
    line: int = 0
    column: int = 0

    def pointed(self, condition: str) -> str:
        """The line, and a caret under the place."""
        if not self.line:
            return ""
        line = condition.splitlines()[self.line - 1] if condition else ""
        return f"{line}\n{' ' * (self.column - 1)}^"


@dataclass(frozen=True, slots=True)
class Answer:
    """``yes`` None: it could not be asked, and ``why``."""

    yes: bool | None
    why: str = ""


YES, NO = Answer(True), Answer(False)


def check(condition: str) -> Mistake | None:
    """The first mistake; None: it can be asked of every order."""
    if len(condition) > LONGEST:
        return Mistake(f"It is longer than {LONGEST} characters: make two rules of it.")
    if left_out := next((found for found in _LEFT_OUT.finditer(condition) if found["word"]), None):
        return Mistake(f"{left_out['word']} cannot be used in a condition.", *_place(condition, left_out.start()))
    try:
        gives = checking().compile(condition).return_type().name()
    except RuntimeError as wrong:
        return _placed(str(wrong), condition)
    if gives != "BOOL":
        return Mistake(f"It says {WORDS.get(gives, gives.lower())}: a condition has to be true or false.", 1, 1)
    return _wrong_number(condition) or _unaskable(condition)


def asked(condition: str, activation: Any) -> Answer:
    """``activation``: of ``bound``. Never raises: what cannot be asked says so."""
    try:
        value = compiled(condition).eval(activation).value()
    except RuntimeError as wrong:  # too many steps; or a rule of another release, with a fact that is gone
        return Answer(None, _plainly(str(wrong)))
    return Answer(value) if isinstance(value, bool) else Answer(None, _plainly(str(value)))


def all_asked(conditions: tuple[str, ...], activation: Any) -> list[Answer]:
    """As ``asked`` of each. One call into the library for all of them takes a tenth of the time of one for each; where
    one of them cannot be asked, the library tells of none, and they are asked one by one."""
    try:
        values = _together(conditions).eval(activation).plain_value()
    except RuntimeError:
        values = None
    if isinstance(values, list) and len(values) == len(conditions) and all(isinstance(each, bool) for each in values):
        return [YES if each else NO for each in values]
    return [asked(each, activation) for each in conditions]


def bound(facts: Facts) -> Any:
    return asking().Activation(facts.values)


def names(condition: str) -> list[str]:
    """The facts that it asks for, in its order, each once."""
    found = (match["name"] for match in _NAME.finditer(condition))
    return list(dict.fromkeys(name for name in found if name in BY_NAME))


@lru_cache(maxsize=4096)
def compiled(condition: str) -> Any:
    """Raises RuntimeError."""
    return asking().compile(condition)


@lru_cache(maxsize=256)
def _together(conditions: tuple[str, ...]) -> Any:
    """Raises RuntimeError. A condition may end in a comment."""
    return asking().compile(f"[{', '.join(f'({each}{chr(10)})' for each in conditions)}]")


def _placed(wrong: str, condition: str) -> Mistake:
    found = _PLACED.search(wrong)
    if found is None:
        return Mistake("It is too long or too deep: make two rules of it.")
    line, column = int(found[1]), int(found[2])
    name = _UNDECLARED.search(found[3])
    if name is not None and "." in name["name"]:
        column = max(1, column - name["name"].index("."))  # CEL points at the dot
    return Mistake(_in_plain_words(found[3]), line, column)


def _in_plain_words(says: str) -> str:
    if found := _NO_OVERLOAD.search(says):
        return _no_overload(found["what"], found["to"])
    if found := _UNDECLARED.search(says):
        return _undeclared(found["name"])
    if says.startswith("Syntax error"):
        return BREAKS_OFF if "<EOF>" in says else OUT_OF_PLACE
    return f"{says[:200].removesuffix(' [INVALID_ARGUMENT]')}."


def _no_overload(what: str, to: str) -> str:
    for long, short in WORDS.items():
        to = to.replace(long, short)
    sign = what.strip("_")
    kinds = " and ".join(re.split(r", (?![^(]*\))", to))
    hint = (
        ' Write an exact number as decimal(1000) or decimal("12.50").' if "decimal" in (*to.split(", "), what) else ""
    )
    return f"{sign} does not go with {kinds}.{hint}"


def _undeclared(name: str) -> str:
    if name not in BY_NAME and name.strip("_") != name:
        return f"{name.strip('_')} cannot be used in a condition."
    near = get_close_matches(name, BY_NAME, 1)
    return f"There is no {name}.{f' Did you mean {near[0]}?' if near else ' The list below has all names.'}"


def _wrong_number(condition: str) -> Mistake | None:
    for found in _EXACT.finditer(condition):
        if found["number"] is not None and not _NUMBER.fullmatch(found["number"].strip()):
            line, column = _place(condition, found.start())
            return Mistake(WRONG_NUMBER, line, column)
    return None


def _unaskable(condition: str) -> Mistake | None:
    """A condition that breaks on some order would hold all that are like it."""
    for example in EXAMPLES:
        answer = asked(condition, bound(example))
        if answer.yes is None:
            return Mistake(f"It cannot be asked of every order: {answer.why}")
    return None


def _place(condition: str, at: int) -> tuple[int, int]:
    before = condition[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def _plainly(wrong: str) -> str:
    if found := _NO_FACT.search(wrong):
        return f"{found['name']} is not known.{FIRST.get(found['name'], '')}"
    if found := _NO_KEY.search(wrong):
        return f"there is not always {found['key']}. Ask that first: {found['key']} in delivery.quantities && ..."
    if "Iteration budget" in wrong:
        return "it takes too many steps."
    return f"{wrong.split(': ', 1)[-1][:200]}."
