"""Values are brought under the first key of FIELD_KEYS, beside all work; then older keys may go."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection as database

from integration.jobs import field_keys
from integration.models import AuditEvent, Connection, InboundMessage, fields
from integration.observe.doctor import field_keys as doctor

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW, STRANGE = (Fernet.generate_key().decode() for _ in range(3))
MANY = 1_203


@pytest.fixture
def old(settings: Any) -> list[int]:
    """A connection and more messages than two batches hold, all under the old key, which is the second by now."""
    settings.FIELD_KEYS = [OLD]
    partner = Connection.objects.create(
        slug="north", name="North", kind="http_json", base_url="https://n.test", secrets={"signing": "whsec_x"}
    )
    made = InboundMessage.objects.bulk_create(
        InboundMessage(connection=partner, external_id=f"m{n}", body=f"body {n}".encode()) for n in range(MANY)
    )
    settings.FIELD_KEYS = [NEW, OLD]
    return [message.pk for message in made]


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_field_keys", *arguments, stdout=out)
    return out.getvalue()


def column(name: str) -> field_keys.Column:
    return next(each for each in field_keys.columns() if str(each) == name)


def places() -> set[int | None]:
    return {place for each in field_keys.columns() for place in field_keys.count(each).keys}


def test_every_encrypted_column_is_known() -> None:
    names = {str(each) for each in field_keys.columns()}
    assert {"connection.secrets", "inboundmessage.body", "outboundmessage.body", "capturedrecord.snapshot"} <= names
    assert len(names) >= 13


def test_all_of_it_is_encrypted_anew_and_the_old_key_may_go(old: list[int], settings: Any) -> None:
    assert "inboundmessage.body: 1203 under key 2\n" in said("--check")
    assert places() == {1}
    told = said("--batch", "500")
    assert f"{MANY + 1} values were encrypted anew.\n" in told
    assert "Key 2 is not needed any more" in told
    settings.FIELD_KEYS = [NEW]
    assert InboundMessage.objects.get(pk=old[-1]).body == f"body {MANY - 1}".encode()
    assert Connection.objects.get().secrets == {"signing": "whsec_x"}
    assert AuditEvent.objects.get(verb="rotate field keys").detail == {"rewritten": MANY + 1, "keys": 2}


def test_it_can_be_broken_off_and_goes_on_where_it_was(old: list[int]) -> None:
    def broken(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        field_keys.rotate(column("inboundmessage.body"), broken)
    assert field_keys.count(column("inboundmessage.body")).keys == {0: 500, 1: MANY - 500}
    assert f"{MANY - 500 + 1} values were encrypted anew.\n" in said()
    assert places() == {0}


def test_what_is_written_meanwhile_is_not_overwritten(old: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the reading of a batch and its writing somebody stores another body."""
    encrypt: Callable[[bytes], bytes] = fields.encrypt

    def slowly(plain: bytes) -> bytes:
        if plain == b"body 7":
            monkeypatch.setattr(fields, "encrypt", encrypt)
            InboundMessage.objects.filter(pk=old[7]).update(body=b"edited")
        return encrypt(plain)

    monkeypatch.setattr(fields, "encrypt", slowly)
    done = field_keys.rotate(column("inboundmessage.body"), lambda _: None)
    assert (done.rewritten, InboundMessage.objects.get(pk=old[7]).body) == (MANY - 1, b"edited")
    assert field_keys.count(column("inboundmessage.body")).keys == {0: MANY}


def test_a_value_that_no_key_reads_is_named_and_left(old: list[int], settings: Any) -> None:
    table = InboundMessage._meta.db_table
    settings.FIELD_KEYS = [STRANGE]
    foreign = fields.encrypt(b"lost")
    settings.FIELD_KEYS = [NEW, OLD]
    with database.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET body = %s WHERE id = %s", [foreign, old[3]])
    with pytest.raises(
        CommandError, match=f"1 values are under no key of FIELD_KEYS, such as inboundmessage.body {old[3]}"
    ):
        said()
    assert places() == {0, None}
    [found] = doctor.look()
    assert (found.ok, f"inboundmessage.body {old[3]}" in found.detail) == (False, True)


def test_the_doctor_says_what_is_under_older_keys(old: list[int]) -> None:
    [found] = doctor.look()
    assert (found.ok, found.detail) == (
        None,
        "of 201 looked at, 201 are under an older key: manage.py rotate_field_keys",
    )
    said()
    [found] = doctor.look()
    assert (found.ok, found.detail[:49]) == (True, "201 looked at, all under the first of 2 keys; see")
