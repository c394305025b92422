"""Files on records."""

from __future__ import annotations

import hashlib
import mimetypes
from base64 import b64decode, b64encode
from typing import Any

from ..faults import AccessError
from ..orm.access import allowed_records, check_access
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, serves

NOT_ALLOWED = "Sorry, you are not allowed to access this document."
UNKNOWN_TYPE = "application/octet-stream"
# First bytes of files -> what they are, where the name does not tell.
SIGNATURES = (
    (b"%PDF", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8", "image/jpeg"),
    (b"GIF8", "image/gif"), (b"PK\x03\x04", "application/zip"), (b"<?xml", "application/xml"),
)  # fmt: skip
COMPUTED = ("file_size", "checksum")
SIZES = ("bytes", "Kb", "Mb", "Gb")


@serves("ir.attachment")
class Attachment(Model):
    """A file; its document's rights are its own."""

    @computes("raw")
    def _raw(self, record: Record) -> Any:
        content = self._content(record.id)
        return b64decode(content).decode() if content else False

    @computes("datas")
    def _datas(self, record: Record) -> Any:
        """Base64, or under `bin_size` how much it is."""
        if self.env.context.get("bin_size") and record.file_size:
            return _human_size(record.file_size)
        return self._content(record.id) or False

    @computes("res_name")
    def _document(self, record: Record) -> Any:
        known = record.res_model in self.env.database.schema and record.res_id
        return self.env.browse(record.res_model, record.res_id).label if known else False

    def _content(self, record_id: int) -> Any:
        return self.env.store.table(self.name)[record_id].get("datas")

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"type": "binary", "company_id": self.env.company.id}

    def _create(self, values: dict[str, Any]) -> int:
        self._refuse(values.get("res_model"), values.get("res_id"), "write")
        return super()._create(self._described(values))

    def writing(self, records: list[Record], values: dict[str, Any]) -> dict[str, Any]:
        for record in records:
            self._refuse_file(record, "write")
        self._refuse(values.get("res_model"), values.get("res_id"), "write")
        if {"mimetype", "datas", "raw"} & set(values):
            return self._described(values)
        return {name: value for name, value in values.items() if name not in COMPUTED}

    def _described(self, values: dict[str, Any]) -> dict[str, Any]:
        """Size, checksum and type of what a client sends."""
        values = {name: value for name, value in values.items() if name not in COMPUTED}
        raw, datas = values.pop("raw", None), values.pop("datas", None)
        content = raw.encode() if isinstance(raw, str) else raw or b64decode(datas or b"")
        values["mimetype"] = values.get("mimetype") or _type_of(values, content)
        if raw or datas:
            values |= {
                "datas": b64encode(content).decode(),
                "file_size": len(content),
                "checksum": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
            }
        return values

    def unlinking(self, records: list[Record]) -> None:
        for record in records:
            self._refuse_file(record, "write")

    def read(self, ids: Any, fields: list[str] | None = None, load: str | None = "_classic_read") -> Any:
        for record_id in self.exists(ids):
            self._refuse_file(self.env.browse(self.name, record_id), "read")
        return super().read(ids, fields, load)

    def matching(self, domain: Any, **how: Any) -> list[int]:
        found = super().matching(domain, **how)
        if how.get("internal"):
            return found
        return [one for one in found if self._is_open(self.env.browse(self.name, one))]

    def _is_open(self, record: Record) -> bool:
        try:
            self._refuse_file(record, "read")
        except AccessError:
            return False
        return True

    def _refuse_file(self, record: Record, operation: str) -> None:
        """Raises AccessError for others' files without a document, and where the document is closed to the user."""
        if record.public and operation == "read":
            return
        if not record.res_id and record.create_uid.id != self.env.uid and not self.env.has_group("settings"):
            raise AccessError(NOT_ALLOWED)
        self._refuse(record.res_model, record.res_id, operation)

    def _refuse(self, model: Any, record_id: Any, operation: str) -> None:
        if not model or not record_id or model not in self.env.database.schema:
            return
        check_access(self.env, model, operation)
        if record_id in self.env.store.table(model) and not allowed_records(self.env, model, [record_id]):
            raise AccessError(NOT_ALLOWED)


def _type_of(values: dict[str, Any], content: bytes) -> str:
    """By the name, by the address, by the first bytes."""
    by_name = mimetypes.guess_type(str(values.get("name") or ""))[0]
    by_address = mimetypes.guess_type(str(values.get("url") or "").partition("?")[0])[0]
    by_content = next((kind for head, kind in SIGNATURES if content.startswith(head)), None)
    text = "text/plain" if content and _is_text(content) else UNKNOWN_TYPE
    return by_name or by_address or by_content or text


def _is_text(content: bytes) -> bool:
    try:
        return content.decode().isprintable() or b"\n" in content
    except UnicodeDecodeError:
        return False


def _human_size(size: int) -> str:
    number, position = float(size), 0
    while number >= 1024 and position < len(SIZES) - 1:
        number, position = number / 1024, position + 1
    return f"{number:.2f} {SIZES[position]}"
