"""Which of the sentences of the layers below an English text is, and the same in the language of the page.

A text is only taken apart where there is one way to do it; what is not known is left as it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.utils.formats import get_format
from django.utils.translation import gettext as _

from integration.console import phrases
from integration.console.words import span
from integration.errors.catalogue import PROBLEMS
from integration.rules.flows import FLOWS

NUMBERS = frozenset({"n", "m", "k", "i"})
NUMBER = re.compile(r"[+-]?(?:\d[\d.,]*|\d(?:\.\d+)?e[+-]?\d\d)")
LONGEST_RUN = 4  # parts of a text that are one sentence
MOST_PARTS = 30
DEEPEST = 3  # sentences within sentences
ENOUGH = 12  # letters that a problem says itself: one of less fits any text
_NEXT = re.compile(r"\. [A-Z]|;(?: |$)")
_HOLE = re.compile(r"\{(\w+)\}")
_PARTS = re.compile(r"(?<=[;.]) ")
_GOODS = re.compile(r", (?![^(]*\))| (?=and \d+ more$)")
_ASIDE = re.compile(r"(?P<text>.+)(?P<aside> \[[^\[\]]*\])")
_FIELD = re.compile(r"(?P<field>[\w-]+(?:\.[\w-]+)+) (?P<text>.+)")
_AGE = re.compile(r"(?:(?P<days>\d{1,6}) days?, )?(?P<hours>\d{1,2}):(?P<minutes>\d\d):(?P<seconds>\d\d)")
_DECIMAL = re.compile(r"(?<![\w.,-])([+-]?\d+)\.(\d+)(?![\w.,]*\d)")


@dataclass(frozen=True, slots=True)
class Form:
    """One sentence: what it says itself, and the names of what stands between."""

    english: str
    said: Sequence[str]
    names: Sequence[str]

    def values(self, text: str) -> dict[str, str] | None:
        """What is filled in; None where it is another sentence, or where that cannot be told."""
        ways = {way for way in (self._first(text), self._last(text)) if self._fits(way)}
        return dict(zip(self.names, ways.pop(), strict=True)) if len(ways) == 1 else None

    def _first(self, text: str) -> tuple[str, ...]:
        """Each value ends as early as it can."""
        inner, found = self._inner(text), []
        for piece in self.said[1:-1]:
            before, there, inner = inner.partition(piece)
            found.append(before if there else "")
        return (*found, inner)[: len(self.names)]

    def _last(self, text: str) -> tuple[str, ...]:
        """Each value begins as late as it can."""
        inner, found = self._inner(text), []
        for piece in reversed(self.said[1:-1]):
            inner, there, after = inner.rpartition(piece)
            found.append(after if there else "")
        return (inner, *reversed(found))[: len(self.names)]

    def _inner(self, text: str) -> str:
        begins, ends = self.said[0], self.said[-1]
        whole = len(text) >= len(begins) + len(ends) and text.startswith(begins) and text.endswith(ends)
        return text[len(begins) : len(text) - len(ends)] if whole and self.names else ""

    def _fits(self, values: Sequence[str]) -> bool:
        alike = len({*zip(self.names, values, strict=True)}) == len({*self.names})  # one name twice is one value
        return bool(self.names) and alike and all(map(_may_stand, self.names, values))


def _may_stand(name: str, text: str) -> bool:
    """No name or code goes on in the next sentence."""
    if name in NUMBERS:
        return NUMBER.fullmatch(text) is not None
    return bool(text) and (name in phrases.TEXTS or not _NEXT.search(text))


@cache
def forms(sentences: tuple[str, ...]) -> Sequence[Form]:
    """The ones that say most themselves come first."""
    ordered = sorted(sentences, key=lambda each: -len(_HOLE.sub("", each)))
    return [Form(each, _HOLE.split(each)[::2], _HOLE.split(each)[1::2]) for each in ordered]


@cache
def problems(code: str = "") -> tuple[str, ...]:
    """The causes that a text can be told by; where it has a code, that one's, whatever it says itself."""
    clear = {each.cause: None for each in PROBLEMS.values() if len(_HOLE.sub("", each.cause)) > ENOUGH}
    return tuple(clear | {PROBLEMS[code].cause: None} if code in PROBLEMS else clear)


def told(text: str, among: tuple[str, ...] = phrases.SENTENCES, deep: int = 0) -> str:
    """The text, or what is known of its parts."""
    return _one(text, among, deep) or _parts(text, among, deep)


def word(text: str) -> str:
    """A name of ours as people write it, where it is one: "take_in", "order.release"."""
    plain = text.replace("_", " ").replace(".", " ").capitalize()
    return _(plain) if _(plain) != plain else text


