"""One call for a record with everything below it, whatever the version offers.

17 and later read nested specifications (``web_search_read``); 16 exports paths (``export_data``), which is folded back
into the same shape: many2one as a row or None, x2many as a list of rows, empty values as None.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integration.adapters.odoo.caller import Caller, Row
from integration.errors import Forbidden, Rejected

Spec = Mapping[str, Any]  # field name -> Spec of the record behind it; {} for a plain value
Domain = Sequence[object]
_MANY = ("one2many", "many2many")


class Reading:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def by_id(self, model: str, ids: Sequence[int], spec: Spec) -> list[Row]:
        """Records in the order of ``ids``; those that are gone are left out."""
        if not ids:
            return []
        if self._call.version.nested_read:
            rows = self.search(model, [("id", "in", list(ids))], spec)
        else:
            rows = self._exported(model, ids, spec)
        order = {number: place for place, number in enumerate(ids)}
        return sorted(rows, key=lambda row: order[row["id"]])

    def search(self, model: str, domain: Domain, spec: Spec, *, limit: int | None = None) -> list[Row]:
        """By id, ascending."""
        how: dict[str, Any] = {"order": "id", **({"limit": limit} if limit else {})}
        if not self._call.version.nested_read:
            found = self._call(model, "search", domain=list(domain), **how)
            return self._exported(model, found, spec) if found else []
        known = self.known(model, spec)
        if limit:
            how["count_limit"] = limit
        answer = self._call(model, "web_search_read", domain=list(domain), specification=_specification(known), **how)
        return [_cleaned(row) for row in answer["records"]]

    def known(self, model: str, spec: Spec) -> Spec:
        """The part of ``spec`` that this server has."""
        about = self._call.fields(model, spec)
        known = {
            name: self.known(about[name]["relation"], below) if below else {}
            for name, below in spec.items()
            if name in about
        }
        return known or {"id": {}}

    def _exported(self, model: str, ids: Sequence[int], spec: Spec) -> list[Row]:
        known = self.known(model, spec)
        paths = list(_paths(known))
        try:
            answer = self._call(
                model, "export_data", list(ids), fields_to_export=paths, context={"import_compat": False}
            )
        except Rejected as error:
            left = self._call(model, "search", domain=[("id", "in", list(ids))], order="id")
            if len(left) == len(ids):
                raise self._may_not_export(error) from None
            return self._exported(model, left, spec) if left else []  # one that is gone fails the whole export
        return list(self._fold(model, known, "", [dict(zip(paths, row, strict=True)) for row in answer["datas"]]))

    def _may_not_export(self, error: Rejected) -> Forbidden:
        detail = f"Odoo 16 needs the group 'Access to export feature' ({error.context.get('detail')})"
        return Forbidden("CD-2004", connection=self._call.slug, verb="export data", detail=detail)

    def _fold(self, model: str, spec: Spec, prefix: str, lines: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
        """A record begins where its own id stands; the lines below it belong to it until the next one."""
        starts = [place for place, line in enumerate(lines) if line[f"{prefix}.id"]]
        about = self._call.fields(model, spec)
        for start, end in itertools.pairwise([*starts, len(lines)]):
            own = lines[start:end]
            row: dict[str, Any] = {"id": int(own[0][f"{prefix}.id"])}
            for name, below in _named(spec):
                row[name] = self._folded(about[name], below, f"{prefix}{name}", own)
            yield row

    def _folded(self, about: Mapping[str, Any], below: Spec, path: str, lines: Sequence[Mapping[str, Any]]) -> Any:
        if about["type"] in (*_MANY, "many2one"):
            rows = list(self._fold(about["relation"], below, f"{path}/", lines))
            return rows if about["type"] in _MANY else next(iter(rows), None)
        value = lines[0][path]
        if about["type"] == "selection":
            return next((key for key, label in about["selection"] if label == value), value or None)
        return None if value == "" else value


def _specification(spec: Spec) -> dict[str, Any]:
    return {name: {"fields": _specification(below)} if below else {} for name, below in spec.items()}


def _paths(spec: Spec, prefix: str = "") -> Iterator[str]:
    yield f"{prefix}.id"
    for name, below in _named(spec):
        if below:
            yield from _paths(below, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}"


def _named(spec: Spec) -> Iterator[tuple[str, Spec]]:
    return ((name, below) for name, below in spec.items() if name != "id")


def _cleaned(value: Any) -> Any:
    """Odoo writes an empty text, date or link as false; a real boolean field is never asked as None."""
    if isinstance(value, Mapping):
        return {name: _cleaned(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_cleaned(part) for part in value]
    return None if value is False else value


__all__ = ["Domain", "Reading", "Row", "Spec"]
