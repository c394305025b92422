"""`search` and its relatives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from .access import allowed_records
from .domain import compile_domain, refuse_hidden
from .links import INVERSES, ORDER, ORDER_BEFORE
from .reading import Reading
from .registry import on_model

_INDEXED = {(model, column) for model, column in INVERSES.values()}


class Searching(Reading):
    """Finding records."""

    def matching(
        self,
        domain: Any,
        *,
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
        internal: bool = False,
    ) -> list[int]:
        """Ids in order. Archived and hidden records stay out, unless the sandbox itself looks for them."""
        test = compile_domain(self.env, self.name, domain)
        if not internal:
            refuse_hidden(self.env, self.name, domain)
        found = [record_id for record_id in self._candidates(domain) if test(record_id)]
        if not internal:
            found = allowed_records(self.env, self.name, found if _names_active(domain) else self.visible(found))
        found = self.sort(found, order)
        return found[offset : offset + limit if limit else None]

    def visible(self, ids: Iterable[int]) -> list[int]:
        """Without archived records, where the context does not ask for them."""
        if "active" not in self.fields or self.env.context.get("active_test") is False:
            return list(ids)
        return [record_id for record_id in ids if self.env.value(self.name, record_id, "active")]

    def _candidates(self, domain: Any) -> list[int]:
        """Few ids that hold all matches: narrowed by the plain conditions on ids and indexed links."""
        rows = self.env.store.table(self.name)
        if any(isinstance(item, str) for item in domain):
            return list(rows)
        for leaf in domain:
            if len(leaf) == 3 and leaf[1] in ("=", "in") and leaf[2]:
                found = self._narrowed(leaf[0], leaf[2] if leaf[1] == "in" else [leaf[2]])
                if found is not None:
                    return [record_id for record_id in dict.fromkeys(found) if record_id in rows]
        return list(rows)

    def _narrowed(self, name: Any, values: Any) -> list[int] | None:
        if not isinstance(values, (list, tuple)) or not all(isinstance(value, int) and value for value in values):
            return None
        if name == "id":
            return list(values)
        field = self.fields.get(str(name))
        if field is None or (self.name, field.column) not in self.env.store.indexes:
            return None
        return self.env.store.ids_pointing(self.name, field.column, values)

    def sort(self, ids: Iterable[int], order: str | None) -> list[int]:
        """Ids by an `order` text; by the model's own order without one."""
        ordered = list(ids)
        for name, descending in reversed(self._order(order)):
            ordered.sort(key=lambda record_id, name=name: self._key(record_id, name), reverse=descending)  # type: ignore[misc]
        return ordered

    def _order(self, order: str | None) -> list[tuple[str, bool]]:
        own = ORDER_BEFORE.get(self.env.traits.version, {}).get(self.name) or ORDER.get(self.name, "id")
        terms = []
        for term in (order or own).split(","):
            words = term.split()
            name = words[0].split(":")[0]
            if name.partition(".")[0] not in self.fields:
                raise ValueError(f"Invalid field {name!r} on model '{self.name}'")
            terms.append((name.partition(".")[0], len(words) > 1 and words[1].lower() == "desc"))
        return terms

    def _key(self, record_id: int, name: str) -> tuple[bool, Any]:
        """Empty values last when ascending, as PostgreSQL sorts NULL."""
        if name == "id":
            return (False, record_id)
        value = self.env.browse(self.name, record_id).raw(name)
        field = self.fields[name]
        if field.type == "many2one":
            return (not value, self._target_key(field.relation, value))
        empty = value is False and field.type != "boolean"
        if field.type == "date" or field.type == "datetime":
            return (empty, value.isoformat() if isinstance(value, (date, datetime)) else "")
        return (empty, "" if empty else (value.lower() if isinstance(value, str) else value))

    def _target_key(self, target: str, record_id: Any) -> Any:
        if not record_id:
            return ()
        model = self.env.model(target)
        return tuple(model._key(record_id, name) for name, _descending in model._order(None)[:2])

    @on_model
    def search(self, domain: Any, offset: int = 0, limit: int | None = None, order: str | None = None) -> list[int]:
        return self.matching(domain, offset=offset or 0, limit=limit, order=order)

    @on_model
    def search_count(self, domain: Any, limit: int | None = None) -> int:
        return len(self.matching(domain, limit=limit))

    @on_model
    def search_read(
        self,
        domain: Any = None,
        fields: list[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
        load: str | None = "_classic_read",
    ) -> list[dict[str, Any]]:
        found = self.matching(domain or [], offset=offset or 0, limit=limit, order=order)
        return self.read(found, fields, load)

    @on_model
    def name_search(
        self, name: str = "", domain: Any = None, operator: str = "ilike", limit: int | None = 100
    ) -> list[list[Any]]:
        found = self.matching(list(domain or []), limit=None)
        pairs: list[list[Any]] = [[record_id, self.env.browse(self.name, record_id).label] for record_id in found]
        wanted = [pair for pair in pairs if _name_matches(operator, pair[1], name)]
        return wanted[: limit or None]


def _names_active(domain: Any) -> bool:
    return any(isinstance(leaf, (list, tuple)) and leaf[0] == "active" for leaf in domain)


def _name_matches(operator: str, label: str, name: str) -> bool:
    if not name:
        return True
    if operator in ("=", "=like"):
        return label == name
    return name.lower() in label.lower()
