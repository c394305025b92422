"""Lists of big tables stay cheap: few queries, no count, personal data and secrets left where they are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from integration import models

MOST_QUERIES = 15
MANY = 200
BIG = ("syncjob", "jobattempt", "inboundmessage", "outboundmessage", "effect", "stockevent", "document")


@pytest.fixture
def many(rows):
    """Two hundred of everything that grows."""
    place = {"connection": rows.wms, "document": rows.delivery, "body": b"{}"}
    job = {"stream": rows.stream, "flow": "order_release", "subject": "x", "document": rows.delivery}
    create(models.SyncJob, lambda at: {**job, "waits_for": rows.wms})
    create(models.JobAttempt, lambda at: {"job": rows.job, "number": at + 2, "started_at": now(), "outcome": "retry"})
    create(models.InboundMessage, lambda at: {**place, "external_id": f"x{at}", "type": "t", "reference": "r"})
    create(models.OutboundMessage, lambda at: {**place, "key": f"x{at}", "type": "t", "reference": "r"})
    case = {"code": "CD-1001", "title": "t", "cause": "c", "fix": "f", "owner": "o", "severity": "low"}
    create(
        models.ExceptionCase,
        lambda at: {**case, "fingerprint": f"f{at}", "document": rows.delivery, "last_seen": now()},
    )
    create(models.CaseJob, lambda at: {"case": rows.case, "job": models.SyncJob.objects.all()[at]})
    create(models.Effect, lambda at: {"connection": rows.erp, "key": f"x{at}", "verb": "v", "job": rows.job,
                                      "intended_at": now(), "may_land_until": now()})  # fmt: skip
    create(
        models.Document,
        lambda at: {"connection": rows.erp, "kind": "order", "reference": f"o{at}", "erp_id": 1000 + at},
    )
    return rows


def create(model, values):
    model.objects.bulk_create(model(**values(at)) for at in range(MANY))


def queries(client, address):
    with CaptureQueriesContext(connection) as made:
        page = client.get(address)
    assert page.status_code == 200
    return [query["sql"] for query in made.captured_queries]


@pytest.mark.parametrize("name", [*BIG, "exceptioncase", "casejob", "documentline", "stream", "auditevent"])
def test_a_list_of_200_rows_makes_few_queries(name, many, admin_client):
    made = queries(admin_client, reverse(f"admin:integration_{name}_changelist"))
    assert len(made) <= MOST_QUERIES, made


@pytest.mark.parametrize("name", BIG)
def test_a_big_table_is_never_read_to_its_end(name, many, admin_client):
    made = queries(admin_client, reverse(f"admin:integration_{name}_changelist"))
    assert [sql for sql in made if ("COUNT(" in sql or "DISTINCT" in sql) and f'FROM "integration_{name}"' in sql] == []


@pytest.mark.parametrize("name", ["index", "timeline", "case", "job", "message", "sent", "edit"])
def test_our_own_pages_make_few_queries(name, many, admin_client):
    pages = {
        "index": reverse("admin:index"),
        "timeline": reverse("admin:timeline", args=[many.delivery.pk]),
        "case": reverse("admin:integration_exceptioncase_change", args=[many.case.pk]),
        "job": reverse("admin:integration_syncjob_change", args=[many.job.pk]),
        "message": reverse("admin:integration_inboundmessage_change", args=[many.received.pk]),
        "sent": reverse("admin:integration_outboundmessage_change", args=[many.sent.pk]),
        "edit": reverse("admin:message_edit", args=[many.received.pk]),
    }
    made = queries(admin_client, pages[name])
    assert len(made) <= 22, made


@pytest.mark.parametrize(
    ("name", "column"), [("inboundmessage", "body"), ("capturedrecord", "snapshot"), ("connection", "secrets")]
)
def test_a_list_never_reads_what_is_encrypted(name, column, rows, admin_client):
    made = queries(admin_client, reverse(f"admin:integration_{name}_changelist"))
    assert [sql for sql in made if f'"{column}"' in sql] == []


def test_an_orders_page_reads_secrets_with_no_row_that_it_only_names(many, admin_client):
    """Taking a connection's out of their envelope is slow. The messages that say what has moved are read with it."""
    made = queries(admin_client, reverse("admin:timeline", args=[many.delivery.pk]))
    assert [sql for sql in made if '"secrets"' in sql and "shipment.confirmed" not in sql] == []


def test_the_next_page_is_offered_only_where_there_is_one(many, admin_client):
    first = admin_client.get(reverse("admin:integration_syncjob_changelist"))
    last = admin_client.get(reverse("admin:integration_syncjob_changelist"), {"p": 5})
    assert ("Older" in first.text, "Newer" in first.text) == (True, False)
    assert ("Older" in last.text, "Newer" in last.text) == (False, True)


def test_postgresql_compiles_no_statement(db):
    """Of those that a page of a limited user makes, compiling one takes seconds and running it milliseconds."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
