"""What a drill reads off Crossdock's tables: an order, or a slot, that is not as it should be is seen."""

from datetime import datetime, timedelta

import pytest
from django.db import connection as database
from django.utils.timezone import now

from integration.models import BeatSlot, Lane, Stream, SyncJob
from tests.drills import tables
from tests.drills.tables import Flow, Slots, Tables

pytestmark = pytest.mark.django_db(transaction=True)


def look() -> Tables:
    place = database.settings_dict
    return tables.look(
        f"postgres://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    )


def ended(stream: Stream, at: datetime) -> None:
    SyncJob.objects.create(stream=stream, flow="work", subject="order 1", state=SyncJob.State.SUCCEEDED, finished_at=at)


def test_a_job_that_ended_before_one_that_came_earlier_is_out_of_order() -> None:
    one, other = (Stream.objects.create(key=key, lane=Lane.ORDER) for key in ("one", "other"))
    ended(one, now())
    ended(other, now() - timedelta(seconds=9))
    ended(one, now())
    assert look().out_of_order == 0
    ended(one, now() - timedelta(seconds=5))
    ended(one, now())
    found = look()
    assert (found.out_of_order, found.ended, found.streams) == (1, 5, 2)
    assert list(found.flows) == [Flow("work", ended=5, out_of_order=1, died=0)]


def test_a_slot_that_was_started_by_a_beat_that_led_no_more_is_seen() -> None:
    start = now()
    for seconds, term in ((0, 1), (1, 1), (20, 2), (21, 2)):
        at = start + timedelta(seconds=seconds)
        BeatSlot.objects.create(schedule="poll", slot=at, term=term, started_at=at)
    assert look().slots == Slots(started=4, twice=0, late=0, terms=2)
    BeatSlot.objects.create(schedule="wake", slot=start, term=1, started_at=start + timedelta(seconds=30))
    assert look().slots == Slots(started=5, twice=0, late=1, terms=2)
