"""The catalogues: everything is translated, with the placeholders of the English, and compiled as it is written."""

import gettext
import re
from collections.abc import Iterator

import polib
import pytest
from django.utils import translation

from integration.errors.catalogue import PROBLEMS
from tests import catalogs

PLACEHOLDERS = re.compile(r"%\(\w+\)s|%s|%%|\{\w*\}")
PATHS = sorted(catalogs.CATALOGS.glob("*/LC_MESSAGES/django.po"))


def named(text: str) -> list[str]:
    return sorted(set(PLACEHOLDERS.findall(text)))


def pairs(entry: polib.POEntry) -> Iterator[tuple[str, str]]:
    if not entry.msgid_plural:
        yield entry.msgid, entry.msgstr
    for number, said in entry.msgstr_plural.items():
        yield entry.msgid if number == 0 else entry.msgid_plural, said


def test_there_is_a_catalogue_for_each_language():
    assert [path.parts[-3] for path in PATHS] == catalogs.LANGUAGES


@pytest.mark.parametrize("path", PATHS)
def test_everything_is_translated(path):
    catalog = polib.pofile(str(path))
    assert [entry.msgid for entry in catalog if entry.fuzzy or not entry.translated()] == []
    assert catalog.obsolete_entries() == []


@pytest.mark.parametrize("path", PATHS)
def test_a_translation_names_what_its_english_names(path):
    wrong = [
        (english, said)
        for entry in polib.pofile(str(path))
        for english, said in pairs(entry)
        if named(english) != named(said)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", PATHS)
def test_the_compiled_catalogue_is_what_is_written(path):
    with path.with_suffix(".mo").open("rb") as compiled:
        said = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    written = {
        entry.msgid if number is None else (entry.msgid, number): text
        for entry in polib.pofile(str(path))
        for number, text in (entry.msgstr_plural.items() if entry.msgid_plural else [(None, entry.msgstr)])
    }
    assert {key: text for key, text in said.items() if key} == written


def test_all_that_is_said_below_the_console_is_in_the_catalogue():
    known = {entry.msgid for entry in polib.pofile(str(PATHS[0]))}
    assert [text for text in catalogs.said_below() if text not in known] == []


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_is_told_in_german_with_the_same_names(code):
    problem = PROBLEMS[code]
    with translation.override("de"):
        for text in (problem.title, problem.cause, problem.fix):
            assert translation.gettext(text) != text or text == "{field}: {detail}."
            assert named(translation.gettext(text)) == named(text)


@pytest.mark.parametrize("code", PROBLEMS)
def test_the_buttons_that_a_fix_names_are_called_so(code):
    """In German the fix says "Drücken Sie Jetzt versuchen", and so does the button."""
    buttons = ("Retry now", "Resolve", "Done by hand", "Ignore", "Approve", "Refuse", "Told", "Undo")
    fix = PROBLEMS[code].fix
    with translation.override("de"):
        said = translation.gettext(fix)
        pressed = [name for name in buttons if re.search(rf"[Pp]ress {name}\b|, or {name}\b", fix)]
        assert [name for name in pressed if translation.gettext(name) not in said] == []
