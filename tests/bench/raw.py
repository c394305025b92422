"""Celery as it comes, without Django: nothing survives the broker, nothing keeps its order."""

import os

from celery import Celery

app = Celery("raw", broker=os.environ["REDIS_URL"])
app.conf.update(task_acks_late=True, task_ignore_result=True, worker_hijack_root_logger=False)


@app.task
def nothing(_number: int) -> None:
    """No operation."""
