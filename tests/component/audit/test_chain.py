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
    assert "triggers are gone, off or changed" in next(audit.faults())


def test_who_acted_can_not_be_deleted(db):
    user = User.objects.create_user("anna")
    acts.note(acts.Actor("anna", user), "retry job", "job 1")
    with pytest.raises(ProtectedError):
        user.delete()


@pytest.mark.django_db(transaction=True)
def test_who_comes_while_somebody_seals_leaves_it_to_him(monkeypatch):
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
    sealing = threading.Thread(target=seal)
    sealing.start()
    assert entered.wait(20)
    assert audit.seal().number == 0
    go.set()
    sealing.join()
    assert (audit.head().number, list(audit.faults())) == (3, [])


def test_a_row_that_claims_to_be_sealed_is_not_let_in(db):
    with pytest.raises(ProgrammingError, match="only added to"), transaction.atomic():
        AuditEvent.objects.create(actor="bert", verb="x", subject="y", hash=bytes(32))


def test_a_row_is_not_hidden_by_a_hash_without_a_number(db):
    written(1)
    with pytest.raises(ProgrammingError, match="only added to"), transaction.atomic():
        AuditEvent.objects.update(hash=bytes(32))


def test_a_guard_that_lets_everything_through_shows(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION integration_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NEW; END $$"
        )
    assert "triggers are gone, off or changed" in next(audit.faults())


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
