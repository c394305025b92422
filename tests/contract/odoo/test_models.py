"""S02: the sandbox has the models and fields that the recorded servers had."""

import gzip
import json
from importlib.resources import files
from typing import Any

import pytest

from integration.sandbox.odoo import SandboxOdoo
from tests.contract.odoo.client import Client
from tests.contract.odoo.distil_fields import recorded as distilled
from tests.contract.odoo.recording import VERSIONS, fields_of, recording


@pytest.mark.parametrize("version", VERSIONS)
def test_models_and_fields_are_the_recorded_ones(version: str) -> None:
    exists, missing = recording(version, "S02_fields").steps
    with SandboxOdoo(version=version, seed="empty") as odoo:
        client = Client(odoo, "jsonrpc")
        counts = {model: len(client.call(model, "fields_get")) for model in exists.result}
        _result, fault = client.jsonrpc("stock.production.lot", "fields_get", [], {})
    assert counts == {model: len(fields_of(version)[model]) for model in exists.result}
    assert missing.fault is not None
    assert fault is not None
    assert fault["data"]["message"] == "Object stock.production.lot doesn't exist"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_field_is_described_as_recorded(version: str) -> None:
    with SandboxOdoo(version=version, seed="empty") as odoo:
        answer: dict[str, Any] = Client(odoo, "jsonrpc").call("stock.picking", "fields_get")
    for name, attributes in fields_of(version)["stock.picking"].items():
        assert attributes.items() <= answer[name].items()


@pytest.mark.parametrize("version", VERSIONS)
def test_the_sandboxs_field_tables_are_distilled_from_the_recordings(version: str) -> None:
    packed = files("integration.sandbox.odoo.data").joinpath(f"fields-{version}.json.gz").read_bytes()
    assert json.loads(gzip.decompress(packed)) == json.loads(distilled(version))
