"""The invoices, bills and credit notes of an order, as far as they were made or found from here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from integration.console import links
from integration.console.story import Family
from integration.console.words import money
from integration.models import Effect
from integration.rules.posting import NAMES, BookKind

KINDS: dict[str, BookKind] = {kind.value: kind for kind in BookKind}


@dataclass(frozen=True, slots=True)
class Entry:
    """``address``: in Odoo; ``write``: the page of the write that made it."""

    kind: BookKind
    number: str
    state: str
    net: str
    total: str
    at: datetime | None
    address: str
    write: str

    @property
    def name(self) -> str:
        return _(NAMES[self.kind])


def of(family: Family) -> list[Entry]:
    """The oldest first; each once, however many movements it is for."""
    landed = [effect for effect in family.effects if effect.verb in KINDS and effect.state == Effect.State.LANDED]
    by_entry = {_identity(effect): effect for effect in sorted(landed, key=lambda row: row.pk, reverse=True)}
    return list(_entries(sorted(by_entry.values(), key=lambda row: row.pk)))


def _identity(effect: Effect) -> object:
    return (effect.connection_id, effect.result["entry_id"]) if effect.result.get("entry_id") else effect.pk


def _entries(effects: list[Effect]) -> Iterator[Entry]:
    for effect in effects:
        told, currency = effect.result, str(effect.result.get("currency", ""))
        yield Entry(
            kind=KINDS[effect.verb],
            number=str(told.get("entry") or _("made, as a person said")),
            state=str(told.get("state", "")),
            net=_money(told.get("net"), currency),
            total=_money(told.get("total"), currency),
            at=effect.landed_at,
            address=_in_odoo(effect),
            write=links.page(effect),
        )


def _money(amount: Any, currency: str) -> str:
    return money(Decimal(amount), currency) if amount else ""


def _in_odoo(effect: Effect) -> str:
    entry = effect.result.get("entry_id")
    return links.odoo_form(effect.connection, "account.move", int(entry)) if entry else ""
