"""`load`: rows of text become records, recognised by external ids; errors come back as messages, never as faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..faults import DatabaseError, OdooFault, serialization_failure
from .access import check_access
from .registry import on_model
from .schema import Field
from .writing import Writing

Row = list[Any]
TRUE_WORDS = ("1", "true", "yes")


class BadCell(Exception):
    """One cell cannot be understood."""

    def __init__(self, column: Field, message: str) -> None:
        super().__init__(message)
        self.column = column


@dataclass
class Chunk:
    """One record of the file: its cells by column name, its sub-rows by list field, and where it stood."""

    first: int
    last: int
    cells: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[Row]] = field(default_factory=dict)


class Importing(Writing):
    """Importing rows."""

    @on_model
    def load(self, fields: list[str], data: list[Row]) -> dict[str, Any]:
        mark = self.env.store.mark
        ids: list[int] = []
        messages: list[dict[str, Any]] = []
        for number, chunk in enumerate(self._chunks([name.split("/") for name in fields], data)):
            try:
                ids.append(self._load_one(chunk))
            except BadCell as error:
                messages.append(_message(number, chunk, str(error), error.column))
            except (OdooFault, DatabaseError, ValueError, KeyError) as error:
                messages.append(_message(number, chunk, str(error), None))
        if messages:
            self.env.store.rollback(mark)
        return {"ids": False if messages else ids, "messages": messages, "nextrow": 0}

    def _chunks(self, paths: list[list[str]], data: list[Row]) -> list[Chunk]:
        """Rows by record: a row with nothing but list cells goes on with the record above it."""
        chunks: list[Chunk] = []
        for number, row in enumerate(data):
            own = {"/".join(path): row[i] for i, path in enumerate(paths) if not self._in_list(path)}
            if not chunks or any(value not in ("", False, None) for value in own.values()):
                chunks.append(Chunk(number, number, own))
            chunks[-1].last = number
            for name in {path[0] for path in paths if self._in_list(path)}:
                cells = [row[i] for i, path in enumerate(paths) if path[0] == name]
                if any(value not in ("", False, None) for value in cells):
                    chunks[-1].lists.setdefault(name, []).append(cells)
        for chunk in chunks:
            chunk.lists = {
                name: [[path[1:] for path in paths if path[0] == name], *rows] for name, rows in chunk.lists.items()
            }
        return chunks

    def _in_list(self, path: list[str]) -> bool:
        field = self.fields.get(path[0])
        return len(path) > 1 and field is not None and field.type == "one2many"

    def _load_one(self, chunk: Chunk) -> int:
        """Create or update one record. Raises BadCell and whatever create and write raise."""
        known = self._known(chunk.cells)
        if (
            self.env.arrived
            and self.env.database.imported.get(str(chunk.cells.get("id") or ""), 0.0) > self.env.arrived
        ):
            raise serialization_failure()  # made by another call while this one was on its way
        values = self._values(chunk, known)
        check_access(self.env, self.name, "write" if known else "create")
        if known:
            self.write([known], values)
            record_id = known
        else:
            record_id = self.create_all([values])[0]
        self._remember(str(chunk.cells.get("id") or ""), record_id)
        return record_id

    def _known(self, cells: dict[str, Any]) -> int:
        """The id of the record that the cells name, 0 for a new one."""
        if cells.get(".id"):
            return int(cells[".id"])
        return external_id(self.env, str(cells.get("id") or ""), self.name)

    def _remember(self, name: str, record_id: int) -> None:
        if not name or external_id(self.env, name, self.name):
            return
        self.env.database.imported[name] = self.env.database.clock()
        module, _, rest = name.rpartition(".")
        row = {"module": module or "__import__", "name": rest, "model": self.name, "res_id": record_id}
        self.env.model("ir.model.data").create_all([row])

    def _values(self, chunk: Chunk, known: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, cell in chunk.cells.items():
            if name not in ("id", ".id"):
                values[name.split("/")[0]] = self._cell(name, cell)
        for name, rows in chunk.lists.items():
            lines = self.env.model(self.fields[name].relation)
            values[name] = [lines._command(line) for line in lines._chunks(rows[0], rows[1:])]
        return values

    def _command(self, chunk: Chunk) -> list[Any]:
        """The command that writes one line of a list."""
        known = self._known(chunk.cells)
        values = self._values(chunk, known)
        if known:
            return [1, known, values]
        name = str(chunk.cells.get("id") or "")
        return [0, 0, {**values, **({"__external_id__": name} if name else {})}]

    def _create(self, values: dict[str, Any]) -> int:
        name = values.pop("__external_id__", "")
        record_id = super()._create(values)
        self._remember(name, record_id)
        return record_id

    def _cell(self, name: str, cell: Any) -> Any:
        """One cell as a value for create or write. Raises BadCell."""
        head, _, key = name.partition("/")
        column = self.public_field(head)
        if cell in ("", False, None):
            return False
        if column.type == "many2one":
            return self._link(column, key, cell)
        if column.type in ("float", "monetary", "integer"):
            return _number(column, cell)
        if column.type == "boolean":
            return str(cell).lower() in TRUE_WORDS
        return _choice(column, cell) if column.type == "selection" else cell

    def _link(self, column: Field, key: str, cell: Any) -> int:
        target = column.relation
        if key == ".id":
            if not str(cell).isdigit() or int(cell) not in self.env.store.table(target):
                raise BadCell(column, f"No matching record found for database id '{cell}' in field '{column.label}'")
            return int(cell)
        if key == "id":
            found = external_id(self.env, str(cell), target)
            if not found:
                raise BadCell(column, f"No matching record found for external id '{cell}' in field '{column.label}'")
            return found
        named = self.env.model(target).name_search(str(cell), [], "=", 1)
        if not named:
            raise BadCell(column, f"No matching record found for name '{cell}' in field '{column.label}'")
        return int(named[0][0])


def external_id(env: Any, name: str, model: str) -> int:
    """The id of the record with an external id, 0 if there is none."""
    if not name:
        return 0
    module, _, rest = name.rpartition(".")
    found = env.first(
        "ir.model.data", ["module", "=", module or "__import__"], ["name", "=", rest], ["model", "=", model]
    )
    return int(found.res_id) if found else 0


def _number(column: Field, cell: Any) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError):
        kind = "an integer" if column.type == "integer" else "a number"
        raise BadCell(column, f"'{cell}' does not seem to be {kind} for field '{column.label}'") from None


def _choice(column: Field, cell: Any) -> Any:
    for value, label in column.attributes.get("selection", []):
        if str(cell).lower() in (str(value).lower(), str(label).lower()):
            return value
    raise BadCell(column, f"Value '{cell}' not found in selection field '{column.label}'")


def _message(number: int, chunk: Chunk, text: str, column: Field | None) -> dict[str, Any]:
    message: dict[str, Any] = {
        "rows": {"from": chunk.first, "to": chunk.last},
        "type": "error",
        "record": number,
        "message": text,
    }
    if column is not None:
        message |= {"field": column.name, "field_name": column.label}
    return message
