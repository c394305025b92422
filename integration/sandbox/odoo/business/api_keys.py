"""API keys: from 19 on a program that shows one may make and revoke them, if an administrator lets it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from ..faults import AccessDenied, UserError, ValidationError
from ..orm.access import groups_of
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import on_model, serves

ENABLED, LIMIT = "base.enable_programmatic_api_keys", "base.programmatic_api_keys_limit"
USUAL_LIMIT = 10
LONGEST = timedelta(days=90)  # of an internal user
KEY_BYTES = 20


@serves("res.users.apikeys")
class ApiKey(Model):
    """A key. What it is made of is shown once."""

    since = {"generate": 19, "revoke": 19}

    @on_model
    def generate(self, key: str, scope: Any, name: str, expiration_date: Any) -> str:
        """The new key. Raises UserError, ValidationError, AccessDenied."""
        self._check_allowed()
        until = datetime.fromisoformat(str(expiration_date)) if expiration_date else None
        limit = int(self._parameter(LIMIT) or USUAL_LIMIT)
        if len(self._valid()) >= limit:
            raise UserError(f"Limit of {limit} API keys is reached for programmatic creation")
        if key not in {row.secret for row in self._valid()}:
            raise AccessDenied("The provided API key is invalid or does not belong to the current user.")
        self._check_end(until)
        made = secrets.token_hex(KEY_BYTES)
        values = {"name": name, "user_id": self.env.uid, "scope": scope, "expiration_date": until or False}
        self.create_all([{**values, "secret": made}])
        user = self.env.user
        user.put(api_keys=(*(user.api_keys or ()), made))
        return made

    @on_model
    def revoke(self, key: str) -> bool:
        """Raises UserError, AccessDenied."""
        self._check_allowed()
        row = next((row for row in self._valid() if row.secret == key), None)
        if row is None:
            raise AccessDenied("The provided API key is invalid.")
        user = self.env.user
        user.put(api_keys=tuple(each for each in user.api_keys or () if each != key))
        self.env.store.delete(self.name, row.id)
        return True

    def _check_allowed(self) -> None:
        if "settings" not in groups_of(self.env, self.env.uid) and self._parameter(ENABLED) not in (
            "True",
            "true",
            "1",
        ):
            raise UserError("Programmatic API keys are not enabled")

    def _check_end(self, until: datetime | None) -> None:
        if "settings" in groups_of(self.env, self.env.uid):
            return
        if until is None:
            raise ValidationError("The API key must have an expiration date")
        if until > self.env.database.now() + LONGEST:
            raise ValidationError(f"You cannot exceed {float(LONGEST.days)} days.")

    def _valid(self) -> list[Record]:
        rows = self.env.find(self.name, ["user_id", "=", self.env.uid])
        now = self.env.database.now()
        return [row for row in rows if not row.expiration_date or row.expiration_date >= now]

    def _parameter(self, key: str) -> str:
        found = self.env.first("ir.config_parameter", ["key", "=", key])
        return str(found.value) if found else ""
