"""`message_post`: what every record with a chatter answers. The messages' own rules are business."""

from __future__ import annotations

from typing import Any

from .base import Part
from .registry import on_records

# Models with a chatter; on all others the method is unknown.
THREADS = (
    "account.move", "product.product", "product.template", "purchase.order", "res.partner", "sale.order", "stock.lot",
    "stock.picking", "stock.scrap",
)  # fmt: skip


class Threads(Part):
    """Posting in the chatter."""

    @on_records
    def message_post(
        self,
        ids: Any,
        *,
        body: str = "",
        subject: str | bool = False,
        message_type: str = "notification",
        parent_id: int | bool = False,
        subtype_xmlid: str | bool = False,
        subtype_id: int | bool = False,
        attachments: Any = None,
        attachment_ids: Any = None,
        body_is_html: bool = False,
        **_more: Any,
    ) -> int | list[int]:
        """A message in the chatter; the record's `write_date` stays. The id, since 19 in a list."""
        values = {
            "body": body,
            "subject": subject,
            "message_type": message_type,
            "parent_id": parent_id,
            "subtype_xmlid": subtype_xmlid,
            "subtype_id": subtype_id,
            "attachments": attachments or [],
            "attachment_ids": list(attachment_ids or []),
            "body_is_html": body_is_html,
        }
        posted: int = self.env.model("mail.message").post(self.records(ids)[0], values)  # type: ignore[attr-defined]
        return [posted] if self.env.traits.returns_lists else posted
