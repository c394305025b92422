"""Rows of jobs that the engine's own statements return, as Django makes them."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from integration.models import SyncJob

FIELDS = SyncJob._meta.concrete_fields
NAMES = [field.attname for field in FIELDS]
COLUMNS = ", ".join(f"job.{field.column}" for field in FIELDS)
PAYLOAD = NAMES.index("payload")


def job(row: Sequence[Any]) -> SyncJob:
    """``row`` has the COLUMNS; of these the payload alone has to be converted."""
    values = list(row)
    values[PAYLOAD] = json.loads(values[PAYLOAD])
    return SyncJob.from_db(connection.alias, NAMES, values)
