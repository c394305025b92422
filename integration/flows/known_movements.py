"""The movements of some products as we know them: posted, and received but not posted yet.

What a job has posted and not settled yet counts as posted: its effect has landed. Whether one that was sent has landed
may not be known; then nothing can be said of the stock that it moves. What people key counts like what we post.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from integration.flows import hand_keyed, intents, pending
from integration.flows.pending import Look
from integration.models import Effect, StockEvent, SyncJob
from integration.rules.netting import Ledger, Movement
from integration.rules.places import Slot

Movements = tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """``unknown``: the keys of writes of which nobody can tell yet whether they are in Odoo, with the slots. ``ahead``:
    what people keyed in Odoo in shadow and the warehouse has not told; ``beyond``: the same of what is not in shadow;
    ``by_hand``: the documents that were looked at for it."""

    ledger: Ledger
    unknown: tuple[tuple[str, frozenset[Slot]], ...] = ()
    ahead: Movements = ()
    beyond: Movements = ()
    by_hand: frozenset[int] = frozenset()

    @property
    def products(self) -> frozenset[int]:
        """Of which anything is known."""
        doubted = (slot for _, slots in self.unknown for slot in slots)
        moved = (each.slot for each in (*self.ledger.posted, *self.ledger.pending))
        return frozenset(slot.product_id for slot in (*doubted, *moved))

    def in_doubt(self, slot: Slot) -> str:
        return next((key for key, slots in self.unknown if slot in slots), "")


def read(look: Look, since: datetime) -> Known:
    """``since``: what happened until then and is posted is in Odoo's quantity, and need not be known."""
    open_ones = {each.source: each.movements for each in pending.in_hand(look)} | _ours(look)
    states, keyed = _states(look, open_ones), hand_keyed.read(look, since)
    for key in _kept(look, open_ones) | keyed.sources:
        open_ones.pop(key, None)
    posted, waiting = _posted(look, since), list(keyed.waits)
    posted += [movement for movement in keyed.posted if movement.happened_at > since]
    unknown: list[tuple[str, frozenset[Slot]]] = []
    for key, movements in sorted(open_ones.items()):
        match states.get(key):
            case Effect.State.LANDED:
                posted += [movement for movement in movements if movement.happened_at > since]
            case Effect.State.INTENDED:
                unknown.append((key, frozenset(movement.slot for movement in movements)))
            case _:
                waiting += movements
    return Known(Ledger(tuple(posted), tuple(waiting)), tuple(unknown), keyed.ahead, keyed.beyond, keyed.documents)


def _posted(look: Look, since: datetime) -> list[Movement]:
    rows = StockEvent.objects.filter(
        warehouse=look.warehouse, product_id__in=look.products, happened_at__gt=since
    ).order_by("pk")
    places = look.facts.places
    return [
        Movement(Slot(row.product_id, place, row.lot), row.quantity, row.happened_at)
        for row in rows
        if (place := places.of(row.condition, row.location)) is not None
    ]


def _ours(look: Look) -> dict[str, Movements]:
    """What jobs that are not over have written, or may have, by the keys of their effects.

    A write that was refused is none: an adjustment is in its message, and a count is judged anew, or overtaken.
    """
    effects = Effect.objects.filter(
        connection=look.warehouse.erp,
        state__in=(Effect.State.INTENDED, Effect.State.LANDED),
        job__state__in=SyncJob.ACTIVE,
        intent__warehouse=look.warehouse.pk,
    )
    return {effect.key: intents.movements(effect, look) for effect in effects.order_by("pk")}


def _states(look: Look, keys: Iterable[str]) -> Mapping[str, str]:
    effects = Effect.objects.filter(connection=look.warehouse.erp, key__in=list(keys))
    return dict(effects.values_list("key", "state"))


def _kept(look: Look, keys: Iterable[str]) -> set[str]:
    """Those whose movements are in the books already: a repeated message, or a job that only has to end."""
    named = list(keys)
    by_source = StockEvent.objects.filter(source__in=named).values_list("source", flat=True)
    ours = StockEvent.objects.filter(effect__connection=look.warehouse.erp, effect__key__in=named)
    return set(by_source) | set(ours.values_list("effect__key", flat=True))
