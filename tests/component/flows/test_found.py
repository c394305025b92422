"""What tests/component/property found, shrunk."""

import pytest
from django.db.models.functions import Now

from integration.jobs import sweep
from integration.models import OutboundMessage
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_answer_that_waits_behind_a_stopped_shipment_is_not_missing(yard: Yard) -> None:
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    yard.shipped(sale, "over")
    yard.wms.accept(sale.release)
    yard.run()
    OutboundMessage.objects.update(acknowledge_by=Now())
    sweep.overdue_acknowledgements()
    assert [code for code, _ in yard.cases()] == ["CD-5004"]
    assert yard.unfinished() == [("shipment_confirmation", "blocked"), ("acknowledgement", "pending")]
