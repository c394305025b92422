"""Messages in the chatter of records."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Any

from ..faults import AccessError
from ..orm.access import check_access
from ..orm.importing import external_id
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, serves
from .partners import check_sender

NOTE = "mail.mt_note"
OPEN = ("account.move",)  # whoever may read these may post on them
NOT_POSTED = "Use message_notify to send a notification to an user."


@serves("mail.message")
class Message(Model):
    """A message. Whoever may read its document may read it."""

    def label(self, record: Record) -> str:
        return str(record.record_name or f"mail.message,{record.id}")

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        check_sender(self.env)
        author = self.env.user.partner_id
        sender = f'"{author.name}" <{self.env.user.email}>' if self.env.user.email else False
        return {"author_id": author.id, "email_from": sender, "date": self.env.second, "message_type": "notification"}

    @computes("attachment_ids")
    def _files(self, record: Record) -> Any:
        kept = self.env.store.table(self.name)[record.id].get("attachment_ids") or ()
        return tuple(one for one in kept if one in self.env.store.table("ir.attachment"))

    def matching(self, domain: Any, **how: Any) -> list[int]:
        found = super().matching(domain, **how)
        return found if how.get("internal") else [one for one in found if self._readable(one)]

    def _readable(self, message_id: int) -> bool:
        model = self.env.store.table(self.name)[message_id].get("model")
        try:
            check_access(self.env, str(model), "read")
        except AccessError:
            return False
        return True

    def post(self, record: Record, values: dict[str, Any]) -> int:
        """What `message_post` does. Raises ValueError for what is no message on a document."""
        if values["message_type"] == "user_notification":
            raise ValueError(NOT_POSTED)
        check_sender(self.env)
        check_access(self.env, record.model_name, "read" if record.model_name in OPEN else "write")
        given = self._given_files(record, values["attachment_ids"])
        files = [*given, *(self._file(record, one) for one in values["attachments"])]
        subtype = values["subtype_id"] or self._subtype(values["subtype_xmlid"] or NOTE)
        row = {name: values[name] for name in ("subject", "message_type", "parent_id")}
        row |= {
            "model": record.model_name,
            "res_id": record.id,
            "record_name": record.label,
            "body": self._body(values),
            "subtype_id": subtype,
            "attachment_ids": [[6, 0, files]],
            "is_internal": bool(self.env.browse("mail.message.subtype", subtype).internal),
        }
        return self.create_all([row])[0]

    def _body(self, values: dict[str, Any]) -> str:
        text = str(values["body"] or "")
        return escape(text) if self.env.traits.escapes_bodies and not values["body_is_html"] else text

    def _subtype(self, name: str) -> int:
        found = external_id(self.env, name, "mail.message.subtype")
        if not found:
            raise ValueError(f"External ID not found in the system: {name}")
        return found

    def _given_files(self, record: Record, ids: list[int]) -> list[int]:
        """Files that a client made for a message not sent yet become the document's."""
        for file in self.env.existing("ir.attachment", ids):
            if file.res_model == "mail.compose.message" and file.create_uid.id == self.env.uid:
                file.put(res_model=record.model_name, res_id=record.id)
        return ids

    def _file(self, record: Record, named: Any) -> int:
        """A file out of its name and its content, which is not base64 here."""
        name, content = named[0], named[1]
        content = content.encode() if isinstance(content, str) else bytes(content)
        values = {"name": name, "datas": b64encode(content).decode(), "res_id": record.id}
        return self.env.model("ir.attachment").create_all([{**values, "res_model": record.model_name}])[0]


def post_note(record: Record, body: str) -> int:
    """A note of the server itself, as HTML. Raises UserError before 19 for users without an e-mail address."""
    values = {"body": body, "body_is_html": True, "message_type": "notification", "subject": False, "parent_id": False}
    values |= {"subtype_xmlid": NOTE, "subtype_id": False, "attachments": [], "attachment_ids": []}
    return Message(record.env, "mail.message").post(record, values)
