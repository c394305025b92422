"""`manage.py tail`: tries as lines, the past ones first."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from integration.models import JobAttempt, Lane, Stream, SyncJob

ENDED = datetime(2026, 3, 2, 11, 40, 12, tzinfo=UTC)


def attempt(job: SyncJob, outcome: str, code: str = "", detail: str = "") -> None:
    made = JobAttempt.objects.create(
        job=job, number=job.history.count() + 1, worker="w", started_at=ENDED - timedelta(seconds=1.5),
        outcome=outcome, code=code, detail=detail, calls=[{"what": "x"}, {"what": "y"}],
    )  # fmt: skip
    JobAttempt.objects.filter(pk=made.pk).update(ended_at=ENDED)


@pytest.fixture
def job(db: None) -> SyncJob:
    stream = Stream.objects.create(key="s", lane=Lane.ORDER)
    job = SyncJob.objects.create(stream=stream, flow="order_release", subject="S00031", state="succeeded")
    attempt(job, "retry", "CD-1001", "Odoo cannot be reached.")
    attempt(job, "succeeded", detail="1 released")
    return job


def tail(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    call_command("tail", *arguments)
    return capsys.readouterr().out.splitlines()


def test_a_try_is_a_line_and_a_job_that_has_ended_ends_it(job: SyncJob, capsys: pytest.CaptureFixture[str]) -> None:
    about = f"order_release S00031 (job {job.pk})"
    assert tail(capsys, "--job", str(job.pk)) == [
        f"11:40:12 retry             1.50 s  2 calls  {about}  CD-1001 Odoo cannot be reached.",
        f"11:40:12 succeeded         1.50 s  2 calls  {about}  1 released",
    ]


def test_lines_can_be_chosen(job: SyncJob, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(tail(capsys, "--no-follow", "--failed")) == 1
    assert len(tail(capsys, "--no-follow", "--lines", "1")) == 1
    assert tail(capsys, "--no-follow", "--flow", "shipment_confirmation") == []
