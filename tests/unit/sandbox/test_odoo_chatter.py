"""Messages, files and things to do on records."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.sandbox.odoo.faults import AccessError, UserError
from tests.unit.sandbox.shop import Shop

LABEL = b"%PDF-1.4 a label"


def _post(shop: Shop, model: str, record_id: int, **values: Any) -> int:
    """The id of the message: 19 answers a list."""
    answer = shop.call(model, "message_post", [record_id], **values)
    assert isinstance(answer, list) is (shop.version >= 19)
    return int(answer[0] if isinstance(answer, list) else answer)


def _file(shop: Shop, **values: Any) -> int:
    return shop.create("ir.attachment", name="label.pdf", datas=base64.b64encode(LABEL).decode(), **values)


def _user(shop: Shop, login: str, *groups: str, email: str | bool = "somebody@harbor.example") -> None:
    """From here on this user calls."""
    held = [shop.search("res.groups", ["name", "=", group])[0] for group in ("user", *groups)]
    field = "group_ids" if shop.version >= 19 else "groups_id"
    shop.uid = shop.create("res.users", login=login, name=login, email=email, **{field: [[6, 0, held]]})


def test_a_note_is_found_by_model_and_record(shop: Shop) -> None:
    order = shop.order((shop.product(stock=5), 1))
    picking = shop.pickings(order)[0]
    message = _post(shop, "stock.picking", picking, body="Packed by wave 7", subtype_xmlid="mail.mt_note")
    found = shop.search("mail.message", ["model", "=", "stock.picking"], ["res_id", "=", picking])
    assert found == [message]
    names = ("body", "message_type", "is_internal", "record_name", "author_id")
    assert shop.read("mail.message", message, *names) == (
        "<p>Packed by wave 7</p>", "notification", True, shop.read("stock.picking", picking, "name"),
        shop.read("res.users", 2, "partner_id"),
    )  # fmt: skip


def test_html_is_text_since_17_unless_it_is_said_to_be_html(shop: Shop) -> None:
    order = shop.order((shop.product(), 1))
    plain = _post(shop, "sale.order", order, body="<b>late</b>")
    marked = _post(shop, "sale.order", order, body="<b>late</b>", body_is_html=True)
    escaped = "<p>&lt;b&gt;late&lt;/b&gt;</p>"
    assert shop.read("mail.message", plain, "body") == ("<b>late</b>" if shop.version == 16 else escaped)
    assert shop.read("mail.message", marked, "body") == "<b>late</b>"


def test_files_go_with_a_message(shop: Shop) -> None:
    order = shop.order((shop.product(), 1))
    there = _file(shop, res_model="sale.order", res_id=order)
    waiting = _file(shop, res_model="mail.compose.message", res_id=0)
    message = _post(
        shop, "sale.order", order, body="Proofs", attachment_ids=[there, waiting], attachments=[["note.txt", "signed"]]
    )
    files = shop.read("mail.message", message, "attachment_ids")
    assert files[:2] == [there, waiting]
    assert shop.read("ir.attachment", waiting, "res_model", "res_id") == ("sale.order", order)
    assert shop.read("ir.attachment", files[2], "name", "datas", "mimetype") == (
        "note.txt", base64.b64encode(b"signed").decode(), "text/plain",
    )  # fmt: skip


def test_an_unknown_subtype_and_a_record_without_a_chatter_are_refused(shop: Shop) -> None:
    order = shop.order((shop.product(stock=1), 1))
    with pytest.raises(ValueError, match="External ID not found in the system"):
        _post(shop, "sale.order", order, body="x", subtype_xmlid="mail.mt_nothing")
    with pytest.raises(AttributeError, match="message_post"):
        shop.call("stock.quant", "message_post", [1], body="x")


def test_before_19_a_user_without_an_address_posts_nothing(shop: Shop) -> None:
    order = shop.order((shop.product(stock=1), 1))
    _user(shop, "nobody", "stock_user", email=False)
    if shop.version >= 19:
        assert _post(shop, "stock.picking", shop.pickings(order)[0], body="x")
        return
    with pytest.raises(UserError, match="configure the sender's email address"):
        _post(shop, "stock.picking", shop.pickings(order)[0], body="x")


def test_the_server_notes_a_backorder_and_where_a_return_came_from(shop: Shop) -> None:
    product = shop.product(stock=10)
    order = shop.order((product, 5))
    picking = shop.pickings(order)[0]
    shop.set_done(shop.moves(picking)[0], 2)
    shop.validate(picking)
    rest = shop.search("stock.picking", ["backorder_id", "=", picking])[0]
    note = shop.search("mail.message", ["model", "=", "stock.picking"], ["res_id", "=", picking])[0]
    assert shop.read("stock.picking", rest, "name") in shop.read("mail.message", note, "body")


def test_a_file_knows_its_size_its_checksum_and_its_type(shop: Shop) -> None:
    order = shop.order((shop.product(), 1))
    file = _file(shop, res_model="sale.order", res_id=order)
    names = ("datas", "file_size", "checksum", "mimetype", "type", "res_name")
    assert shop.read("ir.attachment", file, *names) == (
        base64.b64encode(LABEL).decode(), len(LABEL), hashlib.sha1(LABEL).hexdigest(), "application/pdf",
        "binary", shop.read("sale.order", order, "name"),
    )  # fmt: skip
    small = shop.call("ir.attachment", "read", [file], ["datas"], context={"bin_size": True})[0]["datas"]
    assert small == "16.00 bytes"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("label.zpl", b"^XA^FO50,50^XZ", "text/plain"),
        ("label", LABEL, "application/pdf"),
        ("scan", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("table.csv", b"a,b", "text/csv"),
        ("unknown", b"\x00\xff\x01", "application/octet-stream"),
    ],
)
def test_the_type_of_a_file_comes_from_its_name_or_else_from_its_first_bytes(
    name: str, content: bytes, kind: str
) -> None:
    shop = Shop("18")
    file = shop.create("ir.attachment", name=name, datas=base64.b64encode(content).decode())
    assert shop.read("ir.attachment", file, "mimetype") == kind


def test_new_content_is_a_new_checksum_and_a_client_cannot_set_it(shop: Shop) -> None:
    file = _file(shop)
    shop.call("ir.attachment", "write", [file], {"datas": base64.b64encode(b"other").decode(), "checksum": "0"})
    assert shop.read("ir.attachment", file, "checksum") == hashlib.sha1(b"other").hexdigest()


def test_a_file_that_is_deleted_is_gone_from_its_message(shop: Shop) -> None:
    order = shop.order((shop.product(), 1))
    file = _file(shop, res_model="sale.order", res_id=order)
    message = _post(shop, "sale.order", order, body="Proof", attachment_ids=[file])
    shop.call("ir.attachment", "unlink", [file])
    assert shop.read("mail.message", message, "attachment_ids") == []


def test_whoever_may_not_write_a_document_posts_nothing_on_it(shop: Shop) -> None:
    product = shop.product()
    _user(shop, "stocker", "stock_user")
    with pytest.raises(AccessError):
        _post(shop, "product.product", product, body="x")


def test_a_file_can_be_found_again_by_its_document_and_name(shop: Shop) -> None:
    order = shop.order((shop.product(), 1))
    file = _file(shop, res_model="sale.order", res_id=order)
    _file(shop, res_model="sale.order", res_id=order + 1)
    domain = [["res_model", "=", "sale.order"], ["res_id", "=", order], ["name", "=", "label.pdf"]]
    assert shop.search("ir.attachment", *domain) == [file]


def test_a_file_is_as_open_as_its_document(shop: Shop) -> None:
    loose, rights = _file(shop), _file(shop, res_model="base.automation", res_id=1)
    _user(shop, "stocker", "stock_user")
    assert shop.search("ir.attachment", ["id", "in", [loose, rights]]) == []
    with pytest.raises(AccessError):
        shop.read("ir.attachment", loose, "datas")
    with pytest.raises(AccessError):
        _file(shop, res_model="product.product", res_id=1)
    own = _file(shop)
    assert shop.read("ir.attachment", own, "name") == "label.pdf"


def _activity(shop: Shop, order: int, **values: Any) -> int:
    model = shop.search("ir.model", ["model", "=", "sale.order"])[0]
    return shop.create("mail.activity", res_model_id=model, res_id=order, summary="Call the carrier", **values)


def test_an_activity_is_for_somebody_until_a_day(shop: Shop) -> None:
    order = shop.order((shop.product(), 1))
    today = datetime.now(UTC).date()
    made = [_activity(shop, order, date_deadline=str(today + timedelta(days=days))) for days in (-1, 0, 1)]
    assert [shop.read("mail.activity", one, "state") for one in made] == ["overdue", "today", "planned"]
    names = ("res_model", "res_id", "res_name", "user_id", "display_name")
    assert shop.read("mail.activity", made[0], *names) == (
        "sale.order", order, shop.read("sale.order", order, "name"), 2, "Call the carrier",
    )  # fmt: skip
    assert shop.search("mail.activity", ["res_model", "=", "sale.order"], ["res_id", "=", order]) == made


def test_an_activity_that_is_done_is_gone_and_a_message_says_so(shop: Shop) -> None:
    order = shop.order((shop.product(), 1))
    made = _activity(shop, order, note="Two parcels are missing")
    message = shop.call("mail.activity", "action_feedback", [made], feedback="They are found")
    assert isinstance(message, int)
    body = shop.read("mail.message", message, "body")
    assert all(text in body for text in ("Call the carrier", "Two parcels are missing", "They are found"))
    assert shop.read("mail.message", message, "model", "res_id") == ("sale.order", order)
    assert shop.search("mail.activity", ["id", "=", made]) == []


def test_an_activity_can_be_taken_back_without_a_word(shop: Shop) -> None:
    order = shop.order((shop.product(), 1))
    made = _activity(shop, order)
    before = shop.call("mail.message", "search_count", [["res_id", "=", order], ["model", "=", "sale.order"]])
    shop.call("mail.activity", "unlink", [made])
    after = shop.call("mail.message", "search_count", [["res_id", "=", order], ["model", "=", "sale.order"]])
    assert (shop.search("mail.activity", ["id", "=", made]), after) == ([], before)


def test_an_activity_for_others_needs_the_right_to_write_its_document(shop: Shop) -> None:
    order = shop.order((shop.product(), 1))
    mine = _activity(shop, order)
    _user(shop, "buyer", "purchase_user")
    with pytest.raises(AccessError):
        _activity(shop, order, user_id=2)
    assert shop.search("mail.activity", ["id", "=", mine]) == []


def test_a_note_is_kept_that_comes_while_somebody_else_s_transaction_is_open(shop: Shop) -> None:
    """Others look at what was there before it; what they write waits for its end."""
    picking = shop.pickings(shop.order((shop.product(stock=5), 1)))[0]
    with shop.service.database.shown_as_before():
        message = _post(shop, "stock.picking", picking, body="Packed by wave 7")
    assert shop.search("mail.message", ["model", "=", "stock.picking"], ["res_id", "=", picking]) == [message]
