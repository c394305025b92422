"""What the environment may hold, and the one line that every process says when it holds something else."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment

WRONG = [
    ("whole", {"N": "abc"}, "N is 'abc', which is not a whole number."),
    ("whole", {"N": "1.5"}, "N is '1.5', which is not a whole number."),
    ("number", {"N": "soon"}, "N is 'soon', which is not a number."),
    ("number", {"N": "nan"}, "N is 'nan', which is not a number."),
    ("flag", {"N": "treu"}, "N is 'treu', which is not true or false."),
]
ADDRESS = "N is not an address like postgresql://user:password@host:5432/database."
MANAGE = [sys.executable, "manage.py", "check"]
WORKER = [sys.executable, "-m", "celery", "-A", "config", "worker"]
BEAT = [sys.executable, "-m", "celery", "-A", "config", "beat", "--pidfile="]
WEB = [sys.executable, "-c", "import config.wsgi"]


@pytest.mark.parametrize(("kind", "variables", "said"), WRONG)
def test_a_value_of_another_kind_is_told_by_its_name(kind: str, variables: dict[str, str], said: str) -> None:
    with pytest.raises(ImproperlyConfigured) as wrong:
        getattr(Environment(variables), kind)("N", 1)
    assert str(wrong.value) == said


def test_values_are_read_and_defaults_taken() -> None:
    env = Environment({"ON": "Yes", "LIST": "a, b,,c", "WHOLE": "7", "NUMBER": "0.5", "TEXT": "$x#y"})
    assert (env.flag("ON", False), env.texts("LIST"), env.whole("WHOLE", 1)) == (True, ["a", "b", "c"], 7)
    assert (env.number("NUMBER", 1.0), env.text("TEXT", "")) == (0.5, "$x#y")
    assert (env.flag("NO", True), env.texts("NO", ["d"]), env.whole("NO", 1), env.number("NO", 2)) == (
        True,
        ["d"],
        1,
        2,
    )


@pytest.mark.parametrize(
    "address", ["mysql://me:hush@h/d", "sqlite:///d", "postgresql://me:hush@h:x/d", "postgresql://h", "", "hush"]
)
def test_another_database_is_refused_without_repeating_the_address(address: str) -> None:
    with pytest.raises(ImproperlyConfigured) as wrong:
        Environment({"N": address}).postgresql("N", "")
    assert str(wrong.value) == ADDRESS


def test_an_address_of_postgresql_is_taken_apart() -> None:
    read = Environment({"N": "postgresql://me:a%40b@db:6543/crossdock?sslmode=require"}).postgresql("N", "")
    assert (read["ENGINE"], read["NAME"], read["USER"]) == ("django.db.backends.postgresql", "crossdock", "me")
    assert (read["PASSWORD"], read["HOST"], read["PORT"]) == ("a@b", "db", 6543)
    assert read["OPTIONS"] == {"sslmode": "require"}


def start(command: list[str], **changed: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        command, env={**os.environ, **changed}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60
    )
    return done.returncode, done.stderr.strip().splitlines()


@pytest.mark.parametrize("command", [MANAGE, WORKER, BEAT, WEB], ids=["manage", "worker", "beat", "web"])
def test_no_process_starts_with_a_value_that_cannot_be_read(command: list[str]) -> None:
    said = "Configuration: ENGINE_CLAIM_SECONDS is 'abc', which is not a whole number."
    assert start(command, ENGINE_CLAIM_SECONDS="abc") == (1, [said])


@pytest.mark.parametrize("command", [WORKER, WEB], ids=["worker", "web"])
def test_no_process_starts_with_a_setting_that_a_check_refuses(command: list[str]) -> None:
    said = "Configuration: ENVIRONMENT is 'live'. Set it to production or test: it says which systems may be connected."
    assert start(command, ENVIRONMENT="live") == (1, [f"{said} (crossdock.E004)"])


def test_pairs_are_parted_by_commas_and_may_be_percent_encoded() -> None:
    read = Environment({"N": "api-key=a%2Cb==, tenant = north"}).pairs("N")
    assert read == {"api-key": "a,b==", "tenant": "north"}
    assert Environment({}).pairs("N") == {}


def test_what_is_no_pair_is_refused_without_being_repeated() -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        Environment({"N": "hush-hush"}).pairs("N")
    assert str(refused.value) == "N is not name=value, separated by commas."
