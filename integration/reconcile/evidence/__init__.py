"""What is known of some products that may be why their stock differs: read from our own tables and messages.

A bounded number of statements, however many slots differ. What each finds is a claim; which of them stand is for
``rules/explaining`` to say.
"""

from collections.abc import Callable, Iterator, Sequence

from integration.flows.known_movements import Known
from integration.flows.pending import Look
from integration.models import StockSnapshot
from integration.reconcile.evidence import approving, by_hand, codes, counted, ended, in_hand, missing, posted, unkeyed
from integration.reconcile.evidence.scope import Found, Scope, scope_of
from integration.rules.claims import Claim, Evidence, Gap, Sure

Source = Callable[[Scope], Iterator[Found]]
# Each may be added to: what a source finds names its slots, its units and its document, and guesses nothing.
SOURCES: Sequence[Source] = (
    in_hand.find,
    unkeyed.find,
    approving.find,
    ended.find,
    by_hand.find,
    missing.find,
    codes.find,
    posted.find,
)


def collect(look: Look, known: Known, gaps: Sequence[Gap], snapshot: StockSnapshot) -> Evidence:
    """Call before what the slots came to is written down: when they agreed last is read from there."""
    scope = scope_of(look, known, gaps, snapshot)
    found = [each for source in SOURCES for each in source(scope)]
    packs, ratios = counted.read(scope)
    claims = tuple(each.claim for each in found if _stands(each, scope))
    return Evidence(claims, packs, ratios, scope.look.facts.places.layout.names)


def _stands(found: Found, scope: Scope) -> bool:
    """What came to be before the slot agreed was settled then, and so was what happened before a count that stands."""
    return found.claim.sure == Sure.IN_HAND or not any(_is_settled(found, slot, scope) for slot in _slots(found.claim))


def _slots(claim: Claim) -> Iterator[object]:
    return (slot for slot, _ in claim.moves)


def _is_settled(found: Found, slot: object, scope: Scope) -> bool:
    agreed, judged = scope.agreed.get(slot), scope.judged.get(slot)  # type: ignore[call-overload]
    return (agreed is not None and found.since <= agreed) or (judged is not None and found.happened_at < judged)
