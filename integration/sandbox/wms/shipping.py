"""A script of what leaves the warehouse, as a shipment confirmation."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from integration.canonical.base import Money
from integration.canonical.orders import ReleaseLine
from integration.canonical.shipments import Package, Proof, ShipmentConfirmed, ShippedLine
from integration.sandbox.wms.news import proof_of
from integration.sandbox.wms.orders import HeldOrder, Orders

ONE = Decimal(1)
Mode = Literal["full", "partial", "short", "over", "zero"]
Open = Sequence[tuple[ReleaseLine, Decimal]]
FINAL: Mapping[Mode, bool] = {"full": True, "partial": False, "short": True, "over": True, "zero": True}


class BadScript(ValueError):
    """The text says what cannot be shipped, and why."""


class Script(BaseModel):
    """``lines`` say exactly what leaves; without them ``mode`` does, from what is open.

    ``packages`` are documents, or a number of parcels to make, of ``freight_each``. ``proof``: makes a small file, or
    is one. ``faults`` are for the delivery of the message.
    """

    model_config = ConfigDict(extra="forbid")

    release: str
    shipment: str = ""
    mode: Mode = "full"
    lines: list[dict[str, Any]] | None = None
    packages: int | list[Package] = 0
    tracking: list[str] = []
    carrier: str | None = None
    freight: Money | None = None
    freight_each: Money | None = None
    proof: bool | Proof = False
    final: bool | None = None
    shipped_at: datetime | None = None
    name_lines: bool = True
    faults: list[str] = []
    delay: float = 0.0


def ship(orders: Orders, script: Script) -> ShipmentConfirmed:
    """Books the shipment and gives its confirmation. Raises BadScript, or ValidationError for impossible lines."""
    with orders.lock:
        held = orders.held.get(script.release)
        if held is None and script.lines is None:
            raise BadScript(f"{script.release} is not held: say the lines")
        number = script.shipment or f"SHP-{len(orders.shipments) + 1:06d}"
        lines, packages = _parcels(_lines(orders, held, script), script, number)
        ordered_with = held.release.carrier.code if held and held.release.carrier else ""
        final = FINAL[script.mode] if script.final is None else script.final
        confirmed = ShipmentConfirmed(
            shipment=number,
            release=script.release,
            shipped_at=script.shipped_at or datetime.now(UTC),
            carrier=ordered_with if script.carrier is None else script.carrier,
            tracking_numbers=tuple(script.tracking) or tuple(p.tracking_number for p in packages if p.tracking_number),
            freight=script.freight,
            final=final,
            shipment_count=len(orders.shipped(script.release)) + 1 if final else None,
            packages=tuple(packages),
            proof=script.proof if isinstance(script.proof, Proof) else _hand_over(number) if script.proof else None,
            lines=tuple(lines),
        )
        orders.book(confirmed)
        if held is not None:
            held.closed = confirmed.final
        return confirmed


def correct(orders: Orders, number: str, changes: Mapping[str, Any]) -> ShipmentConfirmed:
    """Confirms a shipment anew, with fields of a script, and the books forget what it was. Raises as ``ship``."""
    with orders.lock:
        place = next((at for at, each in enumerate(orders.shipments) if each.shipment == number), None)
        if place is None:
            raise BadScript(f"shipment {number} is not in the books")
        stocked, before = deepcopy(orders.items), orders.unbook(place)
        try:
            _put_back(orders, before)
            kept = {"release": before.release, "tracking": before.tracking_numbers}
            return ship(orders, Script.model_validate({**kept, **changes, "shipment": number}))
        except (BadScript, ValidationError):
            orders.items = stocked
            orders.book(before, place)
            raise


def _put_back(orders: Orders, shipment: ShipmentConfirmed) -> None:
    for line in shipment.lines:
        lots = orders.items[line.sku].lots if line.sku in orders.items else {}
        for part in line.lots:
            if part.lot in lots:
                lots[part.lot] += part.quantity


def _lines(orders: Orders, held: HeldOrder | None, script: Script) -> list[ShippedLine]:
    if script.lines is not None:
        units = {line.line: line.unit for line in held.release.lines} if held else {}
        return [
            ShippedLine.model_validate({"unit": units.get(raw.get("line", ""), "EA"), **raw}) for raw in script.lines
        ]
    assert held is not None  # noqa: S101  (ship() refuses it)
    open_lines = [(line, orders.open_quantity(script.release, line)) for line in held.release.lines]
    shares = MODES[script.mode]([(line, quantity) for line, quantity in open_lines if quantity > 0])
    if not shares:
        raise BadScript(f"{script.release} has nothing to ship in mode {script.mode}")
    return [_picked(orders, line, quantity, script.name_lines) for line, quantity in shares]


def _full(lines: Open) -> Open:
    return lines


def _partial(lines: Open) -> Open:
    halves = [(line, (quantity / 2).to_integral_value(ROUND_FLOOR)) for line, quantity in lines]
    return [(line, quantity) for line, quantity in halves if quantity > 0]


def _short(lines: Open) -> Open:
    return [*lines[:-1], *((line, max(quantity - ONE, Decimal(0))) for line, quantity in lines[-1:])]


def _over(lines: Open) -> Open:
    return [*((line, quantity + ONE) for line, quantity in lines[:1]), *lines[1:]]


def _zero(lines: Open) -> Open:
    return [(line, Decimal(0)) for line, _ in lines]


MODES: Mapping[Mode, Callable[[Open], Open]] = {
    "full": _full,
    "partial": _partial,
    "short": _short,
    "over": _over,
    "zero": _zero,
}


def _picked(orders: Orders, line: ReleaseLine, quantity: Decimal, named: bool) -> ShippedLine:
    item = orders.items.get(line.sku)
    if item is not None and item.instead:
        told = {"line": line.line, "sku": item.instead, "quantity": quantity, "unit": line.unit, "substitute": True}
        return ShippedLine.model_validate(told)
    taken: dict[str, Any] = {}
    if line.tracking == "lot" and quantity:
        taken["lots"] = _take_lots(orders, line, quantity)
    if line.tracking == "serial" and quantity:
        taken["serials"] = _take_serials(orders, line, quantity)
    name = line.line if named else None
    return ShippedLine.model_validate({"line": name, "sku": line.sku, "quantity": quantity, "unit": line.unit, **taken})


def _take_lots(orders: Orders, line: ReleaseLine, quantity: Decimal) -> list[dict[str, Any]]:
    """From the warehouse's lots in their order; without any, all from the first lot that the release names."""
    item = orders.items.get(line.sku)
    if item is None or not item.lots:
        if not line.lots:
            raise BadScript(f"no lot of {line.sku} is known")
        return [{"lot": line.lots[0], "quantity": quantity}]
    picked = []
    for lot, stocked in item.lots.items():
        share = min(stocked, quantity)
        if share > 0:
            picked.append({"lot": lot, "quantity": share})
            item.lots[lot] -= share
            quantity -= share
    if quantity > 0:
        raise BadScript(f"{quantity} of {line.sku} too few in the lots")
    return picked


