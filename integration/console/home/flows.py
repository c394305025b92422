"""What is at work, in the words of the business: what is not released, not posted, not booked yet."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from integration.console import links
from integration.models import SyncJob
from integration.rules import flows as rules

STOPPED = (SyncJob.State.BLOCKED, SyncJob.State.NEEDS_ATTENTION)
LABELS: Mapping[str, object] = {
    "release": _("Orders to release"),
    "ship": _("Shipments not posted"),
    "receive": _("Receipts not posted"),
    "return": _("Returns not posted"),
    "stock": _("Stock not posted"),
    "book": _("Books not written"),
}
# By name: what the tile says, and its flows.
FAMILIES: Mapping[str, tuple[object, tuple[str, ...]]] = {
    name: (LABELS[name], flows) for name, flows in rules.FAMILIES.items()
}


@dataclass(frozen=True, slots=True)
class Family:
    """``stopped``: of the jobs those that wait for a fix or a person."""

    label: object
    jobs: int
    stopped: int
    address: str

    @property
    def state(self) -> str:
        return "needs_attention" if self.stopped else "pending" if self.jobs else ""


def families(active: QuerySet[SyncJob]) -> Sequence[Family]:
    """``active``: the jobs that are not finished, as far as the user sees them."""
    counts: Counter[str] = Counter()
    stopped: Counter[str] = Counter()
    of = {flow: name for name, (_label, flows) in FAMILIES.items() for flow in flows}
    for flow, state, count in active.order_by().values_list("flow", "state").annotate(Count("pk")):
        if flow in of:
            counts[of[flow]] += count
            stopped[of[flow]] += count if state in STOPPED else 0
    return [
        Family(label, counts[name], stopped[name], links.listing(SyncJob, work=name))
        for name, (label, _flows) in FAMILIES.items()
    ]
