"""The database of one sandbox and the environment of one call: who calls, with which context, when."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..faults import MissingError, UnknownModel
from ..traits import Traits
from .access import groups_of
from .companies import as_kept, column_of
from .links import ALSO_INDEXED, INHERITS, INVERSES, RELATED
from .record import Record
from .registry import model_class
from .schema import X2MANY, Field, Fields, load_schema
from .store import Row, Store

if TYPE_CHECKING:
    from .model import Model

Hook = Callable[[], None]


class Watch:
    """Told of every change; the business side puts automation rules in its place."""

    def before_write(self, env: Env, model: str, record_id: int) -> list[Any]:
        return []

    def after_write(self, candidates: list[Any]) -> None:
        pass

    def after_create(self, env: Env, model: str, record_id: int) -> None:
        pass


class Outside:
    """The database as it was before the open transaction, put together when somebody looks: that takes longer the more
    there is, and mostly nobody does. The transaction goes on only when nobody is looking any more."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._copy: Store | None = None
        self._over = False

    def look(self) -> Store | None:
        """None: the transaction has gone on meanwhile."""
        with self._lock:
            if self._copy is None and not self._over:
                self._copy = self._store.committed()
            return self._copy

    def end(self) -> None:
        with self._lock:
            self._over = True


@dataclass
class Database:
    """Everything that one sandbox remembers."""

    name: str
    traits: Traits
    store: Store = field(default_factory=Store)
    clock_offset: timedelta = timedelta()
    validated: dict[int, float] = field(default_factory=dict)  # picking -> when, for calls that overlap
    imported: dict[str, float] = field(default_factory=dict)  # external id -> when
    apps: frozenset[str] = frozenset()  # beyond the recorded ones
    outside: Outside | None = None
    watch: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        self.schema = load_schema(self.traits.version, self.apps)
        for model, column in [*INVERSES.values(), *ALSO_INDEXED]:
            self.store.index(model, column)

    def now(self) -> datetime:
        """The database's clock, naive UTC as PostgreSQL keeps it."""
        return (datetime.now(UTC) + self.clock_offset).replace(tzinfo=None)

    @contextmanager
    def shown_as_before(self) -> Iterator[None]:
        """While this lasts, readers from outside see the database as it was before the open transaction."""
        self.outside = outside = Outside(self.store)
        try:
            yield
        finally:
            self.outside = None
            outside.end()

    def clock(self) -> float:
        """A clock for what happens at the same time, in seconds."""
        return time.monotonic()

    def fields(self, model: str) -> Fields:
        try:
            return self.schema[model]
        except KeyError:
            raise UnknownModel(model) from None


class Env:
    """One call: user, context, the transaction's time, and access to records."""

    def __init__(
        self, database: Database, uid: int, context: dict[str, Any] | None = None, store: Store | None = None
    ) -> None:
        self.database = database
        self.store = store or database.store
        self.traits = database.traits
        self.uid = uid
        self.context = context or {}
        self.now = database.now()
        self.arrived = 0.0
        self.after_commit: list[Hook] = []
        self.watch = database.watch
        self._models: dict[str, Model] = {}

    def with_context(self, **extra: Any) -> Env:
        """The same transaction under a changed context."""
        other = Env(self.database, self.uid, {**self.context, **extra}, self.store)
        other.now, other.arrived, other.after_commit = self.now, self.arrived, self.after_commit
        return other

    @property
    def second(self) -> datetime:
        """The transaction's time as Odoo's own date fields keep it."""
        return self.now.replace(microsecond=0)

    @property
    def user(self) -> Record:
        return self.browse("res.users", self.uid)

    @property
    def company(self) -> Record:
        allowed = self.context.get("allowed_company_ids")
        return self.browse("res.company", allowed[0] if allowed else self.user.company_id.id or 1)

    def has_group(self, key: str) -> bool:
        """The calling user is in a group, or in one that includes it."""
        return key in groups_of(self, self.uid)

    def model(self, name: str) -> Model:
        if name not in self._models:
            self.database.fields(name)
            self._models[name] = model_class(name)(self, name)
        return self._models[name]

    def browse(self, model: str, record_id: int | bool | None) -> Record:
        return Record(self, model, int(record_id or 0))

    def browse_all(self, model: str, ids: Iterable[int]) -> list[Record]:
        return [Record(self, model, record_id) for record_id in ids]

    def existing(self, model: str, ids: Iterable[int]) -> list[Record]:
        """Records by id. Raises MissingError for the first that is not there."""
        rows = self.store.table(model)
        for record_id in ids:
            if record_id not in rows:
                raise MissingError(model, record_id, self.uid)
        return self.browse_all(model, ids)

    def find(self, model: str, *domain: Any, limit: int | None = None, order: str | None = None) -> list[Record]:
        """Records that match the conditions, archived ones too."""
        found = self.model(model).matching(list(domain), limit=limit, order=order, internal=True)
        return self.browse_all(model, found)

    def first(self, model: str, *domain: Any) -> Record:
        return next(iter(self.find(model, *domain, limit=1)), self.browse(model, 0))

    def value(self, model: str, record_id: int, name: str) -> Any:
        """A field as it is kept: ids for links, tuples of ids for lists."""
        column = self.database.fields(model)[name].column
        compute = self.model(model).computes.get(column)
        if compute:
            return compute(self.model(model), Record(self, model, record_id))
        path = RELATED.get(model, {}).get(column)
        if path:
            return self._walk(model, record_id, path)
        if model in INHERITS and self._inherited(model, column):
            link, parent, _own = INHERITS[model]
            return self.value(parent, self.store.table(model)[record_id][link], name)
        if (model, column) in INVERSES:
            return self._pointing(model, record_id, column)
        kept = column_of(self, model, column)
        return self.store.table(model)[record_id].get(kept, self.database.fields(model)[name].empty)

    def _inherited(self, model: str, column: str) -> bool:
        _link, parent, own = INHERITS[model]
        shared = column in self.database.fields(parent) and column not in own
        return shared and column not in ("id", "display_name", "create_date", "write_date", "create_uid", "write_uid")

    def _walk(self, model: str, record_id: int, path: str) -> Any:
        *links, last = path.split(".")
        record = Record(self, model, record_id)
        for link in links:
            record = getattr(record, link)
        return record.raw(last)

    def _pointing(self, model: str, record_id: int, column: str) -> tuple[int, ...]:
        target, inverse = INVERSES[model, column]
        if target not in self.database.schema:
            return ()
        found = self.store.ids_pointing(target, inverse, [record_id])
        return tuple(self.model(target).sort(self.model(target).visible(found), None))

    def field(self, model: str, name: str) -> Field:
        return self.database.fields(model)[name]

    def is_list(self, model: str, name: str) -> bool:
        return self.field(model, name).type in X2MANY

    def put(self, model: str, record_id: int, values: Row, *, touch: bool = True) -> None:
        """Store converted values; `touch` moves `write_date` as any write does."""
        stamp = {"write_date": self.now, "write_uid": self.uid} if touch else {}
        candidates = self.watch.before_write(self, model, record_id)
        self.store.update(model, record_id, {**as_kept(self, model, values), **stamp})
        if candidates:
            self.watch.after_write(candidates)
