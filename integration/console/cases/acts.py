"""The buttons that end a case, or try it again."""

from integration.console.acting import Act
from integration.console.words import plural
from integration.jobs import acts, decisions
from integration.rules.choices import Choice


def _retry(pk: int, actor: acts.Actor, _reason: str) -> str:
    return f"{plural(acts.retry_case(pk, actor), 'job')} will be tried now."


def _resolve(pk: int, actor: acts.Actor, reason: str) -> str:
    count = acts.resolve_case(pk, actor, reason)
    if not count:
        return "No job waited: the case is closed."
    are, they = ("is", "it goes") if count == 1 else ("are", "they go")
    return f"{plural(count, 'job')} {are} tried now; the case closes when {they} through."


def _done(pk: int, actor: acts.Actor, reason: str) -> str:
    return _ended(acts.done_by_hand(pk, actor, reason))


def _ignore(pk: int, actor: acts.Actor, reason: str) -> str:
    return _ended(acts.ignore_case(pk, actor, reason))


def _ended(count: int) -> str:
    return f"{plural(count, 'waiting job')} cancelled." if count else ""


RETRY = Act("retry", "Retry now", _retry, "tried again")
RESOLVE = Act("resolve", "Resolve", _resolve, "marked as resolved", "What was done about it? What waits is tried now.")
DONE = Act(
    "done",
    "Done by hand",
    _done,
    "closed as done by hand",
    "What was done, and where? The jobs that wait end here, nothing more is written.",
    grave=True,
)
IGNORE = Act(
    "ignore", "Ignore", _ignore, "ignored", "Why can this be ignored? Its waiting jobs are cancelled.", grave=True
)
USUAL = (RETRY, RESOLVE, DONE, IGNORE)


def choosing(choice: Choice) -> Act:
    """A choice that only a person can make."""

    def run(pk: int, actor: acts.Actor, reason: str) -> str:
        count = decisions.decide(pk, choice.name, actor, reason)
        return f"{plural(count, 'job')} will be tried now." if count else "It goes on now."

    return Act(choice.name, choice.label, run, "decided", choice.asks, choice.grave)
