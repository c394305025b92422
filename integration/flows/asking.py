"""The request to change or cancel a delivery that the warehouse has, from Odoo's wish."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integration.adapters import registry
from integration.adapters.base import Capability
from integration.canonical.erp import Picking
from integration.canonical.orders import ChangedLine, OrderCancel, OrderChange
from integration.canonical.outgoing import Outgoing
from integration.flows import changes, sites
from integration.flows.changes import Asked, Kind
from integration.flows.releases import Delivery
from integration.jobs import remote
from integration.jobs.work import Work
from integration.models import ChangeRequest, Document
from integration.rules import changes as rules
from integration.rules import release as release_rules
from integration.rules import sayable as sayables
from integration.rules.release import Site
from integration.rules.sayable import Sayable
from integration.rules.shipping import ReleasedLine

NEEDED = {Kind.CHANGE: Capability.CHANGE, Kind.CANCEL: Capability.CANCEL}


def differs(delivery: Delivery, lines: Sequence[ReleasedLine], wish: rules.Wish, told: rules.Wish) -> bool:
    """Whether the warehouse knows otherwise, or was asked otherwise last."""
    assert delivery.known is not None  # noqa: S101
    before = changes.latest(delivery.known) if delivery.known.change_count else None
    if before is not None and before.stands:
        return bool(_since(before.wish, lines) != wish.as_json())
    return told.as_json() != wish.as_json()


def _since(before: Mapping[str, Any], lines: Sequence[ReleasedLine]) -> dict[str, Any]:
    """What was wished, had it been known what has left since."""
    left = {line.line: min(line.shipped, line.released) for line in lines}
    names = before["totals"].keys() | left.keys()
    totals = {name: max(Decimal(before["totals"].get(name, 0)), left.get(name, Decimal(0))) for name in names}
    return rules.Wish(totals, before["header"], {}).as_json()


def is_open(known: Document) -> bool:
    """Something that was asked waits for its answer, or may still go out."""
    return known.change_count > 0 and known.changes.filter(state=ChangeRequest.State.OPEN).exists()


def can_ask(delivery: Delivery, wish: rules.Wish) -> bool:
    """The warehouse takes such requests, and numbers can say it."""
    wms = registry.wms_for_receiving(remote.settings_for(delivery.warehouse.wms))
    kind = Kind.CANCEL if wish.cancels else Kind.CHANGE
    return not wish.unclear and NEEDED[kind] in wms.capabilities


def sayable(delivery: Delivery, chain: Sequence[Picking], lines: Sequence[ReleasedLine], wish: rules.Wish) -> Sayable:
    assert delivery.known is not None  # noqa: S101
    return sayables.sayable(delivery.order, chain, lines, delivery.known.told_header, wish, _site(delivery, wish))


def prepare(
    work: Work, delivery: Delivery, chain: Sequence[Picking], lines: Sequence[ReleasedLine], found: Sayable
) -> Asked:
    assert delivery.known is not None  # noqa: S101
    number, wish = delivery.known.change_count + 1, found.wish
    named = {line.line: line for line in lines}
    touched = _touched(delivery, named, wish)
    kind = Kind.CANCEL if wish.cancels else Kind.CHANGE
    document: Outgoing = OrderCancel(reason="cancelled in Odoo", **_head(delivery, number))
    if kind == Kind.CHANGE:
        site = _site(delivery, wish)
        said = tuple(_line(named.get(name), name, found, site) for name in touched)
        document = OrderChange(lines=said, **_fields(delivery, chain, found), **_head(delivery, number))
    wms = registry.wms_for_receiving(remote.settings_for(delivery.warehouse.wms))  # rendering uses no network
    return Asked(
        kind=kind,
        number=number,
        wish=wish,
        content_hash=release_rules.digest(delivery.order, delivery.picking, delivery.point),
        document=document,
        body=wms.render(document),
        lines=[(named.get(name), name, wish.totals[name]) for name in touched],
        trace_id=work.job.trace_id,
    )


def _touched(delivery: Delivery, named: Mapping[str, ReleasedLine], wish: rules.Wish) -> list[str]:
    """Lines that are wanted otherwise, and those that an unanswered request may have changed."""
    assert delivery.known is not None  # noqa: S101
    open_ones = delivery.known.changes.filter(state=ChangeRequest.State.OPEN)
    asked = set(open_ones.values_list("lines__line", flat=True))
    known = {name: line.released for name, line in named.items()}
    return [name for name, total in wish.totals.items() if total != known.get(name) or name in asked]


def _head(delivery: Delivery, number: int) -> dict[str, Any]:
    assert delivery.known is not None  # noqa: S101
    return {
        "release": delivery.known.reference,
        "change": number,
        "version": delivery.known.version,
        "site": delivery.warehouse.site,
        "owner": delivery.warehouse.owner_code,
    }


def _site(delivery: Delivery, wish: rules.Wish) -> Site:
    codes = {code for move in wish.added.values() for code in (move.sku, move.unit, move.kit) if code}
    carriers = {picking.carrier.name for picking in delivery.order.pickings if picking.carrier}
    return sites.site_of(delivery.warehouse, codes | carriers)


def _line(line: ReleasedLine | None, name: str, found: Sayable, site: Site) -> ChangedLine:
    if line is None:
        return ChangedLine(was=Decimal(0), **dict(release_rules.rendered(found.added[name], site)))
    quantity, was = (sayables.exactly(line, amount, site) for amount in (found.wish.totals[name], line.released))
    return ChangedLine(
        line=name,
        sku=line.partner_sku,
        quantity=quantity,
        was=was,
        unit=line.partner_unit,
        tracking=line.tracking,
    )


def _fields(delivery: Delivery, chain: Sequence[Picking], found: Sayable) -> dict[str, Any]:
    """Those that are not as the warehouse knows them, or that it was asked otherwise."""
    assert delivery.known is not None  # noqa: S101
    told, wanted = delivery.known.told_header, found.wish.header
    changed = {name for name, mark in wanted.items() if told.get(name) != mark}
    for asked in delivery.known.changes.filter(state=ChangeRequest.State.OPEN):
        changed |= {name for name, mark in asked.wish["header"].items() if wanted[name] != mark}
    open_one = sayables.open_picking(chain)
    if open_one is None or not changed:
        return {}
    now = {
        "ship_to": open_one.ship_to,
        "carrier": found.carrier,
        "ship_by": open_one.scheduled_at,
        "customer_reference": delivery.order.customer_reference,
    }
    return {name: now[name] for name in changed}
