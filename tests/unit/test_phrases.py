"""What the layers below put together is known to the console: a changed wording is no English word on a German page."""

import ast
import re
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.utils import timezone, translation

from integration.console import phrases, said, sentences

BASE = Path(__file__).resolve().parent.parent.parent / "integration"
LAYERS = ("jobs", "flows", "reconcile", "rules")
# By what is called with a text: what it may be. The command line alone adds warehouses and makes tokens.
CALLS = {
    "NotAllowed": phrases.REFUSALS,
    "Refused": phrases.REFUSALS,
    "BadSheet": phrases.REFUSALS,
    "Fault": phrases.REFUSALS,
    "make_due": phrases.REFUSALS,
    "Outcome": phrases.NOTES,
    "found.notes.append": phrases.NOTES,
    "cases.clear": phrases.ENDS,
    "cases.record": phrases.EVENTS,
    "Contradiction": phrases.DETAILS,
}
BUILDS = {  # functions that give such texts back
    ("jobs/forecast.py", "_down"): phrases.LANES,
    ("jobs/forecast.py", "_paced"): phrases.LANES,
    ("jobs/forecast.py", "forecast"): phrases.LANES,
    ("rules/posting.py", "_line_differs"): phrases.DETAILS,
    ("rules/posting.py", "_too_much"): phrases.DETAILS,
    ("jobs/mappings.py", "clashes"): phrases.REFUSALS,
    ("rules/mapping_sheet.py", "_wrong"): phrases.REFUSALS,
    ("rules/mapping_sheet.py", "_wrong_number"): phrases.REFUSALS,
}
ELSEWHERE = ("jobs/warehouses.py", "jobs/tokens.py", "jobs/shapes.py", "jobs/conformance.py")
PIECE = re.compile(r"[a-z]{3,}")


def filled(node: ast.JoinedStr) -> Iterator[str]:
    """The texts that it may come to, with a number in the place of each value."""
    parts = [list(_part(value)) for value in node.values]
    yield from ("".join(chosen) for chosen in product(*parts))


def _part(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant():
            yield str(value.value)
        case ast.FormattedValue(value=ast.IfExp(body=ast.Constant(value=one), orelse=ast.Constant(value=other))):
            yield from (str(one), str(other))
        case _:
            yield "7"


def texts() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for layer in LAYERS:
        for path in sorted((BASE / layer).glob("*.py")):
            name = str(path.relative_to(BASE))
            if name not in ELSEWHERE:
                yield from ((name, text, among) for text, among in _of(ast.parse(path.read_text("utf-8")), name))


def _of(tree: ast.Module, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in ast.walk(tree):
        among = None
        if isinstance(node, ast.Call):
            among, inside = CALLS.get(ast.unparse(node.func)), [*node.args]
        elif isinstance(node, ast.FunctionDef):
            among, inside = BUILDS.get((name, node.name)), list(node.body)
        if among:
            yield from ((text, among) for part in inside for text in _said(part))


def _said(part: ast.AST) -> Iterator[str]:
    inside = {id(child) for node in ast.walk(part) if isinstance(node, ast.JoinedStr) for child in ast.walk(node)}
    for node in ast.walk(part):
        if isinstance(node, ast.JoinedStr) and (node is part or id(node) not in inside - {id(node)}):
            yield from filled(node)


# Parts of a text that stands above them in the code.
PARTS = {" since 7 UTC", "line 7", "7 less 7 %", "7 so far", "7 is known for 7 as 7."}
TEXTS = [
    given
    for given in texts()
    if re.search(r"[a-z]{2,}", given[1]) and " " in given[1].strip() and given[1] not in PARTS
]


def test_there_are_such_texts():
    assert len(TEXTS) > 80


@pytest.mark.parametrize(("name", "text", "among"), TEXTS, ids=[f"{name}: {text}" for name, text, _ in TEXTS])
def test_the_console_knows_what_is_put_together(name, text, among):
    text = text.replace("not answer7", "not answer")
    known = [form for form in sentences.forms(among) if form.values(text) is not None]
    assert known or (name.startswith("jobs/") and text in phrases.WHOLE), f"no phrase for it: {text}"


@pytest.mark.parametrize("sentence", phrases.ALL)
def test_a_sentence_is_not_english_on_a_german_page(sentence):
    if PIECE.search(re.sub(r"\{\w+\}", "", sentence)):
        with translation.override("de"):
            assert translation.gettext(sentence) != sentence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "out of stock",
        "Not enough stock on hand.",
        "The barcode is known to us as {0.__class__}.",
        "Kartons sind nass; bitte prüfen",
        "a" * 5000,
        "; ".join(["x"] * 500),
    ],
    ids=lambda text: text[:20],
)
def test_words_of_others_are_left_as_they_are(text):
    with translation.override("de"):
        assert sentences.told(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "a.b " * 2000,
        "5 of X" + " [x]" * 2000,
        "line 1: " * 2000,
        ": " * 4000,
        "5 of x; " * 2000,
        " is known for " * 2000,
    ],
    ids=lambda text: text[:8],
)
@pytest.mark.parametrize(
    "among",
    [phrases.SENTENCES, phrases.NOTES, sentences.problems("CD-6003")],
    ids=["sentences", "notes", "problems"],
)
def test_no_text_of_a_partner_holds_a_page_up(text, among):
    began = time.perf_counter()
    with translation.override("de"):
        sentences.told(text, among)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2026-13-45 25:61 UTC", "UTC"),
        ("0000-00-00 00:00 UTC", "UTC"),
        ("9999-12-31 23:59 UTC", "Asia/Tokyo"),
        ("0001-01-01 00:00:00+00:00", "America/Lima"),
    ],
)
def test_what_only_looks_like_a_moment_is_shown_as_it_is(text, zone):
    with timezone.override(zone):
        assert said.local(f"DOCK {text}.") == f"DOCK {text}."


@pytest.mark.parametrize("number", ["1.2.3e4", "1,5e3", "1e999", "1" * 5000 + "e1"], ids=lambda text: text[:8])
def test_what_only_looks_like_a_number_is_shown_as_it_is(number):
    with translation.override("de"):
        assert sentences.told(f"{number} of BOLT picked") == f"{number} of BOLT picked"


@pytest.mark.parametrize(
    "age", ["99999999999999 days, 0:00:00", "9" * 5000 + " days, 0:00:00", "9" * 5000 + ":00:00"],
    ids=lambda text: text[:8])  # fmt: skip
def test_what_only_looks_like_a_time_is_shown_as_it_is(age):
    with translation.override("de"):
        assert sentences.value("age", age) == age


def test_a_name_is_not_taken_for_a_template():
    with translation.override("de"):
        assert sentences.told("5 of {n.__class__} instead of 6") == "5 von {n.__class__} statt 6"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A of B is mapped to C already and D is mapped to E already", None),  # two ways to take it apart
        ("2 of BOLT were to burn before", None),  # no disposition of ours
        ("2 of BOLT were to scrap before", "2 von BOLT hatten vorher die Verwendung „Ausschuss“"),
        ("BOLT: 5.5 wanted, 7 will leave; and 1,234 more", "BOLT: 5,5 gewünscht, 7 gehen ab; und 1.234 weitere"),
        ("data.lines.0.sku is missing", "data.lines.0.sku fehlt"),
    ],
)
def test_a_text_is_told_where_there_is_one_way_to_take_it_apart(text, told):
    with translation.override("de"):
        assert sentences.told(text, phrases.SENTENCES) == (told or text)
