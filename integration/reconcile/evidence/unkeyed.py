"""What the warehouse told while its flow is in shadow, and nobody has keyed in Odoo as far as we know."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from django.conf import settings

from integration.reconcile.evidence.scope import Found, Scope
from integration.rules.claims import Claim, Sure, Why
from integration.rules.netting import Movement
from integration.rules.places import Slot


def find(scope: Scope) -> Iterator[Found]:
    """What moved after the snapshot may have been keyed a moment ago: Odoo is read before its documents are."""
    together: defaultdict[tuple[str, bool], list[Movement]] = defaultdict(list)
    for each in scope.known.ledger.pending:
        if each.job is None and each.slot.product_id in scope.look.products:
            together[each.number, each.happened_at > scope.at].append(each)
    for (number, is_later), mine in together.items():
        units: defaultdict[Slot, Decimal] = defaultdict(Decimal)
        for each in mine:
            units[each.slot] += -each.quantity if is_later else each.quantity
        moves, first = tuple(units.items()), min(each.happened_at for each in mine)
        late = scope.now - first > timedelta(hours=settings.ROLLOUT["unkeyed_hours"])
        waits = Claim(Why.UNKEYED, Sure.IN_HAND, moves, number, late=late)
        yield Found(Claim(Why.NOT_YET, Sure.LIKELY, moves, number) if is_later else waits, first, first)