def _take_serials(orders: Orders, line: ReleaseLine, quantity: Decimal) -> list[str]:
    item = orders.items.get(line.sku)
    known = dict.fromkeys([*line.lots, *(item.serials if item else ())])
    free = [number for number in known if not orders.serials_gone[number]][: int(quantity)]
    if len(free) < quantity:
        raise BadScript(f"{quantity - len(free)} serial numbers of {line.sku} too few")
    return free


def _parcels(lines: list[ShippedLine], script: Script, number: str) -> tuple[list[ShippedLine], list[Package]]:
    """Lines dealt to the parcels in turn; with fewer lines than parcels, a line without lots is split."""
    if not isinstance(script.packages, int):
        return lines, script.packages
    count = script.packages
    if not count:
        return lines, []
    while len(lines) < count and (split := _split_one(lines)) is not None:
        lines = split
    names = [f"{number}-P{index + 1}" for index in range(min(count, len(lines)))]
    dealt = [line.model_copy(update={"package": names[index % len(names)]}) for index, line in enumerate(lines)]
    cost = script.freight_each
    return dealt, [Package(package=name, tracking_number=f"TRK-{name}", freight=cost) for name in names]


def _hand_over(number: str) -> Proof:
    return proof_of(f"handed over {number}")


def _split_one(lines: list[ShippedLine]) -> list[ShippedLine] | None:
    for index, line in enumerate(lines):
        if line.quantity >= 2 and not line.lots and not line.serials:
            half = (line.quantity / 2).to_integral_value(ROUND_FLOOR)
            shares = [line.model_copy(update={"quantity": share}) for share in (half, line.quantity - half)]
            return [*lines[:index], *shares, *lines[index + 1 :]]
    return None
