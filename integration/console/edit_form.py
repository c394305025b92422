"""The form for a message's data: an input for each of its values, line by line; what is text or large is one text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from integration.jobs.edits import PLACE
from integration.jobs.routes import ROUTES
from integration.rules import leaves

MOST_FIELDS = 400  # Django takes a thousand
LONGEST_VALUE = 500  # characters; what is longer is kept as it is
LARGEST_TEXT = 300_000  # characters that can be edited as text
MOST_SERIALS = 20
TEXT = "text"


@dataclass(slots=True)
class Field:
    """One value. ``fixed``: shown, and kept as it is. ``more``: it is not there yet, and left out while it is empty.

    ``beside`` names the field without which it is left out too. ``asked``: a case is about it. ``lots``: its choices.
    """

    name: str
    path: leaves.Path
    before: leaves.Scalar
    text: str
    original: str | None = None
    fixed: bool = False
    more: bool = False
    beside: str = ""
    asked: bool = False
    lots: Sequence[str] = ()
    error: str = ""

    @property
    def label(self) -> str:
        """Without its line, such as "Lots 1 lot"."""
        steps = self.path[len(group_of(self.path)) :]
        words = " ".join(str(step + 1) if isinstance(step, int) else step.replace("_", " ") for step in steps)
        return words[:1].upper() + words[1:]

    @property
    def differs(self) -> bool:
        return self.original is not None and self.original != self.text

    @property
    def long(self) -> bool:
        return "\n" in self.text or len(self.text) > 80


@dataclass(slots=True)
class Group:
    """A line of the document, or what belongs to none. ``asked``: a case is about its lots."""

    path: leaves.Path
    fields: list[Field]
    asked: bool = False

    @property
    def title(self) -> str:
        if not self.path:
            return _("Message")
        name, number = self.path[-2:]
        return f"{str(name).replace('_', ' ').capitalize()} {int(number) + 1}"


@dataclass(slots=True)
class Form:
    """``text`` is None while every value has an input of its own. ``unfit``: nothing that can be edited here."""

    seen: int
    groups: list[Group] = field(default_factory=list)
    text: str | None = None
    unfit: bool = False
    reason: str = ""
    error: str = ""

    @property
    def fields(self) -> list[Field]:
        return [each for group in self.groups for each in group.fields]

    @property
    def wrong(self) -> list[tuple[Group, Field]]:
        """What is wrong stands beside its field, which may be far below; so it is named on top, too."""
        return [(group, each) for group in self.groups for each in group.fields if each.error]

    def blame(self, path: str, words: str) -> None:
        """Puts what is wrong beside its field, or on top."""
        wrong = next((each for each in self.fields if leaves.named(each.path) == path), None)
        if wrong is None:
            self.error = f"{path}: {words}" if path else words
        else:
            wrong.error = words


def group_of(path: leaves.Path) -> leaves.Path:
    """Its line: the path up to the first place in a list of objects."""
    first = next((at for at, step in enumerate(path) if isinstance(step, int) and at + 1 < len(path)), None)
    return () if first is None else path[: first + 1]


def build(kind: str, body: bytes, original: bytes, seen: int, *, as_text: bool) -> Form:
    """For the body as it was when it had been edited ``seen`` times."""
    document, came = leaves.read(body), leaves.read(original)
    values = list(leaves.of(document)) if document is not None else []
    if as_text or document is None or len(values) > MOST_FIELDS:
        text = readable(body)
        return Form(seen, text=text, unfit="\ufffd" in text or len(text) > LARGEST_TEXT)
    was = {path: leaves.text(value) for path, value in leaves.of(came)} if came is not None else {}
    fixed = _fixed(kind)
    fields = [_field(number, path, value, was, fixed) for number, (path, value) in enumerate(values)]
    return Form(seen, groups=_grouped(fields))


def readable(body: bytes) -> str:
    """JSON with its numbers as they came; what is no text has marks in it that say so."""
    document = leaves.read(body)
    return str(body, "utf-8", "replace") if document is None else leaves.indented(document)


def offer_lots(form: Form, line: leaves.Path, part: Any, tracking: str, lots: Sequence[str]) -> None:
    """The line comes first, with its lots and serial numbers to choose from, and with room for those that are missing.

    ``part``: the line as the contract reads it.
    """
    group = next((each for each in form.groups if each.path == line), None)
    if group is None:
        return
    group.asked = True
    for each in group.fields:
        if each.path[-1] == "lot" or (len(each.path) > 1 and each.path[-2] == "serials"):
            each.asked, each.lots = True, lots
    group.fields += _missing(group, part, tracking, lots)
    group.fields.sort(key=lambda each: not each.asked)
    form.groups.sort(key=lambda each: not each.asked)


def fill(form: Form, sent: QueryDict) -> None:
    """What a person has typed, back into the form."""
    form.reason = sent.get("reason", "")
    if form.text is not None:
        form.text = sent.get(TEXT, "")
    for each in form.fields:
        if not each.fixed:
            each.text = _lines(sent.get(each.name, each.text))


def body_of(form: Form, body: bytes) -> bytes | None:
    """The body with what was typed; None, and what is wrong beside its field."""
    if form.text is not None:
        return body if _lines(form.text) == _lines(readable(body)) else _lines(form.text).encode()
    document = leaves.read(body)
    assert document is not None  # noqa: S101  (a form with fields was built from one)
    for each in form.fields:
        _put(document, each, form)
    wrong, same = any(each.error for each in form.fields), leaves.read(body) == document
    return None if wrong else body if same else leaves.written(document).encode()


def _put(document: dict[str, Any], each: Field, form: Form) -> None:
    if each.fixed or (each.more and not each.text) or not _wanted(each, form):
        return
    if not each.more and each.text == _lines(leaves.text(each.before)):
        return
    try:
        leaves.put(document, _free(document, each), leaves.typed(each.before, each.text))
    except leaves.BadValue as wrong:
        each.error = str(wrong)


def _wanted(each: Field, form: Form) -> bool:
    return not each.beside or any(other.name == each.beside and other.text for other in form.fields)


def _free(document: dict[str, Any], each: Field) -> leaves.Path:
    """Of numbers that are added, those that were left empty leave no gap."""
    if not each.more or each.path[-2] != "serials":
        return each.path
    node: Any = document
    for step in each.path[:-2]:
        node = node[step]
    return (*each.path[:-1], len(node.get("serials") or ()))


def _field(
    number: int, path: leaves.Path, value: leaves.Scalar, was: Mapping[leaves.Path, str], fixed: set[str]
) -> Field:
    text = leaves.text(value)
    kept = leaves.named(path) in fixed or len(text) > LONGEST_VALUE
    shown = f"{text[:80]}... ({len(text):,})" if len(text) > LONGEST_VALUE else text
    return Field(f"value{number}", path, value, shown, None if kept else was.get(path, ""), fixed=kept)


def _fixed(kind: str) -> set[str]:
    """What says which message it is, whose, and about what: see ``jobs.edits``."""
    route = ROUTES.get(kind)
    named = {route.number, route.thread.field, *PLACE} if route else set(PLACE)
    return {"type", "timestamp", *(f"data.{name}" for name in named)}


def _grouped(fields: Sequence[Field]) -> list[Group]:
    """What belongs to no line comes first."""
    by_line: dict[leaves.Path, list[Field]] = {(): []}
    for each in fields:
        by_line.setdefault(group_of(each.path), []).append(each)
    return [Group(path, own) for path, own in by_line.items() if own]


def _missing(group: Group, part: Any, tracking: str, lots: Sequence[str]) -> list[Field]:
    """Room for what the line does not say."""
    more: list[Field] = []
    if "lot" in type(part).model_fields and part.lot is None and not _has(group, "lot"):
        more.append(_more(group, ("lot",), lots))
    if "lots" in type(part).model_fields and tracking != "serial":
        at = len(part.lots)
        more.append(_more(group, ("lots", at, "lot"), lots))
        rest = part.quantity - sum(each.quantity for each in part.lots)
        quantity = _more(group, ("lots", at, "quantity"), (), beside=more[-1].name)
        quantity.text = leaves.text(rest) if rest > 0 else ""
        more.append(quantity)
    if "serials" in type(part).model_fields and tracking != "lot":
        blanks = min(max(int(part.quantity) - len(part.serials), 1), MOST_SERIALS)
        more += [_more(group, ("serials", len(part.serials) + each), lots) for each in range(blanks)]
    return more


def _has(group: Group, name: str) -> bool:
    return any(each.path[-1] == name for each in group.fields)


def _more(group: Group, steps: leaves.Path, lots: Sequence[str], beside: str = "") -> Field:
    path = (*group.path, *steps)
    return Field(f"more.{leaves.named(path)}", path, "", "", more=True, beside=beside, asked=True, lots=lots)


def _lines(text: str) -> str:
    """As every browser sends it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
