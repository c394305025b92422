"""A record to read like an object: `picking.sale_id.name`, `order.order_line`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .schema import X2MANY

if TYPE_CHECKING:
    from .env import Env


class Record:
    """One record, or none (id 0, false, every field empty)."""

    __slots__ = ("env", "id", "model_name")

    def __init__(self, env: Env, model: str, record_id: int) -> None:
        self.env = env
        self.model_name = model
        self.id = record_id

    def __bool__(self) -> bool:
        return bool(self.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and (other.model_name, other.id) == (self.model_name, self.id)

    def __hash__(self) -> int:
        return hash((self.model_name, self.id))

    def __repr__(self) -> str:
        return f"{self.model_name}({self.id},)"

    def raw(self, name: str) -> Any:
        """A field as ids and plain values."""
        if name == "id":
            return self.id
        if not self.id:
            return self.env.field(self.model_name, name).empty
        return plain(self.env.value(self.model_name, self.id, name))

    def __getattr__(self, name: str) -> Any:
        field = self.env.database.fields(self.model_name).get(name)
        if field is None:
            raise AttributeError(f"{self.model_name} has no field {name}")
        value = self.raw(name)
        if field.type == "many2one":
            return self.env.browse(field.relation, value)
        if field.type in X2MANY:
            return self.env.browse_all(field.relation, value)
        return value

    @property
    def exists(self) -> bool:
        return self.id in self.env.store.table(self.model_name)

    @property
    def label(self) -> str:
        """The display name."""
        return self.env.model(self.model_name).label(self) if self.id else ""

    def put(self, **values: Any) -> None:
        """Store values and move `write_date`, without the model's own rules."""
        self.env.put(self.model_name, self.id, {key: plain(value) for key, value in values.items()})

    def touch(self) -> None:
        self.env.put(self.model_name, self.id, {})

    def write(self, **values: Any) -> None:
        """Write as a client would, rules included."""
        self.env.model(self.model_name).write([self.id], {key: plain(value) for key, value in values.items()})


def plain(value: Any) -> Any:
    """Records as ids."""
    if isinstance(value, Record):
        return value.id or False
    if isinstance(value, list) and value and isinstance(value[0], Record):
        return tuple(record.id for record in value)
    if isinstance(value, list) and not value:
        return ()
    return value
