"""Customers, addresses, companies, users."""

from __future__ import annotations

from typing import Any

from ..faults import UserError, ValidationError
from ..orm.access import GROUPS, group_name
from ..orm.env import Env
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, on_model, on_records, serves
from .places import plant_places

NO_SENDER = "Unable to send message, please configure the sender's email address."


def check_sender(env: Env) -> None:
    """Before 19 a user without an e-mail address cannot post in the chatter. Raises UserError."""
    if env.traits.number <= 18 and not env.user.email:
        raise UserError(NO_SENDER)


@serves("res.partner")
class Partner(Model):
    """A customer, a vendor or one of their addresses."""

    def label(self, record: Record) -> str:
        if record.parent_id and not record.is_company:
            name = record.name or str(record.type or "").title()
            return f"{record.parent_id.name}, {name}"
        return str(record.name or "")

    @computes("complete_name")
    def _complete_name(self, record: Record) -> str:
        return self.label(record)

    @computes("commercial_partner_id")
    def _commercial(self, record: Record) -> int:
        top = record
        while top.parent_id and not top.is_company:
            top = top.parent_id
        return top.id

    @computes("commercial_company_name")
    def _company_name(self, record: Record) -> Any:
        top = record.commercial_partner_id
        return top.name if top.is_company else record.company_name

    @computes("country_code")
    def _country_code(self, record: Record) -> Any:
        return record.country_id.code

    @computes("property_delivery_carrier_id")
    def _carrier(self, record: Record) -> Any:
        return self.env.store.table(self.name)[record.id].get("property_delivery_carrier_id", False)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"active": True, "type": "contact", "lang": "en_US", "is_company": False}

    def check(self, record: Record) -> None:
        above = record.parent_id
        while above:
            if above == record:
                raise ValidationError("You cannot create recursive Partner hierarchies.")
            above = above.parent_id

    @on_records
    def address_get(self, ids: Any, adr_pref: list[str] | None = None) -> dict[str, int]:
        """Partner id by kind of address."""
        partner = self.records(ids)[0]
        family = [partner, *partner.commercial_partner_id.child_ids, partner.commercial_partner_id]
        found = {kind: next((one.id for one in family if one.type == kind), partner.id) for kind in adr_pref or []}
        return {"contact": partner.id, **found}


@serves("res.country.state")
class State(Model):
    """A state of a country."""

    def label(self, record: Record) -> str:
        return f"{record.name} ({record.country_id.code})" if record.country_id else str(record.name)


@serves("res.company")
class Company(Model):
    """A company."""

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        partner = self.env.model("res.partner").create_all([{"name": values.get("name"), "is_company": True}])
        currency = self.env.first("res.currency", ["name", "=", "USD"])
        return {"partner_id": partner[0], "currency_id": currency.id}

    def created(self, record: Record, values: dict[str, Any]) -> None:
        if self.env.first("stock.location", ["usage", "=", "inventory"]):
            plant_places(record)


@serves("res.groups")
class Group(Model):
    """A group; kept by its key, named as the version names it."""

    def label(self, record: Record) -> str:
        return group_name(self.env.traits.version, record.raw("name"))

    @computes("full_name")
    def _full_name(self, record: Record) -> str:
        return self.label(record)


@serves("res.users")
class User(Model):
    """A login."""

    def label(self, record: Record) -> str:
        return str(record.name or record.login)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        user_group = self.env.first("res.groups", ["name", "=", "user"])
        return {
            "active": True,
            "company_id": 1,
            "company_ids": [[6, 0, [1]]],
            "name": values.get("login"),
            "groups_id": [[6, 0, [user_group.id]]],
        }

    @on_records
    def has_group(self, ids: Any, group_ext_id: str) -> bool:
        """The calling user is in the group with this external id."""
        held = {group.raw("name") for group in self.env.user.groups_id}
        waiting, seen = list(held), set()
        while waiting:
            key = waiting.pop()
            seen.add(GROUPS[key][0])
            waiting.extend(GROUPS[key][1])
        return group_ext_id in seen

    @on_model
    def context_get(self) -> dict[str, Any]:
        return {"lang": self.env.user.lang or "en_US", "tz": False, "uid": self.env.uid}
