"""The state of an order follows its deliveries, on every page that shows it."""

import pytest
from django.urls import reverse

from integration.models import Document

LIST = "/console/integration/document/"


def order_of(rows, *states):
    """One more order, with a delivery in each of these states."""
    made = Document.objects.create(kind="order", reference="S2", erp_id=2, connection=rows.erp)
    for number, state in enumerate(states):
        made.deliveries.create(
            kind="delivery", reference=f"D{number}", erp_id=100 + number, connection=rows.erp, state=state
        )
    return made


@pytest.mark.parametrize(
    ("deliveries", "expected"),
    [
        ([], "waiting"),
        (["released"], "released"),
        (["rejected", "accepted"], "rejected"),
        (["waiting", "accepted"], "waiting"),
        (["released", "accepted"], "released"),
        (["accepted", "cancelled"], "accepted"),
        (["part_shipped"], "part_shipped"),
        (["shipped", "waiting"], "part_shipped"),
        (["shipped", "rejected"], "part_shipped"),
        (["shipped", "shipped"], "shipped"),
        (["shipped", "cancelled"], "shipped"),
        (["cancelled", "cancelled"], "cancelled"),
    ],
)
def test_an_order_is_as_far_as_its_deliveries(deliveries, expected, rows):
    made = order_of(rows, *deliveries)
    assert Document.objects.with_progress().get(pk=made.pk).progress == expected


@pytest.mark.parametrize("state", Document.State.values)
def test_a_delivery_is_as_far_as_it_says_itself(state, rows):
    Document.objects.filter(pk=rows.delivery.pk).update(state=state)
    assert Document.objects.with_progress().get(pk=rows.delivery.pk).progress == state


def test_the_pages_show_it(rows, admin_client):
    made = order_of(rows, "shipped", "cancelled")
    Document.objects.create(kind="order", reference="S2", erp_id=3, connection=rows.erp)  # so that two are found
    badge = '<span class="cd-badge cd-good">Shipped</span>'
    for address in (
        LIST,
        reverse("admin:integration_document_change", args=[made.pk]),
        reverse("admin:find") + "?q=S2",
        reverse("admin:timeline", args=[made.pk]),
        reverse("admin:timeline", args=[made.deliveries.first().pk]),
    ):
        assert badge in admin_client.get(address).text, address


def test_the_list_is_narrowed_by_what_it_shows(rows, admin_client):
    order_of(rows, "shipped", "cancelled")

    def shown(state):
        return [row.reference for row in admin_client.get(LIST, {"state": state}).context["cl"].result_list]

    assert shown("shipped") == ["D0", "S2"]
    assert shown("cancelled") == ["D1"]
    assert shown("waiting") == []
