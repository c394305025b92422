"""Kinds and the classes behind them."""

import pytest

from integration.adapters.base import ConnectionSettings
from integration.adapters.registry import WMS, open_erp, open_wms, wms_for_receiving
from integration.adapters.wms.http_json.adapter import HttpJsonWms
from integration.errors import ConfigurationError


def test_every_wms_kind_opens(guard) -> None:
    for kind in WMS:
        assert open_wms(ConnectionSettings("w", kind, "https://wms.example"), guard).capabilities


@pytest.mark.parametrize(("opener", "known"), [(open_wms, "http_json"), (open_erp, "odoo")])
def test_an_unknown_kind_names_the_known_ones(opener, known, guard) -> None:
    with pytest.raises(ConfigurationError) as caught:
        opener(ConnectionSettings("w", "fax", "https://wms.example"), guard)
    expected = f"w cannot be used: its kind is 'fax', and the known kinds are {known}."
    assert (caught.value.code, str(caught.value)) == ("CD-2010", expected)


def test_an_adapter_for_receiving_makes_no_calls() -> None:
    adapter = wms_for_receiving(ConnectionSettings("w", "http_json", "https://wms.example"))
    assert isinstance(adapter, HttpJsonWms)
    with pytest.raises(RuntimeError):
        adapter.find("order.release", "R1", 1)
