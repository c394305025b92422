"""Routing: a delivery that a rule of ours wants to leave from elsewhere is moved in Odoo before any warehouse has it.

A part of order release, in the order's own stream: nothing else of the order is decided meanwhile. What was moved is
released by the look at the order that follows, as whatever Odoo shows is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import transaction

from integration.adapters.base import Capability, ErpGateway
from integration.canonical.routing import Routed, RouteGoal, RouteLook
from integration.errors import IntegrationError, Permanent, RuleHold
from integration.flows import order_rules
from integration.flows.findings import Findings
from integration.flows.order_rules import Asked
from integration.flows.releases import Delivery
from integration.jobs import capture, configuration, decisions, effects, generation, rollout, whereabouts
from integration.jobs.remote import open_erp, open_wms
from integration.jobs.work import Work
from integration.models import Effect, Mode, RolloutFlow, Warehouse
from integration.rules import release as releasing
from integration.rules.business import routing as rules
from integration.rules.business.holding import source as source_of
from integration.rules.business.outcomes import GO_TO, NOWHERE, STAY, Route, Split

VERB, SETTLES, RELEASE = "route", "route settled", "order.release"
CALLS = 12  # of one move: it looks, copies, makes, and looks again
SEVERAL_STEPS = "stays: the delivery goes in several steps"
BEGUN = "stays: it is being picked in Odoo"
LEFT = "stays: a person said so"
TOLD = "stays: the warehouse has it from before a backup was restored"


@dataclass(frozen=True, slots=True)
class _Choice:
    """Where it may go, and what the rule, or a person, asks of that. ``unfit``: why others may not take it."""

    places: Sequence[Warehouse]
    unfit: Sequence[str]
    stock: bool
    split: bool


def may_go(work: Work, delivery: Delivery, found: Findings) -> bool:
    """Whether it may be released as it is; else it was moved, or waits, and ``found`` says why."""
    if delivery.picking.routed_from is not None:
        return _in_words(work, delivery, found, partial(_ends_there, work, delivery, found))
    known = effects.of(delivery.warehouse.erp, _key(delivery))
    if known is not None and known.state == Effect.State.LANDED:
        return _in_words(work, delivery, found, partial(_what_is_left, work, delivery, known, found))
    if known is not None and known.state == Effect.State.INTENDED:
        goals = [RouteGoal.model_validate(each) for each in known.intent["goals"]]
        return _in_words(work, delivery, found, partial(_move_again, work, delivery, goals, found))
    asked = order_rules.route(delivery) if _can_be_routed(delivery) else None
    if asked is None:
        return True
    found.changes += asked.kept
    if asked.against or asked.rule is None:
        found.against += asked.against
        return not asked.against
    return _in_words(work, delivery, found, partial(_route, work, delivery, asked, found))


def _can_be_routed(delivery: Delivery) -> bool:
    return delivery.picking.state in releasing.OPEN_STATES


def _in_words(work: Work, delivery: Delivery, found: Findings, do: Any) -> bool:
    """What keeps this delivery keeps no other one of the order."""
    try:
        return bool(do())
    except Permanent as error:
        found.against.append(error)
    except IntegrationError as error:
        found.later, found.stopped_by = error, work.connection
        found.in_waves.add(delivery.picking.id)  # if it is in one: nobody knows better yet
    return False


def _route(work: Work, delivery: Delivery, asked: Asked, found: Findings) -> bool:
    rule = asked.rule
    assert rule is not None  # noqa: S101
    assert isinstance(rule.outcome, Route)  # noqa: S101
    source = f"{source_of(rule, delivery.warehouse.erp.pk, delivery.order)}/{delivery.picking.id}"
    said = decisions.latest(source)
    if said is not None and said.choice == STAY:
        return _stays(delivery, asked, LEFT, found)
    if _goes_in_steps(delivery):
        return _stays(delivery, asked, SEVERAL_STEPS, found)
    choice = _choice(delivery, rule.outcome, said.reason if said is not None and said.choice == GO_TO else "")
    if _is_here(delivery, choice):
        return _stays(delivery, asked, f"stays: {delivery.warehouse.name}", found)
    if _was_told(work, delivery):
        return _stays(delivery, asked, TOLD, found)
    work.connection = delivery.warehouse.erp
    with open_erp(delivery.warehouse.erp, work) as erp:
        look = erp.routing.look(delivery.picking.id, _ids(choice.places), stock=choice.stock)
        if not _as_captured(delivery, look):
            return _read_again(delivery, found)
        if look.begun:
            return _stays(delivery, asked, BEGUN, found)
        plan, why = _plan(delivery, choice, look)
        if plan is None:
            found.against.append(_nowhere(delivery, asked, source, choice, why))
            return False
        told = _told(plan, choice.places, look)
        goals = _goals(plan, but=delivery.picking.warehouse_id)
        if not goals:
            return _stays(delivery, asked, told, found)
        _move(work, delivery, goals, erp)
    with transaction.atomic():
        order_rules.keep_route(delivery, asked, told).commit()
    return _read_again(delivery, found, f"{delivery.picking.name} leaves from elsewhere: {told}")


def _stays(delivery: Delivery, asked: Asked, told: str, found: Findings) -> bool:
    found.changes.append(order_rules.keep_route(delivery, asked, told))
    return True


def _was_told(work: Work, delivery: Delivery) -> bool:
    """After a backup was restored: its warehouse may have it, though nobody here knows. Where that cannot be asked, it
    counts as told."""
    if not generation.looks_first():
        return False
    with open_wms(delivery.warehouse.wms, work) as wms:
        return Capability.FINDS not in wms.capabilities or wms.find(RELEASE, delivery.picking.name, 1) is not None


def _goes_in_steps(delivery: Delivery) -> bool:
    """Goods that Odoo picks or packs first stay where that was begun."""
    here = delivery.picking.warehouse_id
    earlier = [each for each in delivery.order.pickings if each.code in ("internal", "other")]
    steps = any(each.warehouse_id == here and each.state not in releasing.CLOSED_MOVES for each in earlier)
    return steps or any(move.chained for move in delivery.picking.moves)


def _choice(delivery: Delivery, route: Route, named: str) -> _Choice:
    """``named``: the warehouse that a person has named, whatever it holds."""
    own = [row for row in configuration.warehouses_of(delivery.warehouse.erp.pk).values() if _may_take(row, delivery)]
    wanted = [named] if named else list(route.warehouses)
    by_name = {row.name.casefold(): row for row in sorted(own, key=lambda row: -row.pk)}
    places = [by_name[name.strip().casefold()] for name in wanted if name.strip().casefold() in by_name]
    unfit = [f"{name}: no such warehouse" for name in wanted if name.strip().casefold() not in by_name]
    split = route.split == Split.LINES and not delivery.picking.ship_complete and not named
    return _Choice(places, unfit, route.stock and not named, split)


def _is_here(delivery: Delivery, choice: _Choice) -> bool:
    """The first that may take it is the one that Odoo chose, and nobody asks what it holds."""
    return not choice.stock and choice.places[:1] == [delivery.warehouse]


def _may_take(warehouse: Warehouse, delivery: Delivery) -> bool:
    """Of the same company, and released to by us, also what is as old as this. One that is paused has its work wait."""
    agreed = delivery.order.ordered_at or delivery.parent.created_at
    same = warehouse.company_id == delivery.warehouse.company_id
    return same and rollout.of_document(warehouse, RolloutFlow.RELEASE, agreed, known=False) == Mode.LIVE


def _as_captured(delivery: Delivery, look: RouteLook) -> bool:
    """Whether it is still what the rules were asked about."""
    here = look.state in releasing.OPEN_STATES and look.warehouse_id == delivery.picking.warehouse_id
    seen = {move.id for move in delivery.picking.moves if move.state not in releasing.CLOSED_MOVES}
    return here and bool(seen) and {move.id for move in look.moves} == seen


def _plan(delivery: Delivery, choice: _Choice, look: RouteLook) -> tuple[rules.Plan | None, list[str]]:
    """And why not, by warehouse."""
    lines, places, why = _lines(look), [], list(choice.unfit)
    steps = {place.warehouse_id: place.one_step for place in look.places}
    skus = {move.product_id: move.sku for move in look.moves}
    for row in choice.places:
        if not steps.get(row.erp_warehouse_id):
            why.append(f"{row.name}: delivers in several steps")
            continue
        place = rules.Place(row.erp_warehouse_id, row.name, _free(delivery, row, look) if choice.stock else None)
        places.append(place)
        short = rules.missing(lines, place)
        why += [f"{row.name}: {lacks.normalize():f} x {skus[product]} missing" for product, lacks in short.items()]
    return rules.plan(lines, places, split=choice.split), why


def _lines(look: RouteLook) -> list[rules.Line]:
    """The components of a kit are of one line of the order, and stay together."""
    moves: dict[str, list[Any]] = {}
    for move in look.moves:
        moves.setdefault(f"line {move.line}" if move.line else f"move {move.id}", []).append(move)
    return [
        rules.Line(
            name,
            tuple(move.id for move in own),
            rules.needs([rules.Line("", (), {m.product_id: m.quantity}) for m in own if m.stocked and m.quantity]),
        )
        for name, own in moves.items()
    ]


def _free(delivery: Delivery, row: Warehouse, look: RouteLook) -> Mapping[int, Any]:
    """What Odoo holds free there, less what the warehouse itself has lately not found. What this delivery has reserved
    is free for it."""
    [place] = [each for each in look.places if each.warehouse_id == row.erp_warehouse_id]
    free = dict(place.free)
    if row.erp_warehouse_id == delivery.picking.warehouse_id:
        for move in look.moves:
            free[move.product_id] = free.get(move.product_id, 0) + move.reserved
    for product, lacks in whereabouts.lacking(row, free).items():
        free[product] -= lacks
    return free


def _told(plan: rules.Plan, places: Sequence[Warehouse], look: RouteLook) -> str:
    """Such as ``North: LAMP; South: CHAIR``."""
    names, skus = {row.erp_warehouse_id: row.name for row in places}, {move.id: move.sku for move in look.moves}
    said = [
        f"{names[place]}: {', '.join(dict.fromkeys(skus[move] for line in lines for move in line.moves))}"
        for place, lines in plan.items()
    ]
    return "; ".join(said)


def _goals(plan: rules.Plan, but: int | None) -> list[RouteGoal]:
    return [
        RouteGoal(warehouse_id=place, moves=tuple(sorted(move for line in lines for move in line.moves)))
        for place, lines in sorted(plan.items())
        if place != but
    ]


def _nowhere(delivery: Delivery, asked: Asked, source: str, choice: _Choice, why: Sequence[str]) -> RuleHold:
    rule, warehouse = asked.rule, delivery.warehouse
    assert rule is not None  # noqa: S101
    return RuleHold(
        NOWHERE,
        connection=warehouse.erp.name,
        company=warehouse.company_id,
        order=delivery.order.name,
        release=delivery.picking.name,
        rule=rule.id,
        rule_version=rule.version,
        name=rule.name,
        source=source,
        why="; ".join(why) or "It names none",
    )


def _move(work: Work, delivery: Delivery, goals: Sequence[RouteGoal], erp: ErpGateway) -> None:
    picking, connection = delivery.picking, delivery.warehouse.erp
    write = effects.Write(
        key=_key(delivery),
        verb=VERB,
        intent={"goals": [goal.model_dump(mode="json") for goal in goals]},
        send=lambda: _result(erp.routing.move(picking, goals)),
        probe=lambda: _found(erp.routing.moved(picking)),
        calls=CALLS,
        at=picking.name,
    )
    effect = effects.once(work, connection, write)
    _settle(work, delivery, effect, erp)


def _settle(work: Work, delivery: Delivery, effect: Effect, erp: ErpGateway) -> None:
    """Reserves there, and closes what is empty here: a repeat is harmless."""
    routed = [Routed.model_validate(each) for each in effect.result["made"]]
    write = effects.Write(
        key=f"{_key(delivery)}/settled",
        verb=SETTLES,
        intent={"made": effect.result["made"]},
        send=partial(_close, delivery, routed, erp),
        resend_safe=True,
        calls=CALLS,
        at=delivery.picking.name,
    )
    effects.once(work, delivery.warehouse.erp, write)


def _move_again(work: Work, delivery: Delivery, goals: Sequence[RouteGoal], found: Findings) -> bool:
    """An earlier try was begun, and nobody knows how it ended: it is looked for, and else made as it was meant."""
    work.connection = delivery.warehouse.erp
    with open_erp(delivery.warehouse.erp, work) as erp:
        _move(work, delivery, goals, erp)
    return _read_again(delivery, found, f"{delivery.picking.name} leaves from elsewhere")


def _what_is_left(work: Work, delivery: Delivery, effect: Effect, found: Findings) -> bool:
    """It was moved before: what stays here is released as it is, once the snapshot shows it so."""
    if not _is_settled(delivery):
        work.connection = delivery.warehouse.erp
        with open_erp(delivery.warehouse.erp, work) as erp:
            _settle(work, delivery, effect, erp)
    gone = {move for each in effect.result["made"] for move in each["moves"]}
    if any(move.id in gone for move in delivery.picking.moves):
        return _read_again(delivery, found)
    return True


def _ends_there(work: Work, delivery: Delivery, found: Findings) -> bool:
    """It was made by a move. The one that it came from leaves the order once it is empty: what was begun with that is
    ended from here, and keeps nothing from leaving."""
    picking, connection = delivery.picking, delivery.warehouse.erp
    source = replace(delivery, picking=picking.model_copy(update={"id": picking.routed_from}))
    known = effects.of(connection, _key(source))
    if known is None or known.state == Effect.State.REFUSED or _is_settled(source):
        return True
    try:
        with open_erp(connection, work) as erp:
            if known.state == Effect.State.LANDED:
                _settle(work, source, known, erp)
            else:
                _move(work, source, [RouteGoal.model_validate(each) for each in known.intent["goals"]], erp)
    except Permanent as error:
        found.against.append(error)
    return True


def _is_settled(delivery: Delivery) -> bool:
    known = effects.of(delivery.warehouse.erp, f"{_key(delivery)}/settled")
    return known is not None and known.state == Effect.State.LANDED


def _read_again(delivery: Delivery, found: Findings, note: str = "") -> bool:
    with transaction.atomic():
        capture.read_again(delivery.warehouse.erp, delivery.order.id)
    found.notes.append(note or f"{delivery.picking.name} is being read again")
    return False


def _key(delivery: Delivery) -> str:
    return f"route/{delivery.picking.id}"


def _result(made: Sequence[Routed]) -> dict[str, Any]:
    return {"made": [each.model_dump(mode="json") for each in made]}


def _found(made: Sequence[Routed]) -> dict[str, Any] | None:
    return _result(made) if made else None


def _close(delivery: Delivery, routed: Sequence[Routed], erp: ErpGateway) -> dict[str, Any]:
    erp.routing.settle(delivery.picking, routed)
    return {}


def _ids(places: Sequence[Warehouse]) -> list[int]:
    return [row.erp_warehouse_id for row in places]