def goods(text: str) -> str:
    """A list of what a write moves: "5 x CRATE-S (lot L1, damaged), 1 x ROPE and 3 more"."""
    said = [_one(part, phrases.GOODS) or part for part in _GOODS.split(text)]
    last = said.pop() if re.search(r" and \d+ more$", text) else ""
    return " ".join(filter(None, [", ".join(said), last]))


def decimals(text: str) -> str:
    """12.5 as the language of the page writes it."""
    return _DECIMAL.sub(lambda found: f"{found[1]}{get_format('DECIMAL_SEPARATOR')}{found[2]}", text)


def value(name: str, text: str, deep: int = 0) -> str:
    """What stands in the place of ``name``."""
    if name in NUMBERS:
        return _number(text)
    if text in phrases.NONE:
        return _(text)
    if name in phrases.TEXTS:
        return _within(text, deep + 1)
    if name in phrases.WORDS:
        return _one(text, phrases.SENTENCES) or ", ".join(map(_word, text.split(", ")))
    if name in phrases.LISTS:
        return ", ".join(_one(part, phrases.LISTS[name]) or part for part in text.split(", "))
    return row(text) if name == "row" else _age(text) if name == "age" else job(text)


def _within(text: str, deep: int) -> str:
    if deep > DEEPEST:
        return text
    known = told(text, phrases.SENTENCES, deep)
    return known if known != text else told(text, problems(), deep)


def job(text: str) -> str:
    """A job by its flow and its subject, "order_release S00012"; all else that may stand for a name."""
    flow, _space, subject = text.partition(" ")
    return f"{word(flow)} {told(subject, phrases.SUBJECTS)}" if flow in FLOWS else _formed(text, phrases.PARTS) or text


def row(text: str) -> str:
    """What begins with one of our names: "order.release WH/OUT/00001"."""
    name, space, rest = text.partition(" ")
    return f"{word(name)}{space}{rest}"


def _one(text: str, among: tuple[str, ...], deep: int = 0) -> str:
    """The whole of it as one sentence; empty: it is none of ours."""
    return _(text) if text and _(text) != text else _formed(text, among, deep)


def _formed(text: str, among: tuple[str, ...], deep: int = 0) -> str:
    """As ``_one``, of what may be a name: no word is looked up."""
    beside = _ASIDE.fullmatch(text)
    if beside and (said := _filled(beside["text"], among, deep)):
        return said + beside["aside"]
    return _filled(text, among, deep)


def _filled(text: str, among: tuple[str, ...], deep: int) -> str:
    for form in forms(among):
        values = form.values(text)
        if values is not None:
            strange = any(_word(values[name]) == values[name] for name in phrases.KNOWN & values.keys())
            shown = {} if strange else {name: value(name, each, deep) for name, each in values.items()}
            return "" if strange else _(form.english).format_map(shown)
    return ""


def _parts(text: str, among: tuple[str, ...], deep: int) -> str:
    parts = _PARTS.split(text)
    if len(parts) > MOST_PARTS:
        return text
    said, at = [], 0
    while at < len(parts):
        run, taken = _run(parts[at : at + LONGEST_RUN], among, deep)
        said.append(run)
        at += taken
    return " ".join(said)


def _run(parts: Sequence[str], among: tuple[str, ...], deep: int) -> tuple[str, int]:
    """The longest beginning that is known, and how many parts that is; the first as it is, where none is."""
    for length in range(len(parts), 0, -1):
        text = " ".join(parts[:length])
        said = _one(text.removesuffix(";"), among, deep)
        if said:
            return said + ";" * text.endswith(";"), length
    field = _FIELD.fullmatch(parts[0])
    said = _one(field["text"], among, deep) if field else ""
    return f"{field['field']} {said}" if field and said else parts[0], 1


def _word(text: str) -> str:
    for plain in (text, text.capitalize()):
        if _(plain) != plain:
            return _(plain)
    return word(text)


def _age(text: str) -> str:
    found = _AGE.fullmatch(text)
    given = {unit: int(count or 0) for unit, count in found.groupdict().items()} if found else {}
    return span(timedelta(**given)) if found else text


def _number(text: str) -> str:
    """1,234.5 as the language of the page writes it."""
    swap = {",": str(get_format("THOUSAND_SEPARATOR")), ".": str(get_format("DECIMAL_SEPARATOR"))}
    plain = f"{float(text):,.0f}" if "e" in text else text
    return "".join(swap.get(letter, letter) for letter in plain)
