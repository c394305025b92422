"""Things to do on records: for a person, until a day."""

from __future__ import annotations

from html import escape
from typing import Any

from ..faults import AccessError, ValidationError
from ..orm.access import check_access
from ..orm.importing import external_id
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, on_records, serves
from .messages import Message

DONE = "mail.mt_activities"
TO_DO = "mail.mail_activity_data_todo"
NO_DOCUMENT = "Activities have to be linked to records with a not null res_id."


@serves("mail.activity")
class Activity(Model):
    """One thing to do. Whoever may write its document may write it, and so may its user and its author."""

    def label(self, record: Record) -> str:
        return str(record.summary or record.activity_type_id.name or "")

    @computes("state")
    def _state(self, record: Record) -> str:
        today = self.env.now.date()
        if record.date_deadline == today:
            return "today"
        return "overdue" if record.date_deadline < today else "planned"

    @computes("res_name")
    def _document(self, record: Record) -> Any:
        return _document_of(record).label

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        kind = external_id(self.env, TO_DO, "mail.activity.type")
        usual = {"activity_type_id": kind, "date_deadline": self.env.now.date(), "user_id": self.env.uid}
        named = self.env.context.get("default_res_model")
        models = self.env.find("ir.model", ["model", "=", named]) if named else []
        return {**usual, **({"res_model_id": models[0].id} if models else {})}

    def created(self, record: Record, values: dict[str, Any]) -> None:
        check_access(self.env, record.res_model, "write")

    def check(self, record: Record) -> None:
        if not record.res_id:
            raise ValidationError(f"The operation cannot be completed: {NO_DOCUMENT}")

    def writing(self, records: list[Record], values: dict[str, Any]) -> dict[str, Any]:
        for record in records:
            self._refuse(record)
        return values

    def unlinking(self, records: list[Record]) -> None:
        for record in records:
            self._refuse(record)

    def _refuse(self, record: Record) -> None:
        """Raises AccessError for others' activities on documents that the user may not write."""
        if self.env.uid not in (record.user_id.id, record.create_uid.id):
            check_access(self.env, record.res_model, "write")

    def matching(self, domain: Any, **how: Any) -> list[int]:
        found = super().matching(domain, **how)
        if how.get("internal"):
            return found
        return [one for one in found if self._is_seen(self.env.browse(self.name, one))]

    def _is_seen(self, record: Record) -> bool:
        try:
            self._refuse(record)
        except AccessError:
            return False
        return True

    @on_records
    def action_done(self, ids: Any) -> int | bool:
        return self.action_feedback(ids)

    @on_records
    def action_feedback(
        self, ids: Any, feedback: str | bool = False, attachment_ids: list[int] | None = None
    ) -> int | bool:
        """Done: a message says so on the document, and the activity is gone. The id of the first message."""
        records = self.records(ids)
        posted = [self._tell(record, feedback, attachment_ids or []) for record in records]
        self.unlink([record.id for record in records])
        return posted[0] if posted else False

    def _tell(self, record: Record, feedback: str | bool, files: list[int]) -> int:
        document = _document_of(record)
        values = {"body": self._text(record, feedback), "body_is_html": True, "message_type": "notification"}
        values |= {"subject": False, "parent_id": False, "subtype_id": False, "subtype_xmlid": DONE}
        values |= {"attachments": [], "attachment_ids": files}
        message = Message(self.env, "mail.message").post(document, values)
        self.env.put("mail.message", message, {"mail_activity_type_id": record.activity_type_id.id or False})
        return message

    def _text(self, record: Record, feedback: str | bool) -> str:
        """What was to do, its note, and what its user says of it."""
        user = record.user_id
        whose = f" (originally assigned to {escape(user.label)})" if user.id != self.env.uid else ""
        summary = f": {escape(record.summary)}" if record.summary else ""
        lines = [f"<p>{escape(record.activity_type_id.name or '')} done{whose}{summary}</p>"]
        if record.note:
            lines.append(f"<div>Original note:</div><div>{record.note}</div>")
        if feedback:
            lines.append(f"<div><div>Feedback:</div>{'<br>'.join(escape(str(feedback)).splitlines())}</div>")
        return f"<div>{''.join(lines)}</div>"


def _document_of(record: Record) -> Record:
    return record.env.browse(record.res_model, record.res_id)
