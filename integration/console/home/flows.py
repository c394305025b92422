"""What is at work, in the words of the business: what is not released, not posted, not booked yet; how fast it goes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet, Sum
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from integration.console import links
from integration.console.charts import bars
from integration.console.words import duration, whole
from integration.jobs.pulse import SLOT_SECONDS
from integration.models import FlowTally, SyncJob
from integration.rules.flows import FLOWS

HOURS = 6
HEIGHT = 80
STOPPED = (SyncJob.State.BLOCKED, SyncJob.State.NEEDS_ATTENTION)
FAMILIES: Mapping[str, tuple[object, tuple[str, ...]]] = {  # by name: what the tile says, and its flows
    "release": (_("Orders to release"), ("order_release", "release_send", "change_send")),
    "ship": (_("Shipments not posted"), ("shipment_confirmation", "surplus")),
    "receive": (_("Receipts not posted"), ("receipt_confirmation", "receipt_advice", "advice_send", "transit_loss")),
    "return": (_("Returns not posted"), ("return_receipt",)),
    "stock": (
        _("Stock not posted"),
        ("inventory_adjustment", "inventory_count", "inventory_recount", "inventory_undo"),
    ),
    "book": (_("Books not written"), ("posting", "parcel_posting")),
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


@dataclass(frozen=True, slots=True)
class Speed:
    """Of one flow in the last hour. ``kept``: the share of its jobs that were as fast as promised, in percent."""

    says: str
    jobs: int
    kept: int
    usual: str
    promise: str

    @property
    def state(self) -> str:
        return "succeeded" if self.kept >= 95 else "failed"


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


def throughput() -> SafeString:
    """The jobs that went through, by ten minutes."""
    slot = SLOT_SECONDS
    first = int(now().timestamp()) // slot * slot - (HOURS * 3600 - slot)
    starts = [datetime.fromtimestamp(first + at * slot, localtime().tzinfo) for at in range(HOURS * 3600 // slot)]
    rows = FlowTally.objects.filter(slot__gte=starts[0]).order_by().values_list("slot").annotate(Sum("jobs"))
    counted = {moment.timestamp(): jobs for moment, jobs in rows}
    counts = [counted.get(start.timestamp(), 0) for start in starts]
    title = ngettext(
        "{count} job went through in the last {hours} hours",
        "{count} jobs went through in the last {hours} hours",
        sum(counts),
    ).format(count=whole(sum(counts)), hours=HOURS)
    return bars(counts, [f"{start:%H:%M}" for start in starts], height=HEIGHT, title=title, css="cd-chart")


def speeds() -> Sequence[Speed]:
    """The flows that ran in the last hour, those that broke their promise first."""
    rows = FlowTally.objects.filter(slot__gte=now() - timedelta(hours=1)).order_by().values("flow")
    sums = rows.annotate(all=Sum("jobs"), good=Sum("kept"), took=Sum("seconds")).filter(all__gt=0)
    found = [
        Speed(
            says=str(_(FLOWS[row["flow"]].says)),
            jobs=row["all"],
            kept=int(100 * row["good"] / row["all"]),
            usual=duration(1000 * row["took"] / row["all"]),
            promise=duration(1000 * FLOWS[row["flow"]].promise.total_seconds()),
        )
        for row in sums
        if row["flow"] in FLOWS
    ]
    return sorted(found, key=lambda each: (each.kept >= 95, -each.jobs))
