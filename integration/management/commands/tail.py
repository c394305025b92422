"""`manage.py tail`: each try at a job as a line, as it ends."""

import time
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet

from integration.management.person import PlainCommand
from integration.models import JobAttempt, SyncJob

PAUSE_SECONDS = 0.5
PAGE = 200


class Command(PlainCommand):
    help = "Shows the latest tries and follows new ones until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lines", type=int, default=10, help="how many past tries to begin with")
        parser.add_argument("--job", type=int, help="only this job's, until it has ended")
        parser.add_argument("--flow", help="only this flow's, as in shipment_confirmation")
        parser.add_argument("--failed", action="store_true", help="only those that did not succeed")
        parser.add_argument("--no-follow", action="store_true", help="end after the past ones")

    def handle(self, *, lines: int, no_follow: bool, job: int | None, **options: Any) -> None:
        tries = _chosen(job=job, **options)
        shown = list(tries.order_by("-pk")[: max(lines, 0)])[::-1]
        latest = JobAttempt.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for each in shown:
            self.stdout.write(line(each))
        try:
            for each in () if no_follow else _following(tries, latest, job):
                self.stdout.write(line(each))
        except KeyboardInterrupt:
            return


def line(attempt: JobAttempt) -> str:
    """When, how it ended, how long it took, what it was about, and why it failed."""
    seconds = (attempt.ended_at - attempt.started_at).total_seconds()
    job, calls = attempt.job, len(attempt.calls)
    about = f"{attempt.ended_at:%H:%M:%S} {attempt.outcome:<15} {seconds:6.2f} s {calls:2} calls  {job} (job {job.pk})"
    why = " ".join(part for part in (attempt.code, attempt.detail) if part)
    return f"{about}  {why}".rstrip()


def _chosen(*, job: int | None, flow: str | None, failed: bool, **_: Any) -> QuerySet[JobAttempt]:
    tries = JobAttempt.objects.select_related("job")
    tries = tries.filter(job=job) if job else tries
    tries = tries.filter(job__flow=flow) if flow else tries
    return tries.exclude(outcome=SyncJob.State.SUCCEEDED) if failed else tries


def _following(tries: QuerySet[JobAttempt], latest: int, job: int | None) -> Iterator[JobAttempt]:
    """A short look back each time: rows of concurrent workers may appear out of the order of their numbers."""
    seen: set[int] = set(tries.filter(pk__lte=latest).order_by("-pk").values_list("pk", flat=True)[:PAGE])
    floor = max(0, latest - PAGE)
    while True:
        ended = job is not None and not SyncJob.objects.filter(pk=job, state__in=SyncJob.ACTIVE).exists()
        for each in tries.filter(pk__gt=floor).order_by("pk"):
            if each.pk not in seen:
                seen.add(each.pk)
                yield each
        floor = max(floor, max(seen, default=0) - PAGE)
        if ended:
            return
        time.sleep(PAUSE_SECONDS)
