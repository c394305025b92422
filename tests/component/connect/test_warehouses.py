"""Connecting a WMS, and saying which warehouse is which."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from integration.models import Connection, Warehouse
from tests.component.connect.conftest import SIGNING, TOKEN, Person

PAIR = ("--odoo=odoo", "--wms=wms", "--odoo-warehouse=WH", "--site=MAIN")
OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def test_a_wms_is_stored_and_its_webhook_address_told(person: Person, stored: Callable[[str], Any]) -> None:
    said = person.connect_wms()
    row = stored("wms")
    assert (row.kind, row.base_url, row.secrets) == ("http_json", person.wms.url, {"signing": SIGNING, "token": TOKEN})
    assert "It sends its messages to http://127.0.0.1:8000/api/v1/webhooks/wms" in said


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "http://127.0.0.1:9"}, "wms cannot be reached"),
        ({"signing": "whsec_a"}, "wms cannot be used: a signing secret cannot be read"),
        ({"signing": "whsec_c2hvcnQ="}, "wms cannot be used: a signing secret is too short"),
        ({"url": ""}, "--url is missing."),
    ],
)
def test_nothing_is_stored_of_a_wms_that_cannot_be_used(person: Person, changed: dict[str, str], said: str) -> None:
    with pytest.raises(CommandError) as wrong:
        person.connect_wms(**changed)
    assert str(wrong.value).startswith(said)
    assert not Connection.objects.exists()


def test_secrets_come_from_files_too(person: Person, stored: Callable[[str], Any], tmp_path: Path) -> None:
    (tmp_path / "signing").write_text(f"{SIGNING}\n")
    (tmp_path / "token").write_text(TOKEN)
    files = [f"--{name}-file={tmp_path / name}" for name in ("signing", "token")]
    person.connect("wms", "--slug=wms", f"--url={person.wms.url}", *files)
    assert stored("wms").secrets == {"signing": SIGNING, "token": TOKEN}


def test_a_secret_is_changed_in_two_steps(person: Person, stored: Callable[[str], Any]) -> None:
    person.connect_wms()
    person.connect_wms("--keep-previous", signing=OTHER)
    assert stored("wms").secrets == {"signing": OTHER, "signing_previous": SIGNING, "token": TOKEN}
    person.connect_wms("--drop-previous", signing=OTHER)
    assert stored("wms").secrets == {"signing": OTHER, "token": TOKEN}


@pytest.fixture
def both(person: Person) -> Person:
    person.connect_odoo()
    person.connect_wms()
    return person


def test_a_warehouse_is_off_until_it_is_switched_on(both: Person) -> None:
    both.connect("warehouse", *PAIR, "--release-point=confirmed", "--owner=HARBOR")
    row = Warehouse.objects.get()
    assert (row.name, row.erp_warehouse_id, row.company_id, row.site) == ("Harbor Supply", 1, 1, "MAIN")
    assert (row.owner_code, row.release_point, row.release_mode, row.shipment_mode) == (
        "HARBOR",
        "confirmed",
        "off",
        "off",
    )
    both.connect("warehouse", *PAIR, "--live")
    row.refresh_from_db()
    assert (row.owner_code, row.release_point, row.release_mode, row.shipment_mode) == (
        "HARBOR",
        "confirmed",
        "live",
        "live",
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("--odoo-warehouse=XX", "odoo has no warehouse XX. It has: WH."),
        ("--odoo=other", "There is no connection other. Connected are: odoo, wms."),
        ("--odoo=wms", "wms must be an Odoo and wms a warehouse system."),
    ],
)
def test_a_warehouse_that_does_not_exist_is_refused(both: Person, changed: str, said: str) -> None:
    with pytest.raises(CommandError) as wrong:
        both.connect("warehouse", *PAIR, changed)
    assert str(wrong.value) == said
    assert not Warehouse.objects.exists()


def test_delivery_steps_that_are_not_supported_are_refused_by_name(both: Person, stored: Callable[[str], Any]) -> None:
    row = stored("odoo")
    fix = "Set the warehouse to deliver in one step; cross_dock is not supported."
    row.profile["findings"] = [
        {"name": "warehouse WH: delivery steps", "ok": False, "detail": "cross_dock", "fix": fix}
    ]
    row.save()
    with pytest.raises(CommandError, match="cross_dock is not supported"):
        both.connect("warehouse", *PAIR)


def test_a_site_is_one_warehouse_only(both: Person, stored: Callable[[str], Any]) -> None:
    both.connect("warehouse", *PAIR)
    Warehouse.objects.update(erp_warehouse_id=7)
    with pytest.raises(CommandError, match="wms has another Odoo warehouse for site MAIN"):
        both.connect("warehouse", *PAIR)
    assert Warehouse.objects.count() == 1
