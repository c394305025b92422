"""`read_group` and, since 19, `formatted_read_group`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .registry import on_model
from .searching import Searching
from .values import show

FUNCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": sum,
    "max": lambda values: max(values, default=False),
    "min": lambda values: min(values, default=False),
    "avg": lambda values: sum(values) / len(values) if values else False,
    "count": len,
    "count_distinct": lambda values: len(set(values)),
    "array_agg": list,
}


class Aggregating(Searching):
    """Sums by group."""

    def _groups(self, domain: Any, groupby: list[str]) -> dict[tuple[Any, ...], list[int]]:
        for name in groupby:
            self.public_field(name.split(":")[0])
        groups: dict[tuple[Any, ...], list[int]] = {}
        for record_id in self.matching(domain or []):
            record = self.env.browse(self.name, record_id)
            key = tuple(record.raw(name.split(":")[0]) for name in groupby)
            groups.setdefault(key, []).append(record_id)
        if not groupby and not groups:
            groups[()] = []
        return groups

    def _aggregate(self, spec: str, ids: list[int]) -> Any:
        name, _, function = spec.partition(":")
        self.public_field(name)
        values = [self.env.browse(self.name, record_id).raw(name) for record_id in ids]
        result = FUNCTIONS[function.split("(")[0] or "sum"](values)
        return round(result, 6) if isinstance(result, float) else result

    def _shown(self, name: str, value: Any) -> Any:
        return show(self.env, self.fields[name.split(":", maxsplit=1)[0]], value)

    @on_model
    def read_group(
        self,
        domain: Any,
        fields: list[str],
        groupby: Any,
        offset: int = 0,
        limit: int | None = None,
        orderby: str | bool = False,
        lazy: bool = True,
    ) -> list[dict[str, Any]]:
        names = [groupby] if isinstance(groupby, str) else list(groupby)
        used = names[:1] if lazy else names
        rows = []
        for key, ids in self._groups(domain, used).items():
            row = {name: self._shown(name, value) for name, value in zip(used, key, strict=True)}
            row[f"{used[0]}_count" if lazy and used else "__count"] = len(ids)
            for spec in fields:
                if ":" in spec:
                    row[spec.partition(":")[0]] = self._aggregate(spec, ids)
            row["__domain"] = _and(list(domain or []), _conditions(used, key))
            rows.append(row)
        return rows[offset : offset + limit if limit else None]

    @on_model
    def formatted_read_group(
        self,
        domain: Any,
        groupby: list[str] | tuple[str, ...] = (),
        aggregates: list[str] | tuple[str, ...] = (),
        having: Any = (),
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
    ) -> list[dict[str, Any]]:
        rows = []
        for key, ids in self._groups(domain, list(groupby)).items():
            row = {name: self._shown(name, value) for name, value in zip(groupby, key, strict=True)}
            row["__extra_domain"] = _and([], _conditions(list(groupby), key))
            for spec in aggregates:
                row[spec] = len(ids) if spec == "__count" else self._aggregate(spec, ids)
            rows.append(row)
        return rows[offset : offset + limit if limit else None]


def _conditions(names: list[str], key: tuple[Any, ...]) -> list[Any]:
    return [[name, "=", value] for name, value in zip(names, key, strict=True)]


def _and(domain: list[Any], conditions: list[Any]) -> list[Any]:
    """All conditions in one domain, joined as Odoo joins them: operators first."""
    leaves = [item for item in domain if isinstance(item, (list, tuple))]
    operators = len(leaves) - 1 - sum(1 for item in domain if item in ("&", "|")) if leaves else 0
    normal = ["&"] * max(operators, 0) + domain
    terms = ([normal] if domain else []) + [[condition] for condition in conditions]
    return ["&"] * (len(terms) - 1) + [item for term in terms for item in term]
