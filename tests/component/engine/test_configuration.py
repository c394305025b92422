"""What people configure is kept by workers, and never older than the job that is decided by it."""

from typing import Any

import pytest
from django.db import transaction

from integration.jobs import configuration, taking
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.work import Outcome, Work
from integration.models import BusinessRule, Connection, Lane, SyncJob
from tests.component.engine.yard import expire, partner, put, run, together

pytestmark = pytest.mark.django_db(transaction=True)


def rename_and_add(connection: Connection, name: str) -> None:
    """Somebody else's transaction."""
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(name=name)
        enqueue(NewJob("work", "order:1", Lane.ORDER, name))


def test_nothing_is_read_again_until_it_changes(django_assert_num_queries: Any) -> None:
    connection = partner()
    for expected in (1, 0, 0):
        with configuration.kept(), django_assert_num_queries(expected):
            assert configuration.connection(connection.pk).name == "WMS"
    Connection.objects.filter(pk=connection.pk).update(name="Northgate")
    with configuration.kept(), django_assert_num_queries(1):
        assert configuration.connection(connection.pk).name == "Northgate"


def test_outside_of_a_batch_it_is_read_each_time() -> None:
    connection = partner()
    assert configuration.connection(connection.pk).name == "WMS"
    Connection.objects.filter(pk=connection.pk).update(name="Northgate")
    assert configuration.connection(connection.pk).name == "Northgate"


@pytest.mark.parametrize("abandoned", [False, True])
def test_a_job_sees_what_was_committed_with_it(abandoned: bool) -> None:
    """Also when it is taken by itself, in the midst of a batch."""
    connection, seen = partner(), []
    first = put("order:1")
    if abandoned:
        taking.batch(Lane.ORDER, 1)
        expire([first])

    def handle(work: Work) -> Outcome:
        seen.append(configuration.connection(connection.pk).name)
        if len(seen) == 1:
            together(lambda: rename_and_add(connection, "Northgate"))
        return Outcome()

    run(handle)
    assert seen == ["WMS", "Northgate"]


def test_a_rule_for_invoices_that_only_another_release_understands_is_left_to_a_process_of_it() -> None:
    BusinessRule.objects.create(kind="invoice", when="of_tomorrow")
    job = put()
    run(lambda _work: Outcome(str(configuration.posting_rules(1))))
    assert SyncJob.objects.values_list("state", "failure_code").get(pk=job.pk) == ("retry", "CD-1009")
