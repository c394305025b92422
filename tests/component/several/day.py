"""A day that every warehouse has at the same time: each step is taken by all of them before anybody works."""

from collections.abc import Callable
from typing import Any

from integration.jobs import differences, inventories, sweep
from integration.models import ExceptionCase
from tests.component.flows.test_transfers import Route
from tests.component.flows.yard import SOMEBODY
from tests.component.several.house import LOT, OTHER, House
from tests.component.several.town import Town

ROUTE = ("ALPHA", 6)  # from the one warehouse of the first company to its other


def play(town: Town) -> None:
    sweep.start_masters("master_sweep")
    _each(town, trade)
    route = _send(town)
    town.look()
    _each(town, agree)
    town.harbor.wms.accept(route[0])
    town.run()
    _each(town, change_minds)
    town.look()
    _each(town, ship)
    town.harbor.wms.ship(route[0])
    town.run()
    _each(town, receive)
    town.south.wms.accept("", advice=route[1])
    town.south.wms.receive(route[1])
    town.run()
    _each(town, follow)
    town.run()
    _each(town, send_back)
    town.look()
    _each(town, take_back)
    _each(town, tidy)
    town.run()
    _approve(town)
    _each(town, list_stock)
    inventories.start_reads()
    inventories.start_watches()
    sweep.start_masters("master_poll")
    town.look()


def trade(house: House) -> None:
    house.papers["full"] = house.sell(("ALPHA", 4), ("SHARED", 2))
    house.papers["changed"] = house.sell(("BETA", 5))
    house.papers["dropped"] = house.sell(("ALPHA", 3))
    house.papers["bought"] = house.buy(("ALPHA", 10), ("SHARED", 8))


def agree(house: House) -> None:
    for name in ("full", "changed", "dropped"):
        house.wms.accept(house.papers[name].release)
    house.wms.accept("", advice=house.papers["bought"].advice)


def change_minds(house: House) -> None:
    house.odoo.order_more(house.papers["changed"].id, "BETA", 7)
    house.odoo.cancel(house.papers["dropped"].id)
    house.wms.progress(house.papers["full"].release, "picked")


def ship(house: House) -> None:
    sale, cost = house.papers["full"], {"amount": "4.50", "currency": house.company.currency}
    parcel = {"package": "BOX-1", "tracking_number": f"T-{house.site}"}
    house.papers["shipment"] = house.wms.ship(
        sale.release, packages=[parcel], freight=cost, proof=True, lines=_packed(house, sale.release)
    )
    house.wms.ship(house.papers["changed"].release, "partial")


def receive(house: House) -> None:
    house.wms.receive(house.papers["bought"].advice, "partial", damaged="1")
    house.wms.ship(house.papers["changed"].release)


def follow(house: House) -> None:
    house.wms.track(house.papers["shipment"]["shipment"], "delivered", proof=True)
    received = house.wms.receive(house.papers["bought"].advice)
    line = {"sku": house.company.codes["ALPHA"], "quantity": "2", "unit": "EA", "to_location": "A-01"}
    house.floor("put-away", receipt=received["receipt"], lines=[line])


def send_back(house: House) -> None:
    house.papers["announced"] = house.odoo.send_back(house.papers["changed"].release, 2)


def take_back(house: House) -> None:
    house.floor("return", advice=house.papers["announced"], lines=[_back(house, "BETA", 2, "resell")])
    lot = {"lots": [{"lot": OTHER, "quantity": "1"}]}
    blind = [_back(house, "ALPHA", 1, "scrap"), _back(house, "SHARED", 1, "quarantine", **lot)]
    house.floor("return", release=house.papers["full"].release, lines=blind)


def tidy(house: House) -> None:
    codes = house.company.codes
    house.floor("adjust", lines=[{"sku": codes["ALPHA"], "quantity": "-2", "reason": "BROKEN"}])
    house.floor("adjust", lines=[{"sku": codes["BETA"], "quantity": "3", "to_condition": "damaged", "reason": "WET"}])
    house.floor("stock", lines=[{"sku": codes["SHARED"], "lot": LOT, "quantity": "-1"}])  # nobody saw it go
    house.floor("count", lines=[{"sku": codes["SHARED"], "lot": LOT}])


def list_stock(house: House) -> None:
    house.floor("snapshot")


def _each(town: Town, act: Callable[[House], None]) -> None:
    for house in town.houses:
        act(house)


def _send(town: Town) -> tuple[str, str]:
    odoo, south = town.harbor.odoo, town.south
    [row] = odoo.rows("stock.warehouse", [["code", "=", "SW"]], "lot_stock_id")
    on_the_road = {"name": "On the road", "usage": "transit", "company_id": town.harbor.company.id}
    road = odoo.call("stock.location", "create", on_the_road)
    return Route(town.harbor, south.warehouse, row["lot_stock_id"], road).send(ROUTE)


def _packed(house: House, release: str) -> list[dict[str, Any]]:
    [held] = [each for each in house.wms.books() if each["release"] == release]
    lines = [
        {"line": line["line"], "sku": line["sku"], "quantity": line["ordered"], "unit": line["unit"]}
        for line in held["lines"]
    ]
    for line in lines:
        line["package"] = "BOX-1"
        if house.ours(line["sku"]) == "SHARED":
            line["lots"] = [{"lot": OTHER, "quantity": line["quantity"]}]  # not the one that Odoo reserved
    return lines


def _back(house: House, code: str, quantity: int, disposition: str, **more: Any) -> dict[str, Any]:
    line = {"sku": house.company.codes[code], "quantity": str(quantity), "unit": "EA", "disposition": disposition}
    return {**line, **more}


def _approve(town: Town) -> None:
    """Rules of the first company's warehouses let their differences through; the second has none."""
    waiting = list(ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED).order_by("code"))
    assert [(case.code, case.cause.partition(" ")[0]) for case in waiting] == [
        ("CD-8001", "Eastgate"),
        ("CD-8002", "Eastgate"),
    ]
    for case in waiting:
        differences.approve(case.pk, SOMEBODY, "counted again")
    town.run()
