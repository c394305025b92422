"""The contract's JSON Schemas are served to whoever asks, as they are published."""

import json

from django.test import Client

from integration.management.commands.schemas import FOLDER

NAME = "v2/received/shipment.confirmed"


def test_each_message_has_an_address(client: Client) -> None:
    answer = client.get("/api/v1/schemas")

    found = answer.json()["schemas"]
    assert (answer.status_code, len(found)) == (200, 44)
    assert found[NAME] == "/api/v1/schemas/v2/received/shipment.confirmed.json"


def test_there_is_the_published_schema(client: Client) -> None:
    answer = client.get(f"/api/v1/schemas/{NAME}.json")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/schema+json")
    assert answer.json() == json.loads((FOLDER / f"{NAME}.json").read_text())


def test_of_another_name_there_is_none(client: Client) -> None:
    assert client.get("/api/v1/schemas/v1/received/order.lost.json").status_code == 404
    assert client.get("/api/v1/schemas/../../settings.json").status_code == 404
