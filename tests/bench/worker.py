"""The product's own Celery app, with one more flow: a job that does nothing."""

from config.celery import app

__all__ = ["app"]

app.conf.imports = ("tests.bench.tasks",)
