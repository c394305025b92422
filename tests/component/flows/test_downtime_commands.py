"""The pack and the form by the command line and by the API, from a real release to Odoo's delivery."""

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from integration.jobs import packs, tokens
from integration.models import AuditEvent, CodeMapping, DowntimePack, Recovery, Warehouse
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


def said(*command: str) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_a_form_goes_out_and_comes_back_filled_in(yard: Yard, tmp_path: Path) -> None:
    sale = yard.released(("CRATE-S", 3))
    assert "1 releases as of" in said("downtime_pack", "--site", "NORTH", "--into", str(tmp_path))
    [form], [sheets] = tmp_path.glob("*.csv"), tmp_path.glob("*.html")
    assert sale.release in sheets.read_text()
    [row] = csv.DictReader(form.read_text(encoding="utf-8-sig").splitlines())
    filled = [{**row, "quantity": row["open"], "shipped_at": "2026-05-04 10:00"}]
    with form.open("w", newline="") as write:
        writer = csv.DictWriter(write, list(row), delimiter=";")  # as a spreadsheet of another country saves it
        writer.writeheader()
        writer.writerows(filled)
    assert said("downtime_load", str(form), "--site", "NORTH", "--check").startswith("1 shipments are new")
    assert said("downtime_load", str(form), "--site", "NORTH").startswith("1 shipments are taken")
    yard.run()
    assert (yard.odoo.delivered(sale.id), yard.cases()) == ({"CRATE-S": 3}, [])
    assert said("downtime_load", str(form), "--site", "NORTH").startswith("0 shipments are taken, 1 were loaded before")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("downtime_pack", "--site", "X"), "No warehouse with site X ships"),
        (("downtime_load", "/nowhere.csv", "--site", "NORTH"), "cannot be read"),
        (("downtime_load", "/nowhere.csv", "--site", "X"), "There is no warehouse with site X"),
        (("recovery", "begin", "--why", "x", "--lost-after", "noon"), "noon is no moment"),
        (("recovery", "begin", "--why", "x", "--lost-after", "2999-01-01T10:00"), "still to come"),
        (("recovery", "begin", "--why", "x"), "say --lost-after"),
    ],
)
def test_what_is_wrong_is_said(yard: Yard, command: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        said(*command)


def test_a_recovery_by_hand(yard: Yard) -> None:
    yard.erp.__class__.objects.update(settle_seconds=0)
    began = said("recovery", "begin", "--why", "restored", "--lost-after", "2026-05-04T10:00")
    assert "Lost: what happened after 2026-05-04 10:00:00 UTC." in began
    assert "have Northgate 3PL send again every message since then" in began
    yard.run()
    assert said("recovery", "release", "--why", "done").startswith("Released: 0 jobs")
    assert (said("recovery", "status"), Recovery.objects.count()) == ("Nothing is locked.\n", 1)


def test_the_warehouse_pulls_its_pack_by_the_api(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    packs.make_all()
    _, token = tokens.make("warehouse", ["downtime:read"], None)
    _, other = tokens.make("other", ["orders:read"], None)
    about = f"/api/v1/downtime-packs/{yard.warehouse.pk}"
    got = Client().get(about, headers={"authorization": f"Bearer {token}"}).json()
    assert (got["site"], got["orders"], sale.release in got["form"], sale.release in got["sheets"]) == (
        "NORTH", 1, True, True,
    )  # fmt: skip
    listed = Client().get("/api/v1/downtime-packs?site=NORTH", headers={"authorization": f"Bearer {token}"}).json()
    assert "sheets" not in listed["results"][0]
    assert Client().get(about, headers={"authorization": f"Bearer {other}"}).status_code == 403
    assert AuditEvent.objects.get(verb="take out downtime pack").actor.startswith("token warehouse")


def test_a_pack_is_encrypted_and_replaced(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    packs.make_all()
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM integration_downtimepack")
        assert sale.release.encode() not in bytes(cursor.fetchone()[0])
    yard.shipped(sale)
    packs.make_all()
    assert [(pack.orders, pack.content["releases"]) for pack in DowntimePack.objects.all()] == [(0, [])]


def test_what_is_wrong_with_one_warehouse_keeps_no_other_from_its_pack(yard: Yard) -> None:
    yard.released(("CRATE-S", 3))
    other = Warehouse.objects.get()
    other.pk, other.name, other.site, other.erp_warehouse_id = None, "Other", "SOUTH", 99
    other.save()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE integration_outboundmessage SET body = 'of another key'::bytea")
    assert packs.make_all() == 1
    assert DowntimePack.objects.get().warehouse == other


def test_what_is_not_released_stands_apart_with_the_reason(yard: Yard) -> None:
    CodeMapping.objects.filter(odoo_code="ROPE-10").delete()
    sale = yard.sell(("ROPE-10", 2))
    yard.look()
    content = packs.make(yard.warehouse).content
    assert content["releases"] == []
    [waits] = content["waiting"]
    assert (waits["order"], waits["release"]) == (sale.name, sale.release)
    assert (waits["lines"][0]["sku"], "ROPE-10" in waits["why"]) == ("ROPE-10", True)
