"""What beat starts is there."""

from config.celery import app
from config.schedule import schedule


def test_every_schedule_starts_a_task_that_is_registered() -> None:
    app.loader.import_default_modules()
    assert {row["task"] for row in schedule().values()} - app.tasks.keys() == set()
