"""What a person may accept once or refuse is offered where it is asked for, and nowhere else."""

import pytest
from django.urls import reverse

from integration.models import AuditEvent, Decision, ExceptionCase, SyncJob
from tests.component.console.test_acts import button, said

UNDECIDED = {"code": "CD-5020", "fingerprint": "CD-5020:North:SHP-1:CHAIR:STOOL"}


@pytest.fixture
def undecided(rows):
    Decision.objects.all().delete()
    ExceptionCase.objects.filter(pk=rows.case.pk).update(**UNDECIDED)
    rows.case.refresh_from_db()
    return rows


def test_a_case_that_asks_offers_both(undecided, admin_client):
    page = admin_client.get(reverse("admin:integration_exceptioncase_change", args=[undecided.case.pk]))
    labels = [act.label for act in page.context["buttons"]]
    assert labels == ["Accept", "Refuse", "Retry now", "Resolve", "Done by hand", "Ignore"]


def test_accepting_asks_who_agreed_and_lets_the_job_go_on(undecided, admin_client):
    assert "Who agreed to it?" in admin_client.post(button(undecided.case, "accept")).text
    page = admin_client.post(button(undecided.case, "accept"), {"reason": "Jane said yes"}, follow=True)
    undecided.job.refresh_from_db()
    decided = Decision.objects.get()
    assert (decided.fingerprint, decided.choice, decided.reason) == (
        UNDECIDED["fingerprint"],
        "accept",
        "Jane said yes",
    )
    assert (undecided.job.state, said(page)) == (
        SyncJob.State.PENDING,
        ["1 exception case accepted. 1 job will be tried now."],
    )
    assert AuditEvent.objects.filter(verb="accept once").count() == 1


def test_refusing_ends_the_job_and_decides_nothing_for_later(undecided, admin_client):
    admin_client.post(button(undecided.case, "refuse"), {"reason": "wrong colour"}, follow=True)
    undecided.case.refresh_from_db()
    undecided.job.refresh_from_db()
    assert (undecided.case.resolution, undecided.job.state) == ("Refused: wrong colour", SyncJob.State.CANCELLED)
    assert Decision.objects.count() == 0


@pytest.mark.parametrize("act", ["accept", "refuse"])
def test_a_case_that_asks_nothing_takes_neither(act, rows, admin_client):
    Decision.objects.all().delete()
    page = admin_client.post(button(rows.case, act), {"reason": "x"}, follow=True)
    rows.case.refresh_from_db()
    assert (rows.case.state, Decision.objects.count()) == (ExceptionCase.State.OPEN, 0)
    assert "There is nothing to accept or to refuse in this case." in said(page)[0]


@pytest.mark.parametrize("act", ["accept", "refuse"])
def test_who_may_only_look_decides_nothing(act, undecided, operator):
    assert operator.post(button(undecided.case, act), {"reason": "x"}).status_code == 403
    assert Decision.objects.count() == 0
