"""Which database answers: its own number, where our user may read it, and when our user was made in it."""

from integration.adapters.base import Identity
from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.rights import Rights

PARAMETERS, NUMBER = "ir.config_parameter", "database.uuid"


def identity(call: Caller) -> Identity:
    """Parameters are for administrators only, in every version: it is asked for the right first."""
    [user] = call.rows("res.users", [("id", "=", call.uid())], ["login", "create_date"])
    return Identity(_number(call), f"{user['login']} since {user['create_date']}")


def _number(call: Caller) -> str:
    if not Rights(call).may(PARAMETERS, "read"):
        return ""
    found = call.rows(PARAMETERS, [("key", "=", NUMBER)], ["value"])
    return str(found[0]["value"] or "") if found else ""
