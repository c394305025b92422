"""What the parts of a model share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from .env import Env
    from .record import Record
    from .schema import Fields

LOG_FIELDS = ("id", "create_date", "create_uid", "write_date", "write_uid")


class Part:
    """A part of a model: the environment and the hooks that business classes override."""

    computes: ClassVar[dict[str, Callable[..., Any]]]

    def __init__(self, env: Env, name: str) -> None:
        self.env = env
        self.name = name

    @property
    def fields(self) -> Fields:
        return self.env.database.fields(self.name)

    def shown_name(self, column: str) -> str:
        """What this version calls a column."""
        names = (name for name, field in self.fields.items() if field.column == column and not field.hidden)
        return next(names, column)

    def records(self, ids: Iterable[int]) -> list[Record]:
        """Existing records. Raises MissingError."""
        return self.env.existing(self.name, as_ids(ids))

    def label(self, record: Record) -> str:
        """The display name."""
        if "name" in self.fields:
            return str(record.raw("name") or "")
        return f"{self.name},{record.id}"

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        """Values for what a `create` leaves out, given what it brings."""
        return {"active": True}

    def check(self, record: Record) -> None:
        """Constraints, after every create and write. Raises ValidationError."""

    def created(self, record: Record, values: dict[str, Any]) -> None:
        """After a create, lists included."""

    def writing(self, records: list[Record], values: dict[str, Any]) -> dict[str, Any]:
        """Before a write: refuse or amend the values."""
        return values

    def written(self, records: list[Record], values: dict[str, Any]) -> None:
        """After a write, lists included."""

    def unlinking(self, records: list[Record]) -> None:
        """Before an unlink: refuse, or clear away what hangs on the records."""


def as_ids(ids: Any) -> list[int]:
    """Ids as clients give them: a list or a single number."""
    if isinstance(ids, (list, tuple)):
        return list(ids)
    return [ids] if ids else []
