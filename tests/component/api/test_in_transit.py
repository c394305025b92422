"""Goods between two warehouses, for whoever asks the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integration.models import Connection, Document, InTransit

pytestmark = pytest.mark.django_db


@pytest.fixture
def transfer(erp: Connection) -> Document:
    made = Document.objects.create(connection=erp, kind=Document.Kind.TRANSFER, erp_id=71, reference="WH/OUT/00071")
    usual = {"transfer": made, "product_id": 7, "unit": "Units", "location_id": 13}
    for sku, quantity, days in (("CHAIR-ASH", 5, 9), ("CHAIR-OAK", 2, 1)):
        left = timezone.now() - timedelta(days=days)
        InTransit.objects.create(**usual, sku=sku, lot=f"L-{sku}", quantity=quantity, left_at=left)
    return made


def found(api: Callable[..., Client], **filters: Any) -> list[str]:
    answer = api("orders:read").get("/api/v1/in-transit", filters)
    assert answer.status_code == 200, answer.content
    return sorted(row["sku"] for row in answer.json()["results"])


def test_what_is_on_its_way_with_its_age(api: Callable[..., Client], transfer: Document) -> None:
    [row, _] = api("orders:read").get("/api/v1/in-transit").json()["results"]
    assert (row["transfer"], row["connection"], row["sku"], row["lot"], row["quantity"]) == (
        "WH/OUT/00071", "odoo", "CHAIR-OAK", "L-CHAIR-OAK", "2",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("filters", "hits"),
    [
        ({"sku": "CHAIR-ASH"}, ["CHAIR-ASH"]),
        ({"lot": "L-CHAIR-OAK"}, ["CHAIR-OAK"]),
        ({"transfer": "WH/OUT/00071"}, ["CHAIR-ASH", "CHAIR-OAK"]),
        ({"connection": "nobody"}, []),
    ],
)
def test_it_is_narrowed(
    api: Callable[..., Client], transfer: Document, filters: dict[str, str], hits: list[str]
) -> None:
    assert found(api, **filters) == hits


def test_what_is_on_its_way_for_long(api: Callable[..., Client], transfer: Document) -> None:
    assert found(api, left_before=(timezone.now() - timedelta(days=3)).isoformat()) == ["CHAIR-ASH"]


def test_it_takes_the_right_to_read_orders(api: Callable[..., Client], transfer: Document) -> None:
    assert api("jobs:read").get("/api/v1/in-transit").status_code == 403
