"""Crossdock's surroundings for a bench or a drill: the demo's stand-ins, configured for another pace."""

import secrets

from integration.management.demo import town
from integration.management.demo.town import Town
from integration.sandbox.day.odoo import OdooAddress


def new_town(sign: str = "") -> Town:
    """Its token goes by the command line, where it must not begin with a dash."""
    return Town(wms_slug=f"{town.WMS}{sign}", wms_token=secrets.token_hex(24))


def odoo_of(place: Town) -> OdooAddress:
    return OdooAddress(place.odoo_url, town.DATABASE, town.LOGIN, place.odoo_key)


def setup(place: Town) -> dict[str, str]:
    """What the demo's ``Setup`` is made from."""
    return {
        "odoo_slug": town.ODOO,
        "odoo_url": place.odoo_url,
        "odoo_database": town.DATABASE,
        "odoo_login": town.LOGIN,
        "odoo_key": place.odoo_key,
        "hint_token": place.hint_token,
        "hint_url": place.hint_url,
        "wms_slug": place.wms_slug,
        "wms_url": place.wms_url,
        "wms_token": place.wms_token,
        "signing": place.signing,
        "password": place.password,
    }
