"""Takes back what was changed of the configuration, and does what a second person has agreed to."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from integration.jobs import acts
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.tree import changelog, writing
from integration.jobs.tree.cells import Row
from integration.jobs.tree.changelog import Told
from integration.jobs.tree.names import Names
from integration.jobs.tree.planning import Step, Verb
from integration.jobs.tree.reading import kept
from integration.jobs.tree.tables import SECTION_OF, SECTIONS
from integration.models import CodeMapping, ConfigurationChange, Rollout, Warehouse

State, Source = ConfigurationChange.State, ConfigurationChange.Source


@dataclass(frozen=True, slots=True)
class _Move:
    """From what a row says to what it is to say."""

    section: str
    row_id: int | None
    before: Row | None
    after: Row | None


@transaction.atomic
def roll_back(pk: int, actor: Actor, why: str) -> bool:
    """The row says again what it said before. Returns whether it does: where changes wait for a second person, this one
    waits too.

    Raises NotAllowed: the row has been changed since, work hangs on it, or it was a secret, which nobody keeps.
    """
    change = _held(pk)
    if change.state != State.DONE:
        raise NotAllowed(f"{change} was not done.")
    if change.before == change.after:
        raise NotAllowed("Only secrets were entered, and what they were before is not kept: enter them again.")
    if undone(change) is not None:
        raise NotAllowed(f"{change} was rolled back already, or is to be.")
    move = _Move(change.section, change.row_id, change.after, change.before)
    told, model = Told(actor, Source.ROLLBACK, why, undoes=change), SECTIONS[change.section].model
    if changelog.needs_two(model, move.before, move.after):
        changelog.wait(model, change.row_id, move.before, move.after, told)
        return False
    _do(move, told, {})
    return True


def undone(change: ConfigurationChange) -> ConfigurationChange | None:
    """The change that has taken this one back, or waits to."""
    return next((each for each in change.undone_by.all() if each.state != State.REFUSED), None)


@transaction.atomic
def approve(pk: int, actor: Actor, why: str = "") -> None:
    """Does what somebody else wants. Raises NotAllowed: it is one's own, or the row is not as it was by then."""
    wish = _waiting(pk)
    if (wish.actor, wish.user_id) == (actor.name, actor.user.pk if actor.user else None):
        raise NotAllowed("You want it yourself: somebody else has to approve it.")
    wish.decided_by, wish.decided_why, wish.decided_at = actor.name, why, Now()
    move, secrets = _Move(wish.section, wish.row_id, wish.before, wish.after), wish.kept
    _do(move, Told(Actor(wish.actor, wish.user), wish.source, wish.why, wish=wish), secrets)
    wish.save()
    acts.note(actor, "approve change", f"{wish} ({wish.pk})", why=why, wanted_by=wish.actor)


@transaction.atomic
def refuse(pk: int, actor: Actor, why: str) -> None:
    """Nothing becomes of it; who wants it may take it back so. Raises NotAllowed."""
    wish = _waiting(pk)
    wish.state, wish.kept = State.REFUSED, {}
    wish.decided_by, wish.decided_why, wish.decided_at = actor.name, why, Now()
    wish.save()
    if wish.section == SECTION_OF[Warehouse]:  # nobody has let a flow go live in spite of it then
        waived = Rollout.objects.filter(warehouse=wish.row_id, live_since=None)
        waived.update(waived_by="", waived_why="")
    acts.note(actor, "refuse change", f"{wish} ({wish.pk})", why=why, wanted_by=wish.actor)


def _do(move: _Move, told: Told, secrets: dict[str, str]) -> None:
    writing.alone()
    names = Names()
    row = _found(move, names)
    verb = Verb.ADD if move.before is None else Verb.CHANGE if move.after is not None else Verb.REMOVE
    if verb is Verb.REMOVE and SECTIONS[move.section].stays:
        raise NotAllowed("Work and history hang on it: turn it off instead.")
    step = Step(move.section, verb, move.before, move.after, row, tuple(sorted(secrets)))
    with changelog.during(told):
        writing.take([step], names, told, {(move.section, step.name): secrets}, odoo_has_it=True)


def _found(move: _Move, names: Names) -> Any:
    """The row, as the move has it before. Raises NotAllowed."""
    if move.before is None:
        return None
    table = SECTIONS[move.section]
    if table.model is CodeMapping:
        found = next((row for said, row in kept(table, names) if changelog.as_kept(said) == move.before), None)
    else:
        found = table.model._base_manager.select_for_update().filter(pk=move.row_id).first()
    if found is None or changelog.as_kept(changelog.taken(found, names)) != move.before:
        raise NotAllowed("It is not as this change left it: roll back its newer changes first, or change it by hand.")
    return found


def _held(pk: int) -> ConfigurationChange:
    change = ConfigurationChange.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if change is None:
        raise NotAllowed("There is no such change any more.")
    return change


def _waiting(pk: int) -> ConfigurationChange:
    wish = _held(pk)
    if wish.state != State.WAITING:
        raise NotAllowed(f"{wish} does not wait any more.")
    return wish
