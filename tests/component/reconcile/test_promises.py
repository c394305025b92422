"""What is not in Odoo in time is listed, told once unless a case says why, and closes when it is posted."""

from datetime import timedelta

import pytest
from django.db.models import F

from integration.models import SyncJob, Variance
from integration.reconcile import promises
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


def listed() -> list[tuple[str, str, int, int]]:
    rows = Variance.objects.filter(gone_at=None)
    return [(row.subject, row.document.reference, int(row.says), int(row.found)) for row in rows]


def codes(yard: Yard) -> list[str]:
    return [code for code, _ in yard.cases()]


def test_a_shipment_that_waits_for_odoo_is_listed_after_its_promise_and_told_once(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3), ("ROPE-10", 2))
    yard.odoo.fault("web_search_read", "error503")
    yard.shipped(sale)
    assert (SyncJob.objects.get(flow="shipment_confirmation").state, promises.look()) == ("retry", 0)
    late(70)
    for _ in range(2):
        assert promises.look() == 1
    assert listed() == [("not_posted", sale.release, 0, 5)]
    [case] = [case for case in yard.cases() if case[0] == "CD-8205"]
    assert "Northgate 3PL has confirmed shipment" in case[1]
    yard.later()
    assert (promises.look(), listed()) == (0, [])
    assert "CD-8205" not in codes(yard)


def test_what_waits_for_a_person_is_listed_and_told_by_its_own_case_alone(yard: Yard) -> None:
    sale = yard.released(("PAINT-W", 2))
    yard.shipped(sale, lines=[yard.line(sale, lots=[{"lot": "GHOST", "quantity": "2"}])])
    late(70)
    assert (promises.look(), listed()) == (1, [("not_posted", sale.release, 0, 2)])
    assert codes(yard) == ["CD-5005"]


def late(seconds: int) -> None:
    SyncJob.objects.update(created_at=F("created_at") - timedelta(seconds=seconds))
