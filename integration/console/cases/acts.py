"""The buttons that end a case, or try it again."""

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from integration.console.acting import Act
from integration.console.words import whole
from integration.jobs import acts, decisions
from integration.models import ExceptionCase
from integration.rules.choices import Choice


def _retry(pk: int, actor: acts.Actor, _reason: str) -> str:
    count = acts.retry_case(pk, actor)
    anew = ExceptionCase.objects.filter(pk=pk, code__in=acts.STARTS_ANEW).exists()
    return _were_started(count) if anew else _will_be_tried(count)


def _resolve(pk: int, actor: acts.Actor, reason: str) -> str:
    count = acts.resolve_case(pk, actor, reason)
    if not count:
        return gettext("No job waited: the case is closed.")
    return ngettext(
        "{count} job is tried now; the case closes when it goes through.",
        "{count} jobs are tried now; the case closes when they go through.",
        count,
    ).format(count=whole(count))


def _done(pk: int, actor: acts.Actor, reason: str) -> str:
    return _ended(acts.done_by_hand(pk, actor, reason))


def _ignore(pk: int, actor: acts.Actor, reason: str) -> str:
    return _ended(acts.ignore_case(pk, actor, reason))


def _ended(count: int) -> str:
    if not count:
        return ""
    text = ngettext("{count} waiting job cancelled.", "{count} waiting jobs cancelled.", count)
    return text.format(count=whole(count))


def _will_be_tried(count: int) -> str:
    text = ngettext("{count} job will be tried now.", "{count} jobs will be tried now.", count)
    return text.format(count=whole(count))


def _were_started(count: int) -> str:
    text = ngettext("{count} new job was started for it.", "{count} new jobs were started for it.", count)
    return text.format(count=whole(count))


RETRY = Act("retry", _("Retry now"), _retry, _("tried again"))
RESOLVE = Act(
    "resolve", _("Resolve"), _resolve, _("marked as resolved"), _("What was done about it? What waits is tried now.")
)
DONE = Act(
    "done",
    _("Done by hand"),
    _done,
    _("closed as done by hand"),
    _("What was done, and where? The jobs that wait end here, nothing more is written."),
    grave=True,
)
IGNORE = Act(
    "ignore",
    _("Ignore"),
    _ignore,
    _("ignored"),
    _("Why can this be ignored? Its waiting jobs are cancelled."),
    grave=True,
)
USUAL = (RETRY, RESOLVE, DONE, IGNORE)


def choosing(choice: Choice) -> Act:
    """A choice that only a person can make."""

    def run(pk: int, actor: acts.Actor, reason: str) -> str:
        count = decisions.decide(pk, choice.name, actor, reason)
        return _will_be_tried(count) if count else gettext("It goes on now.")

    return Act(choice.name, _(choice.label), run, _("decided"), _(choice.asks), choice.grave, choice.right)
