"""Odoo's unsigned hints: only the address is trusted, and only which record to read is taken."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from integration.models import CapturedRecord, Connection

pytestmark = pytest.mark.usefixtures("erp")
BODY = {"_action": "Crossdock(#7)", "_id": 31, "_model": "sale.order", "id": 31, "state": "sale"}


def hint(body: Any = BODY, token: str = "present-token", slug: str = "odoo", **extra: Any) -> HttpResponse:
    options = {"content_type": "application/json"} | extra
    return Client().post(f"/api/v1/hints/{slug}/{token}", body, **options)


def marked() -> list[tuple[str, int]]:
    return list(CapturedRecord.objects.exclude(dirty_at=None).values_list("model", "record_id"))


def test_a_hint_is_202_and_the_record_will_be_read() -> None:
    answer = hint()

    assert (answer.status_code, answer.json()) == (202, {})
    assert marked() == [("sale.order", 31)]


def test_the_former_token_is_good_until_it_is_removed(erp: Connection) -> None:
    assert hint(token="former-token").status_code == 202
    erp.secrets = {"hint_token": "present-token"}
    erp.save()
    assert hint(token="former-token").status_code == 404


@pytest.mark.parametrize("token", ["wrong", "present-toke", "odoo-password", "%00", "%F0%9F%94%91"])
def test_a_wrong_token_is_404(token: str) -> None:
    assert hint(token=token).status_code == 404
    assert marked() == []


def test_an_unknown_connection_is_answered_like_a_wrong_token() -> None:
    assert hint(slug="nobody").content == hint(token="wrong").content


def test_a_connection_without_a_token_takes_none(wms: Connection) -> None:
    assert hint(slug="northgate", token="x").status_code == 404


@pytest.mark.parametrize("model", ["stock.picking", "stock.move"])
def test_pickings_and_moves_are_taken_too(model: str) -> None:
    assert hint(BODY | {"_model": model}).status_code == 202
    assert marked() == [(model, 31)]


def test_other_models_are_passed_over() -> None:
    assert hint(BODY | {"_model": "res.partner"}).status_code == 202
    assert marked() == []


def test_id_stands_in_for_a_missing_underscore_id() -> None:
    assert hint({"_model": "sale.order", "id": 8}).status_code == 202
    assert marked() == [("sale.order", 8)]


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"null",
        b"[]",
        b"nonsense",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"_model": "sale.order"}',
        b'{"_model": 1, "_id": 1}',
        b'{"_model": "sale.order", "_id": "31"}',
        b'{"_model": "sale.order", "_id": true}',
        b'{"_model": "sale.order", "_id": 0}',
        b'{"_model": "sale.order", "_id": 2147483648}',
        b'{"_model": "sale.order", "_id": NaN}',
        b'{"_model": "sale.order", "_id": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_wrong_body_is_400(body: bytes) -> None:
    answer = hint(body)

    assert (answer.status_code, set(answer.json())) == (400, {"error"})
    assert marked() == []


def test_hints_are_json_and_small(settings: Any) -> None:
    assert hint(BODY, content_type="application/x-www-form-urlencoded").status_code == 415
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert hint().status_code == 413


@pytest.mark.usefixtures("database_down")
def test_without_the_database_it_is_503() -> None:
    assert hint().status_code == 503
