"""Every code of the catalogue has a page with something to say, and every page has a code."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from integration.console.alerts.setup import AlertChannelAdmin
from integration.console.cases.admin import ExceptionCaseAdmin
from integration.console.guard_pages import EnvironmentLockAdmin
from integration.console.mapping import CodeMappingAdmin
from integration.console.runbook import DOWN
from integration.errors.catalogue import PROBLEMS
from integration.rules.choices import CHOICES

RUNBOOK = Path(__file__).resolve().parents[3] / "docs" / "runbook"
BUTTONS = {
    str(act.label)
    for page in (ExceptionCaseAdmin, CodeMappingAdmin, AlertChannelAdmin, EnvironmentLockAdmin)
    for act in page.acts
} | {"Add the mapping"}
BUTTONS |= {choice.label for choices in CHOICES.values() for choice in choices}
HEADINGS = ["What it means", "What happens by itself", "What to do", "How to see that it is fixed"]


def read(code: str) -> str:
    return (RUNBOOK / f"{code}.md").read_text()


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {parts[n]: parts[n + 1].strip() for n in range(0, len(parts), 2)}


def test_the_pages_are_those_of_the_catalogue() -> None:
    assert {path.stem for path in RUNBOOK.glob("*.md")} - {"README", *DOWN} == set(PROBLEMS)


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_page_names_its_problem_and_answers_four_questions(code: str) -> None:
    text, problem = read(code), PROBLEMS[code]
    assert text.splitlines()[:3] == [f"# {code} {problem.title}", "", f"Severity {problem.severity} · {problem.owner}"]
    assert list(sections(text)) == HEADINGS
    assert all(len(said) > 20 for said in sections(text).values())


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_fix_and_its_page_name_buttons_that_are_there(code: str) -> None:
    fix = PROBLEMS[code].fix
    pressed = re.findall(r"[Pp]ress \*?([A-Z][^.,;:*\n]*)", fix + read(code))
    assert [words for words in pressed if not words.startswith(tuple(BUTTONS))] == []
    assert fix.lower().count("press ") == len(re.findall(r"[Pp]ress [A-Z]", fix))
    assert "cancel the job" not in fix
    assert "for a correction." not in fix, "the old message still waits: it ends with Done by hand"


def test_no_two_pages_say_the_same() -> None:
    for heading in ("What it means", "What to do"):
        said = sorted(sections(read(code))[heading] for code in PROBLEMS)
        assert [one for one, other in pairwise(said) if one == other] == []


def test_the_list_leads_to_every_page() -> None:
    listed = re.findall(r"^\| \[(CD-\d{4})\]\((CD-\d{4})\.md\) \| (.+) \| (.+) \|$", read("README"), re.MULTILINE)
    assert listed == [(code, code, PROBLEMS[code].title, PROBLEMS[code].owner) for code in sorted(PROBLEMS)]


def test_links_lead_to_other_pages_and_not_out_of_the_folder() -> None:
    """The console shows these pages and no other file."""
    pages = {path.name for path in RUNBOOK.glob("*.md")}
    for path in RUNBOOK.glob("*.md"):
        assert set(re.findall(r"\]\(([^)#]+)", path.read_text())) <= pages, path.name


def test_the_image_holds_the_pages() -> None:
    root = RUNBOOK.parents[1]
    assert "COPY docs/runbook docs/runbook" in (root / "Dockerfile").read_text().splitlines()
    assert "!docs/runbook" in (root / ".dockerignore").read_text().splitlines()
