"""A downtime pack as what people hold: sheets to print, which need nothing but a browser, and a form to fill in."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string

from integration.jobs import packs, sheets
from integration.models import DowntimePack
from integration.rules.shipment_sheet import COLUMNS

TEMPLATE = "downtime/sheets.html"
MOMENT = "%Y-%m-%d %H:%M"  # written here: a template would take it to the zone of who looks on
ADDRESS = ("company", "name", "street", "street2", "postcode", "city", "state", "country", "phone")


def html(pack: DowntimePack) -> str:
    """A page by itself: no other file and no server is needed to show or to print it."""
    zone = ZoneInfo(pack.warehouse.time_zone)
    releases = [{**each, **_for_people(each, zone)} for each in pack.content.get("releases", ())]
    context = {
        "warehouse": pack.warehouse,
        "zone": pack.warehouse.time_zone,
        "made_at": f"{pack.made_at.astimezone(zone):{MOMENT}}",
        "left_out": pack.left_out,
        "releases": releases,
        "waiting": pack.content.get("waiting", ()),
    }
    return render_to_string(TEMPLATE, context)


def form(pack: DowntimePack) -> bytes:
    """CSV, as spreadsheets know it."""
    return sheets.write_csv(COLUMNS, packs.form_rows(pack))


def _for_people(release: dict[str, Any], zone: ZoneInfo) -> dict[str, object]:
    address = release["ship_to"]
    due = release["ship_by"]
    shown = datetime.fromisoformat(due).astimezone(zone).strftime(MOMENT) if due else ""
    lines = dict.fromkeys(address[name] for name in ADDRESS if address.get(name))  # a company is its own contact
    return {"address": list(lines), "ship_by": shown}
