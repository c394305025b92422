"""`manage.py downtime_pack`: what a warehouse works by while systems are down, as files."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from integration.jobs import pack_pages, packs
from integration.management.person import PlainCommand, operator
from integration.models import DowntimePack, Warehouse


class Command(PlainCommand):
    help = "Writes sheets to print and a form to fill in, of every warehouse that ships or of one. They hold addresses."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--site", default="", help="the partner's code of the warehouse; without it all of them")
        parser.add_argument("--into", default=".", help="the folder; files there are replaced")
        parser.add_argument("--latest", action="store_true", help="take the packs that beat made, make none anew")

    def handle(self, *, site: str, into: str, latest: bool, **_: Any) -> None:
        ships = Warehouse.objects.filter(Warehouse.with_flow("shipment", Warehouse.Mode.LIVE)).select_related(
            "wms", "erp"
        )
        wanted = list(ships.filter(site=site) if site else ships)
        if not wanted:
            raise CommandError(f"No warehouse with site {site} ships." if site else "No warehouse ships yet.")
        for warehouse in wanted:
            self._write(packs.of(warehouse) if latest else packs.make(warehouse), Path(into))

    def _write(self, pack: DowntimePack, folder: Path) -> None:
        name = f"downtime-{pack.warehouse.pk}"
        packs.taken_out(pack, operator(), "by the command line")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.html").write_text(pack_pages.html(pack), encoding="utf-8")
            (folder / f"{name}.csv").write_bytes(pack_pages.form(pack))
        except OSError as wrong:
            raise CommandError(f"The pack cannot be written to {folder}: {wrong.strerror}") from wrong
        made = f"{pack.made_at:%Y-%m-%d %H:%M} UTC"
        self.stdout.write(f"{pack.warehouse}: {pack.orders} releases as of {made} in {folder / name}.html and .csv")
