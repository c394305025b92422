"""Files on records. Odoo keeps the SHA-1 of the content, by which a file is found again."""

import hashlib
from base64 import b64encode

from integration.adapters.odoo.caller import Caller


class Attachments:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def find(self, model: str, record_id: int, name: str, content: bytes) -> int | None:
        checksum = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        domain = [("res_model", "=", model), ("res_id", "=", record_id), ("name", "=", name)]
        rows = self._call.rows("ir.attachment", [*domain, ("checksum", "=", checksum)], ["name"], order="id", limit=1)
        return int(rows[0]["id"]) if rows else None

    def add(self, model: str, record_id: int, name: str, content: bytes, *, media_type: str, company: int) -> int:
        """The id of the file. What is there already under this name and with this content is not added again."""
        known = self.find(model, record_id, name, content)
        if known is not None:
            return known
        values = {
            "name": name,
            "datas": b64encode(content).decode(),
            "mimetype": media_type,
            "res_model": model,
            "res_id": record_id,
        }
        return self._call.create("ir.attachment", values, companies=[company])
