"""`manage.py connect warehouse`."""

from typing import Any
from zoneinfo import available_timezones

from django.core.management.base import CommandParser

from integration.jobs import warehouses
from integration.management.connecting.storing import Say, Show
from integration.management.person import operator
from integration.models import Warehouse


def add_arguments(parser: CommandParser) -> None:
    parser.add_argument("--odoo", required=True, metavar="SLUG")
    parser.add_argument("--odoo-warehouse", required=True, metavar="CODE", help="Odoo's short name of the warehouse")
    parser.add_argument("--company", type=int, metavar="ID", help="where two companies have a warehouse of this code")
    parser.add_argument("--wms", required=True, metavar="SLUG")
    parser.add_argument("--site", required=True, metavar="CODE", help="the partner's code of the warehouse")
    parser.add_argument("--owner", metavar="CODE", help="the partner's code of the goods' owner")
    parser.add_argument("--name", help="for people (default: Odoo's)")
    parser.add_argument("--time-zone", choices=sorted(available_timezones()), metavar="NAME", help="default: UTC")
    parser.add_argument("--release-point", choices=Warehouse.ReleasePoint.values, help="default: reserved")
    parser.add_argument("--remainder", choices=Warehouse.Remainder.values, help="what a final short shipment leaves")
    parser.add_argument("--notify-customer", action="store_true", default=None, help="let Odoo send its own messages")
    flows = parser.add_mutually_exclusive_group()
    flows.add_argument("--live", dest="mode", action="store_const", const=Warehouse.Mode.LIVE, help="switch flows on")
    flows.add_argument(
        "--shadow", dest="mode", action="store_const", const=Warehouse.Mode.SHADOW, help="compute, and write nothing"
    )
    flows.add_argument("--off", dest="mode", action="store_const", const=Warehouse.Mode.OFF, help="switch flows off")


def run(options: dict[str, Any], show: Show, say: Say) -> None:
    columns = ("name", "time_zone", "release_point", "remainder", "notify_customer")
    policies = {name: options[name] for name in columns if options[name] is not None}
    if options["owner"] is not None:
        policies["owner_code"] = options["owner"]
    if options["mode"] is not None:
        policies |= {"release_mode": options["mode"], "shipment_mode": options["mode"]}
    wanted = warehouses.Wanted(
        erp=options["odoo"],
        code=options["odoo_warehouse"],
        wms=options["wms"],
        site=options["site"],
        company=options["company"],
        policies=policies,
    )
    row = warehouses.connect(wanted, operator())
    say(f"{row} is site {row.site} of {row.wms}; releases are {row.release_mode}, shipments {row.shipment_mode}.")
    if row.release_mode == Warehouse.Mode.OFF:
        say("Map products, units and carriers in the console, then run this again with --shadow or --live.")
