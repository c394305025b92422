"""What the layers below say in English, in the language of the page: names of flows and verbs, problems, teams.

All of it is in the catalogues, which ``make messages`` reads off those layers; sentences that they put together are
recognised (see ``sentences``). What is not known stays in English. Moments are told in the zone of the page.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from integration.console import phrases, sentences
from integration.console.language import PLAIN
from integration.errors.catalogue import PROBLEMS
from integration.jobs.acts import NotAllowed
from integration.jobs.odoo_codes import READ, NotInOdoo, Unseen
from integration.models import (
    CaseEvent,
    CodeMapping,
    Effect,
    ExceptionCase,
    InboundMessage,
    JobAttempt,
    MasterRecord,
    OutboundMessage,
    Replay,
    ReplayItem,
    SyncJob,
)
from integration.rules.choices import CHOICES

ALL_THE_SAME = gettext_noop("Correct it; if it is right and new there, tick Odoo has it all the same.")
BY_CODE = (CodeMapping, Effect, InboundMessage, MasterRecord, OutboundMessage)  # whose names begin with one of ours
QUANTITIES = frozenset({"amount", "booked", "lines", "open", "quantity", "tolerance", "value"})
_LABELS = frozenset(choice.label for choices in CHOICES.values() for choice in choices)
_UTC = re.compile(r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d)(:\d\d(\.\d+)?)?( UTC|\+00:00)")


def below(text: object) -> str:
    """A sentence or a word of theirs; why an act is not done."""
    return _told(str(text or ""), phrases.REFUSALS)


def mistake(text: str) -> str:
    """What is wrong with a condition."""
    return _told(text, phrases.CONDITIONS)


def goes(text: str) -> str:
    """Where a rule has a delivery leave from."""
    return _told(text, phrases.STAYS)


def named(name: str) -> str:
    """ "order_release" and "order.release" as people write it: "Order release"."""
    plain = name.replace("_", " ").replace(".", " ").capitalize()
    return _(plain) if plain else ""


def within(text: str) -> str:
    """Inside a sentence, where English begins no word with a capital."""
    return text[:1].lower() + text[1:] if _plain() else text


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


def failure(job: SyncJob, cases: Iterable[ExceptionCase] = ()) -> str:
    """Why the job stopped: by the case that says the same, or by what the text itself tells."""
    same = next((case for case in cases if case.cause == job.failure_text), None)
    return cause(same) if same is not None else why(job.failure_text, job.failure_code)


def tried(attempt: JobAttempt) -> str:
    """What a try came to."""
    return why(attempt.detail, attempt.code) if attempt.code else _told(attempt.detail, phrases.NOTES)


def why(text: str, code: str = "") -> str:
    """The cause, or causes, that stopped something."""
    return _told(text, sentences.problems(code))


def note(text: str) -> str:
    """What became of a message of a replay, in a few words."""
    known = _told(text, phrases.NOTES)
    return known if known != text else why(text)


def would(item: ReplayItem) -> str:
    """What working on a message again would come to."""
    return why(item.text, item.code) if item.code else note(item.text)


def in_the_way(text: str) -> str:
    """Of a lane."""
    return _told(text, phrases.LANES)


def event(happened: CaseEvent) -> str:
    """What was done to a case; what a person wrote is shown as it is."""
    if happened.kind in (CaseEvent.Kind.COMMENT, CaseEvent.Kind.TRIED, CaseEvent.Kind.EDITED):
        return happened.text
    return _told(happened.text, phrases.EVENTS)


def resolution(case: ExceptionCase) -> str:
    """How it ended: a choice with a person's reason behind it, or the words of either."""
    label, colon, reason = case.resolution.partition(": ")
    if colon and label in _LABELS:
        return f"{below(label)}: {reason}"
    return _told(case.resolution, phrases.ENDS)


def goods(text: str) -> str:
    """What a write moves."""
    return text if _plain() else sentences.goods(text)


def chosen(text: str) -> str:
    """What a replay was made of: "work: Shipments; found by “SHP”", or messages by type and number."""
    if _plain():
        return text
    filters, found, term = text.partition("found by “")
    parts = [_choice(part) for part in filters.removesuffix("; ").split("; ") if part]
    return "; ".join([*parts, _("found by “%(term)s”") % {"term": term.removesuffix("”")}] if found else parts)


def job(of: SyncJob) -> str:
    """By its flow and what it is about."""
    return f"{within(named(of.flow))} {subject(of)}"


def subject(of: SyncJob) -> str:
    return of.subject if _plain() else sentences.told(of.subject, phrases.SUBJECTS)


def row(of: Model) -> str:
    """What a row is called where it is listed, or led to."""
    text = str(of)
    if _plain():
        return text
    if isinstance(of, ExceptionCase):
        return title(of)
    if isinstance(of, SyncJob):
        return job(of)
    if isinstance(of, JobAttempt):
        return f"{of.job_id} #{of.number} {named(of.outcome)}"
    if isinstance(of, Replay):
        return _("Replay {n}: {chosen}").format(n=of.pk, chosen=chosen(of.chosen))
    return sentences.row(text) if isinstance(of, BY_CODE) else text


def local(text: str) -> str:
    """Moments that a text keeps in UTC, in the zone and the form of the page."""
    return _UTC.sub(_moment, text)


def _moment(found: re.Match[str]) -> str:
    """A partner's number may look like one, and be of no calendar."""
    try:
        at = localtime(datetime.fromisoformat(found["at"]).replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return found[0]
    return date_format(at, "DATETIME_FORMAT")


def _plain() -> bool:
    return get_language() == PLAIN


def _told(text: str, among: tuple[str, ...]) -> str:
    return local(text if _plain() else sentences.told(text, among))


def _choice(text: str) -> str:
    name, colon, label = text.partition(": ")
    if colon:
        return f"{below(name)}: {below(label)}"
    return below(text) if below(text) != text else ", ".join(map(sentences.row, text.split(", ")))


def _filled(template: str, context: Mapping[str, Any], kept: str) -> str:
    """``kept`` is in English: it is what the template was then, too, or the words of an older release."""
    if not template or _plain():
        return kept
    try:
        if template.format_map(context) != kept:
            return kept
        return _(template).format_map({name: _value(name, value) for name, value in context.items()})
    except (KeyError, IndexError, ValueError, AttributeError):
        return kept


def _value(name: str, value: object) -> str:
    text = str(value)
    said = sentences.value(name, text)
    return sentences.decimals(said) if name in QUANTITIES else said
