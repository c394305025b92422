"""What the layers below say in English, in the language of the page: names of flows and verbs, problems, teams.

All of it is in the catalogues, which ``make messages`` reads off those layers. What is not stays in English.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from integration.console.language import PLAIN
from integration.errors.catalogue import PROBLEMS
from integration.jobs.acts import NotAllowed
from integration.jobs.odoo_codes import READ, NotInOdoo, Unseen
from integration.models import ExceptionCase, SyncJob

ALL_THE_SAME = gettext_noop("Correct it; if it is right and new there, tick Odoo has it all the same.")
_UTC = re.compile(r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d)(:\d\d(\.\d+)?)?( UTC|\+00:00)")


def below(text: object) -> str:
    """A sentence or a word of theirs."""
    plain = str(text or "")
    return _(plain) if plain else ""


def named(name: str) -> str:
    """ "order_release" and "order.release" as people write it: "Order release"."""
    return below(name.replace("_", " ").replace(".", " ").capitalize())


def within(text: str) -> str:
    """Inside a sentence, where English begins no word with a capital."""
    return text[:1].lower() + text[1:] if get_language() == PLAIN else text


def title(case: ExceptionCase) -> str:
    return below(case.title)


def cause(case: ExceptionCase) -> str:
    """What happened, made anew from what the case keeps; as it was kept, where that lacks a name."""
    problem = PROBLEMS.get(case.code)
    return local(_filled(problem.cause if problem else "", case.context, case.cause))


def fix(case: ExceptionCase) -> str:
    problem = PROBLEMS.get(case.code)
    return local(_filled(problem.fix if problem else "", case.context, case.fix))


def refusal(refused: NotAllowed) -> str:
    """Why an act is not done."""
    return unseen(refused.unseen) if isinstance(refused, NotInOdoo) else below(refused)


def unseen(code: Unseen) -> str:
    """That Odoo was not seen to have it, and what to do."""
    said = [_(template).format(**names) for template, names in code.sentences()]
    when = date_format(localtime(code.read_at), "DATETIME_FORMAT")
    return " ".join([*said, _(READ).format(when=when), _(ALL_THE_SAME)])


def failure(job: SyncJob, cases: Iterable[ExceptionCase]) -> str:
    """Why the job stopped; in English where none of the cases that it waits for says the same."""
    same = next((case for case in cases if case.cause == job.failure_text), None)
    return cause(same) if same is not None else local(job.failure_text)


def local(text: str) -> str:
    """Moments that a text keeps in UTC, in the zone and the form of the page."""
    return _UTC.sub(_moment, text)


def _moment(found: re.Match[str]) -> str:
    return date_format(localtime(datetime.fromisoformat(found["at"]).replace(tzinfo=UTC)), "DATETIME_FORMAT")


def _filled(template: str, context: Mapping[str, Any], kept: str) -> str:
    """``kept`` is in English: it is what the template was then, too, or the words of an older release."""
    if not template or get_language() == PLAIN:
        return kept
    try:
        return kept if template.format_map(context) != kept else _(template).format_map(context)
    except (KeyError, IndexError, ValueError, AttributeError):
        return kept
