"""Waves: a delivery that a rule puts into one waits for it, and is released with it."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from integration.flows.findings import Findings
from integration.flows.releases import Change, Delivery
from integration.jobs import configuration, generation, sql, waves
from integration.jobs.waves import Place, Turn
from integration.jobs.work import Outcome, Work
from integration.models import Document, Wave
from integration.rules.business import outcomes
from integration.rules.business.deciding import Rule
from integration.rules.business.facts import carrier_of
from integration.rules.business.waves import LONGEST_CARRIER, Spot, goes_at_once, spot


@dataclass(frozen=True, slots=True)
class Stand:
    """``waits``: for which wave; None: it goes, and ``number`` is that of its wave, if it was in one."""

    waits: Spot | None = None
    number: str = ""


__all__ = ["Left", "Stand", "Turn", "release", "stand", "wait"]
GOES = Stand()


def stand(delivery: Delivery, rule: Rule | None, priority: int) -> Stand:
    """``rule``: the one that puts it into a wave. What the warehouse was told of once waits for none; nor does, after a
    restored backup, what it may have been told of."""
    if not configuration.uses_waves():
        return GOES
    known = waves.wave_of(delivery.warehouse.erp_id, delivery.picking.id)
    if known is not None and known.state == Wave.State.RELEASED:
        return Stand(number=known.number)
    if rule is None or not isinstance(rule.outcome, outcomes.Wave):
        return GOES
    if delivery.known is not None or generation.looks_first():
        return GOES
    if goes_at_once(rule.outcome, priority):
        return GOES
    return Stand(_as_it_was(known, rule, delivery) or _spot(delivery, rule))


def _as_it_was(known: Wave | None, rule: Rule, delivery: Delivery) -> Spot | None:
    """It stays where it is while the rule says the same: its time may just have come."""
    if known is None or (known.rule_id, known.rule_version) != (rule.id, rule.version):
        return None
    if known.carrier not in ("", carrier_of(delivery.picking)[:LONGEST_CARRIER]):
        return None
    return Spot(rule.id, rule.version, known.key, known.carrier, known.due_at, known.size)


def _spot(delivery: Delivery, rule: Rule) -> Spot | None:
    """By the database's clock: a worker's own may be minutes off, and a wave is hours."""
    now: datetime = sql.rows("SELECT now()", [])[0][0]
    times, carrier = configuration.times_of(delivery.warehouse.pk), carrier_of(delivery.picking)
    leaving = times.next_leaving(carrier, now)
    return spot(rule, times.calendar, carrier, leaving.at if leaving else None, now)


def wait(delivery: Delivery, at: Spot, turn: Turn, found: Findings) -> None:
    order, picking = delivery.order, delivery.picking
    promised = order.commitment_at or picking.scheduled_at
    place = Place(delivery.warehouse, delivery.parent, picking.id, picking.name, turn, promised)
    found.changes.append(Change(delivery, lambda _delivery: waves.join(place, at)))
    found.in_waves.add(picking.id)
    found.notes.append(f"{picking.name} waits for its wave")


@dataclass(frozen=True, slots=True)
class Left:
    """What does not wait for a wave, by a look at its order, is in none that is open. ``staying``: Odoo's ids."""

    order: Document
    staying: Set[int]

    def commit(self) -> None:
        waves.leave(self.order, self.staying)


def release(work: Work) -> Outcome:
    """Lets a wave go: all that waits in it is looked at now."""
    return Outcome("the wave is released", partial(waves.release, int(str(work.job.payload["wave"]))))
