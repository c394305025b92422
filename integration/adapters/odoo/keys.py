"""The keys of our own user. From 19 on Odoo makes and revokes them for a program that shows one, if an administrator
lets it; before, a person has to, behind a check of his password."""

from collections.abc import Sequence
from datetime import date

from integration.adapters.keys import OwnKey
from integration.adapters.odoo.caller import Caller
from integration.errors import ConfigurationError

KEYS = "res.users.apikeys"
EVERYTHING = "rpc"  # the scope of keys that may call what their user may


class Keys:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def names(self) -> Sequence[OwnKey]:
        fields = ["name", "expiration_date"]
        rows = self._call.rows(KEYS, [("user_id", "=", self._call.uid())], fields, order="id")
        return [OwnKey(str(row["name"]), _day(row.get("expiration_date"))) for row in rows]

    def knock(self) -> None:
        """A key that has let us in by the user's id goes on doing so until Odoo forgets it (16 to 18): we log in."""
        self._call.log_in()

    def make(self, name: str, expires: date) -> str:
        self._refuse_older()
        until = f"{expires.isoformat()} 00:00:00"
        made = self._call(KEYS, "generate", key=self._own(), scope=EVERYTHING, name=name, expiration_date=until)
        return str(made)

    def revoke(self, key: str) -> None:
        self._refuse_older()
        self._call(KEYS, "revoke", key=key)

    def _refuse_older(self) -> None:
        """Where the method is not there, its arguments, a key among them, would stand in Odoo's log."""
        if not self._call.version.makes_keys:
            detail = f"Odoo {self._call.version.major} lets no program make or revoke keys"
            raise ConfigurationError("CD-2005", connection=self._call.slug, verb=f"{KEYS}.generate", detail=detail)

    def _own(self) -> str:
        return str(self._call.settings.secrets.get("key") or "")


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)[:10]) if text else None
