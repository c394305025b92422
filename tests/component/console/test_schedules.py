"""What the clock starts is told in plain words, and can be had now."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from config import plans
from config.schedule import schedule
from integration.console.schedule import SAYS
from integration.jobs import dispatch
from integration.models import AuditEvent
from tests.component.console.conftest import user_with

LIST = reverse("admin:django_celery_beat_periodictask_changelist")


@pytest.fixture
def task(db):
    plans.write(schedule())
    return PeriodicTask.objects.get(name="poll Odoo")


def row(client, name):
    """The list's one line for it."""
    text = client.get(LIST, {"q": f'"{name}"'}).text
    return " ".join(text[text.index("result_list") :].split())


def run(task):
    return reverse("admin:django_celery_beat_periodictask_act", args=[task.pk, "run"])


def test_every_schedule_of_ours_has_plain_words():
    assert {entry["task"] for entry in schedule().values()} == set(SAYS)


def test_it_says_what_it_does_how_often_and_when_next(task, admin_client):
    PeriodicTask.objects.filter(pk=task.pk).update(last_run_at=now())
    shown = row(admin_client, "poll Odoo")
    assert "Asks every Odoo what was written" in shown
    assert f"every {int(task.interval.every)} s" in shown
    assert "adds work only where none of it waits yet" in shown
    assert "after a stop, once for all that was missed" in shown
    assert "never" not in shown


def test_a_schedule_that_is_late_is_marked(task, admin_client):
    assert 'cd-bad"' not in row(admin_client, "poll Odoo")
    PeriodicTask.objects.filter(pk=task.pk).update(last_run_at=now() - timedelta(hours=2))
    assert '<span class="cd-badge cd-bad">2 h' in row(admin_client, "poll Odoo")


def test_one_that_is_switched_off_is_never_late_and_has_no_next_time(task, admin_client):
    PeriodicTask.objects.filter(pk=task.pk).update(last_run_at=now() - timedelta(hours=2), enabled=False)
    shown = row(admin_client, "poll Odoo")
    assert "switched off" in shown
    assert 'cd-bad"' not in shown


def test_one_by_the_clock_is_told_as_people_say_it(task, admin_client):
    cron = CrontabSchedule.objects.create(minute="30", hour="2", day_of_week="1-5", timezone="Europe/Berlin")
    PeriodicTask.objects.create(name="nightly", task="tasks.polling.full_sweep", crontab=cron)
    shown = row(admin_client, "nightly")
    assert all(words in shown for words in ("At 02:30", "Monday", "Friday", "Europe/Berlin"))


def test_it_is_run_now_and_audited(task, admin_client, monkeypatch):
    sent = []
    monkeypatch.setattr(dispatch, "start", lambda *given: sent.append(given))
    admin_client.post(run(task))
    assert sent == [("tasks.polling.poll", [], {})]
    assert AuditEvent.objects.get(verb="run schedule").subject == "poll Odoo"


def test_without_a_broker_it_says_so_and_leaves_no_trace(task, admin_client, settings):
    dispatch.forget_connections()
    settings.BROKER = settings.BROKER | {"broker_url": "redis://127.0.0.1:1/0"}
    page = admin_client.post(run(task), follow=True)
    dispatch.forget_connections()
    assert "The broker does not answer" in page.text
    assert not AuditEvent.objects.filter(verb="run schedule").exists()


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("supervisor", 403), ("integrator", 302)])
def test_only_who_looks_after_the_machinery_runs_it(role, status, task, monkeypatch):
    monkeypatch.setattr(dispatch, "start", lambda *given: None)
    _, client = user_with(role, "every warehouse")
    assert client.post(run(task)).status_code == status
    assert client.get(reverse("admin:django_celery_beat_periodictask_changelist")).status_code == (
        200 if role == "integrator" else 403
    )


def test_nobody_edits_a_schedule(task, admin_client):
    address = reverse("admin:django_celery_beat_periodictask_change", args=[task.pk])
    page = admin_client.get(address)
    assert "/act/run/" in page.text
    assert 'name="_save"' not in page.text
    admin_client.post(address, {"name": "x", "enabled": ""})
    assert PeriodicTask.objects.filter(name="poll Odoo", enabled=True).exists()


def test_the_page_of_a_schedule_says_it_plainly_and_folds_away_what_celery_keeps(task, admin_client):
    text = admin_client.get(reverse("admin:django_celery_beat_periodictask_change", args=[task.pk])).text
    plain, folded = text[text.index('id="content-main"') :].split("<details>")
    assert all(
        words in plain
        for words in ("Asks every Odoo what was written", "every 10 s", "adds work only where", "once for all")
    )
    assert not any(words in plain for words in ("Crontab", "AMQP", "tasks.polling.poll", "Routing"))
    assert all(words in folded for words in ("As Celery keeps it", "Crontab", "AMQP", "tasks.polling.poll"))
