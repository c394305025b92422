"""The audit log refuses to be changed, and shows it where somebody has found a way to change it."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.db.utils import ProgrammingError
from django.utils.timezone import now

from integration.jobs import acts, audit
from integration.models import AuditEvent
from tests.rig.flush import UNGUARDED
from tests.rig.poll import until

ANNA = acts.Actor("anna")


def written(count: int) -> list[AuditEvent]:
    for number in range(count):
        acts.note(ANNA, "retry job", f"job {number}", reason="läuft wieder", number=number, at=[1.5, None])
    return list(AuditEvent.objects.order_by("pk"))


def behind_its_back(statement: str, *arguments: object) -> None:
    """As somebody would who may do everything in the database."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UNGUARDED)
        cursor.execute(statement, arguments)


def test_rows_are_sealed_once_in_the_order_in_which_they_are_found(db):
    written(3)
    head = audit.seal()
    assert (head.number, audit.seal(), audit.head()) == (3, head, head)
    assert list(AuditEvent.objects.order_by("pk").values_list("number", flat=True)) == [1, 2, 3]
    written(2)
    assert audit.seal().number == 5
    assert list(audit.faults(head)) == []


def test_more_rows_than_a_batch_are_sealed_in_one_go(db, monkeypatch):
    monkeypatch.setattr(audit, "BATCH", 4)
    written(9)
    assert audit.seal().number == 9
    assert list(audit.faults()) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE integration_auditevent SET actor = 'bert'",
        "UPDATE integration_auditevent SET number = 7, hash = '\\x00', subject = 'another'",
        "UPDATE integration_auditevent SET number = 7",
        "DELETE FROM integration_auditevent",
        "TRUNCATE integration_auditevent",
    ],
)
@pytest.mark.parametrize("sealed", [False, True])
def test_the_database_refuses_to_change_it(db, change, sealed):
    written(1)
    if sealed:
        audit.seal()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(ProgrammingError, match="only added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert AuditEvent.objects.get().actor == "anna"


def test_a_sealed_row_is_not_sealed_again(db):
    written(1)
    audit.seal()
    with pytest.raises(ProgrammingError), transaction.atomic():
        AuditEvent.objects.update(number=2, hash=bytes(32))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE {} SET actor = 'bert' WHERE number = 2", "Number 2 (row"),
        ("UPDATE {} SET at = at + interval '1 microsecond' WHERE number = 2", "Number 2 (row"),
        ("UPDATE {} SET detail = detail || '{{\"number\": 9}}' WHERE number = 2", "Number 2 (row"),
        ("DELETE FROM {} WHERE number = 2", "Number 2 is missing"),
        ("DELETE FROM {} WHERE number IN (2, 3)", "Numbers 2 to 3 are missing"),
        ("DELETE FROM {} WHERE number = 1", "Number 1 is missing"),
    ],
)
def test_a_row_that_was_changed_or_taken_out_shows(db, change, says):
    written(4)
    audit.seal()
    behind_its_back(change.format(audit.TABLE))
    assert says in next(audit.faults())


def test_rows_cut_off_at_the_end_show_to_who_remembers_the_head(db):
    written(4)
    head = audit.seal()
    behind_its_back(f"DELETE FROM {audit.TABLE} WHERE number > 2")
    assert list(audit.faults()) == []
    assert list(audit.faults(head)) == ["Numbers 3 to 4 are missing: cut off at the end."]


def test_a_chain_that_was_made_anew_shows_to_who_remembers_a_head(db):
    written(3)
    head = audit.seal()
    behind_its_back(f"UPDATE {audit.TABLE} SET number = NULL, hash = NULL, actor = 'bert'")
    audit.seal()
    assert list(audit.faults()) == []
    assert list(audit.faults(head)) == ["Number 3 does not have the hash that you give: the chain was made anew."]


def test_rows_that_nobody_sealed_in_time_show(db):
    written(1)
    behind_its_back(f"UPDATE {audit.TABLE} SET at = %s", now() - timedelta(hours=1))
    assert list(audit.faults()) == ["1 rows are older than 0:10:00 and not sealed: does beat run?"]


def test_a_table_without_its_guard_shows(db):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {audit.TABLE} DISABLE TRIGGER audit_rows_stay")
    assert "triggers are gone or off" in next(audit.faults())


def test_who_acted_can_not_be_deleted(db):
    user = User.objects.create_user("anna")
    acts.note(acts.Actor("anna", user), "retry job", "job 1")
    with pytest.raises(ProtectedError):
        user.delete()


@pytest.mark.django_db(transaction=True)
def test_two_that_seal_at_once_make_one_chain(monkeypatch):
    """One of them holds the seal; the other one waits, and then seals what is left."""
    written(3)
    entered, go = threading.Event(), threading.Event()
    original = audit.digest

    def slow(*given):
        entered.set()
        assert go.wait(20)
        return original(*given)

    def seal():
        try:
            audit.seal()
        finally:
            connection.close()

    monkeypatch.setattr(audit, "digest", slow)
    sealing = [threading.Thread(target=seal) for _ in range(2)]
    sealing[0].start()
    assert entered.wait(20)
    sealing[1].start()
    until(_one_waits, seconds=20)
    go.set()
    for thread in sealing:
        thread.join()
    assert (audit.head().number, list(audit.faults())) == (3, [])


def _one_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone()[0] == 1


def test_the_command_prints_the_head_and_takes_it_back(db, capsys):
    written(2)
    head = audit.seal()
    call_command("verify_audit", "--head", str(head))
    assert f"2 rows sealed. Its head is {head}" in capsys.readouterr().out
    behind_its_back(f"DELETE FROM {audit.TABLE} WHERE number = 2")
    with pytest.raises(CommandError, match="does not hold: 1 findings"):
        call_command("verify_audit", "--head", str(head))


@pytest.mark.parametrize("given", ["x", "1:zz", "1:00"])
def test_the_command_says_what_a_head_looks_like(db, given):
    with pytest.raises(CommandError, match="--head"):
        call_command("verify_audit", "--head", given)
