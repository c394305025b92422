"""A code that nobody has mapped has its own case, and is kept as drift of the partner as well."""

import pytest

from integration.models import Drift
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_unknown_sku_and_carrier_are_drift_of_the_partner(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    line = {**yard.line(sale, quantity="1"), "sku": "P-NEVER-SEEN"}
    said = {"shipment": "S-1", "release": sale.release, "shipped_at": "2026-05-04T10:00:00Z", "carrier": "MULE",
            "final": False, "lines": [line]}  # fmt: skip
    assert yard.wms.send("shipment.confirmed", said) == 202
    yard.run()

    codes = {code for code, _ in yard.cases()}
    rows = Drift.objects.order_by("subject").values_list("connection", "kind", "subject", "path", "count")
    assert "CD-3002" in codes
    assert (yard.partner.pk, "code", "sku", "P-NEVER-SEEN", 1) in list(rows)
    assert {subject for _, _, subject, _, _ in rows} == {
        {"CD-3002": "sku", "CD-3006": "carrier"}[code] for code in codes
    }
