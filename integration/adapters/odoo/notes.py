"""Notes on records, and things to do: each carries a short mark in its text by which it is found again."""

import hashlib
from html import escape

from integration.adapters.odoo.caller import Caller

NOTE = "mail.mt_note"
TO_DO = "mail.mail_activity_data_todo"


def mark_of(key: str) -> str:
    """What a note's text ends with: short, and no two keys share it."""
    return f"[Crossdock {hashlib.sha256(key.encode()).hexdigest()[:12]}]"


class Notes:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def find(self, model: str, record_id: int, key: str) -> int | None:
        domain = [("model", "=", model), ("res_id", "=", record_id), ("body", "ilike", mark_of(key))]
        rows = self._call.rows("mail.message", domain, ["date"], order="id", limit=1)
        return int(rows[0]["id"]) if rows else None

    def say(self, model: str, record_id: int, text: str, *, key: str, company: int) -> int:
        """The id of the message. Odoo 16 takes the text as HTML, later ones as text."""
        body = f"{text} {mark_of(key)}"
        body = escape(body) if self._call.version.major == 16 else body
        made = self._call(
            model,
            "message_post",
            [record_id],
            body=body,
            message_type="comment",
            subtype_xmlid=NOTE,
            companies=[company],
        )
        return int(made[0] if isinstance(made, list) else made)


class Activities:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def find(self, model: str, record_id: int, key: str) -> int | None:
        """None: it was never made, or it is done."""
        domain = [("res_model", "=", model), ("res_id", "=", record_id), ("note", "ilike", mark_of(key))]
        rows = self._call.rows("mail.activity", domain, ["summary"], order="id", limit=1)
        return int(rows[0]["id"]) if rows else None

    def open(self, model: str, record_id: int, summary: str, text: str, *, key: str, company: int) -> int:
        """For the integration user, due today. Its model goes by the context: few users may read ``ir.model``."""
        note = f"<p>{escape(text)} {mark_of(key)}</p>"
        values = {"res_id": record_id, "summary": summary, "note": note}
        how = {"companies": [company], "context": {"default_res_model": model}}
        return self._call.create("mail.activity", values, **how)

    def close(self, activity_id: int, feedback: str, *, company: int) -> None:
        """Odoo writes into the record's chatter that it is done, and what was to do."""
        self._call("mail.activity", "action_feedback", [activity_id], feedback=feedback, companies=[company])
