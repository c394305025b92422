"""Asking for one's own rights."""

from __future__ import annotations

from typing import Any

from ..faults import AccessError
from .access import check_access, check_records
from .base import Part, as_ids
from .registry import on_model, on_records


class Permitting(Part):
    """`check_access_rights` (until 18), `check_access` and `has_access` (since 18)."""

    @on_model
    def check_access_rights(self, operation: str, raise_exception: bool = True) -> bool:
        return self._allowed(operation, [], raise_exception)

    @on_records
    def has_access(self, ids: Any, operation: str) -> bool:
        return self._allowed(operation, as_ids(ids), raise_exception=False)

    @on_records
    def check_access(self, ids: Any, operation: str) -> None:
        self._allowed(operation, as_ids(ids), raise_exception=True)

    def _allowed(self, operation: str, ids: list[int], raise_exception: bool) -> bool:
        try:
            check_access(self.env, self.name, operation)
            check_records(self.env, self.name, ids)
        except AccessError:
            if raise_exception:
                raise
            return False
        return True
