"""The stand-in's answer to a request to change or cancel an order: how far each line is decides."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integration.canonical.base import Part
from integration.canonical.orders import (
    STAGES,
    AnsweredLine,
    CancelAccepted,
    CancelRefused,
    ChangeAccepted,
    ChangedLine,
    ChangePartlyAccepted,
    ChangeRefused,
    OrderCancel,
    OrderChange,
    ReleaseLine,
    Stage,
)
from integration.sandbox.wms.orders import HeldOrder, Orders

NOTHING = Decimal(0)
LAST_FOR_MORE: Stage = "accepted"
LAST_FOR_LESS: Stage = "picking"
LAST_FOR_FIELDS: Stage = "picked"
FIELDS = ("ship_to", "carrier", "ship_by", "customer_reference")
Told = tuple[str, Part]


def answer(orders: Orders, order: HeldOrder, asked: OrderChange | OrderCancel) -> Told:
    """The message's type and its document; what is granted is done to the order. Hold the orders' lock."""
    if isinstance(asked, OrderCancel):
        return _cancel(orders, order, asked)
    return _change(orders, order, asked)


def stage(orders: Orders, order: HeldOrder, line: str) -> Stage:
    if order.closed:
        return "shipped"
    return order.stages.get(line, order.stage)


def _until(last: Stage, now: Stage) -> bool:
    return STAGES.index(now) <= STAGES.index(last)


def _cancel(orders: Orders, order: HeldOrder, asked: OrderCancel) -> Told:
    names = {"release": asked.release, "change": asked.change}
    lines = [(line, stage(orders, order, line.line)) for line in order.release.lines]
    late = [(line, now) for line, now in lines if not _until(LAST_FOR_LESS, now) or order.picked.get(line.line)]
    if not late:
        order.closed, order.status = True, "cancelled"
        return "order.cancel.accepted", CancelAccepted(**names)
    told = tuple(AnsweredLine(line=line.line, quantity=line.quantity, stage=now) for line, now in lines)
    return "order.cancel.refused", CancelRefused(**names, reason=f"too late: {late[0][1]}", lines=told)


def _change(orders: Orders, order: HeldOrder, asked: OrderChange) -> Told:
    names = {"release": asked.release, "change": asked.change}
    held = {line.line: line for line in order.release.lines}
    granted = {line.line: _granted(orders, order, held.get(line.line), line) for line in asked.lines}
    short = [line for line in asked.lines if granted[line.line] != line.quantity]
    wanted = [name for name in FIELDS if getattr(asked, name) is not None]
    refused = () if _until(LAST_FOR_FIELDS, stage(orders, order, "")) else tuple(wanted)
    nothing = len(short) == len(asked.lines) and set(refused) == set(wanted)
    kept = all(granted[line.line] == (held[line.line].quantity if line.line in held else 0) for line in short)
    told = tuple(_answered(orders, order, line, granted[line.line]) for line in short)
    if nothing and kept:
        now = told[0].stage if told else stage(orders, order, "")
        return "order.change.refused", ChangeRefused(**names, reason=f"too late: {now}", lines=told)
    _apply(order, asked, granted, {name: getattr(asked, name) for name in wanted if name not in refused})
    if not short and not refused:
        return "order.change.accepted", ChangeAccepted(**names)
    return "order.change.partly_accepted", ChangePartlyAccepted(**names, lines=told, refused=refused)


def _granted(orders: Orders, order: HeldOrder, held: ReleaseLine | None, asked: ChangedLine) -> Decimal:
    now, has = stage(orders, order, asked.line), held.quantity if held else NOTHING
    if asked.quantity > has:
        return asked.quantity if _until(LAST_FOR_MORE, now) else has
    if not _until(LAST_FOR_LESS, now):
        return has
    gone = has - orders.open_quantity(order.release.release, held) if held else NOTHING
    return max(asked.quantity, gone, min(has, order.picked.get(asked.line, NOTHING)))


def _answered(orders: Orders, order: HeldOrder, asked: ChangedLine, granted: Decimal) -> AnsweredLine:
    now = stage(orders, order, asked.line)
    return AnsweredLine(line=asked.line, quantity=granted, stage=now, reason=f"it is {now} already")


def _apply(order: HeldOrder, asked: OrderChange, granted: Mapping[str, Decimal], fields: Mapping[str, Any]) -> None:
    lines = {line.line: line for line in order.release.lines}
    for line in asked.lines:
        known = lines.get(line.line)
        if known is not None:
            lines[line.line] = known.model_copy(update={"quantity": granted[line.line]})
        elif granted[line.line]:
            shown = line.model_dump(exclude={"was", "quantity"})
            lines[line.line] = ReleaseLine(quantity=granted[line.line], **shown)
    order.release = order.release.model_copy(update={"lines": tuple(lines.values()), **fields})
