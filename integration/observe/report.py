"""What was found, for a person: sections of findings, as lines or as JSON."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from integration.adapters.base import Finding


class Standing(IntEnum):
    """The value is the exit status of a command that found nothing worse."""

    OK = 0
    WARNING = 1
    PROBLEM = 2


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    findings: Sequence[Finding]


def good(name: str, detail: str) -> Finding:
    return Finding(name, True, detail)


def note(name: str, detail: str) -> Finding:
    return Finding(name, None, detail)


def warning(name: str, detail: str, fix: str) -> Finding:
    return Finding(name, None, detail, fix)


def problem(name: str, detail: str, fix: str) -> Finding:
    return Finding(name, False, detail, fix)


def standing(finding: Finding) -> Standing:
    """What is neither good nor bad is a warning where there is something to do about it."""
    if finding.ok is False:
        return Standing.PROBLEM
    return Standing.WARNING if finding.ok is None and finding.fix else Standing.OK


def worst(sections: Iterable[Section]) -> Standing:
    return max((standing(each) for section in sections for each in section.findings), default=Standing.OK)


def word(finding: Finding) -> str:
    """As a person reads it: ok, note, warning or problem."""
    return "note" if finding.ok is None and not finding.fix else standing(finding).name.lower()


def lines(section: Section) -> Iterator[tuple[str, str]]:
    """Each line of a section with the word that it is about; empty for the title."""
    yield "", section.title
    width = min(max((len(each.name) for each in section.findings), default=0), 44)
    for each in section.findings:
        yield word(each), f"  {word(each):<8} {each.name:<{width}}  {each.detail}"
        if each.fix and each.ok is not True:
            yield word(each), f"  {'':<8} {'':<{width}}  -> {each.fix}"


def summary(sections: Iterable[Section]) -> str:
    found = [standing(each) for section in sections for each in section.findings]
    problems, warnings = found.count(Standing.PROBLEM), found.count(Standing.WARNING)
    if not problems and not warnings:
        return "Everything is fine."
    return f"{_count(problems, 'problem')}, {_count(warnings, 'warning')}."


def as_json(sections: Sequence[Section]) -> dict[str, object]:
    return {
        "status": worst(sections).name.lower(),
        "sections": [
            {
                "title": section.title,
                "findings": [
                    {"name": each.name, "status": word(each), "detail": each.detail, "fix": each.fix}
                    for each in section.findings
                ],
            }
            for section in sections
        ],
    }


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
