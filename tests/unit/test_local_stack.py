"""The local servers, started for real in a checkout of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.local import process
from config.local.lease import is_locked
from config.local.place import CHECKOUT
from config.local.stack import Stack, running

HOLD = """
import sys
from pathlib import Path
from config.local.stack import running
with running(checkout=Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def stack(tmp_path: Path, own_servers: None) -> Iterator[Stack]:
    stack = Stack(tmp_path)
    yield stack
    stack.wipe()


def hold(checkout: Path) -> subprocess.Popen[str]:
    """Another session that uses the servers, until its input ends."""
    session = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(checkout)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )
    assert session.stdout is not None
    assert session.stdout.readline() == "ready\n"
    return session


def pids(stack: Stack) -> list[int | None]:
    return [stack.postgres.pid(), stack.valkey.pid()]


def kill(pid: int | None, number: signal.Signals = signal.SIGKILL) -> None:
    assert pid is not None
    os.kill(pid, number)
    assert process.until(lambda: not process.alive(pid), seconds=20)


def test_the_servers_answer_by_password_only(stack: Stack) -> None:
    stack.up()
    local = stack.local()

    with psycopg.connect(local.database_url) as connection:
        assert connection.execute("SELECT lower('É'), current_setting('server_encoding')").fetchone() == ("é", "UTF8")
    with redis.Redis.from_url(local.redis_url) as broker:
        assert broker.ping()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(local.database_url.replace(stack.postgres.password(), "guess"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=stack.valkey.port()).ping()


def test_up_twice_changes_nothing_and_down_twice_neither(stack: Stack) -> None:
    stack.up()
    before = pids(stack)
    stack.up()
    assert pids(stack) == before

    stack.down()
    stack.down()
    assert pids(stack) == [None, None]


def test_data_and_port_survive_kill_nine_of_everything(stack: Stack) -> None:
    stack.up()
    url = stack.local().database_url
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS answer")
    for pid in pids(stack):
        kill(pid)

    stack.up()

    assert stack.local().database_url == url
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (7,)


def test_a_stale_pid_file_that_names_another_living_process_is_not_taken_for_the_server(stack: Stack) -> None:
    stack.up()
    stack.down()
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE) as other:
        lines = [str(other.pid), str(stack.postgres.folder), "1", "1", "", "127.0.0.1", "", "ready"]
        stack.postgres.pid_file().write_text("\n".join(lines))

        assert not stack.postgres.ready()
        stack.down()
        assert other.poll() is None


def test_a_port_that_is_taken_meanwhile_is_replaced(stack: Stack) -> None:
    stack.up()
    taken = stack.valkey.port()
    stack.down()
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import socket; s = socket.create_server(('127.0.0.1', {taken})); print(1, flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        stack.up()
        other.kill()

    assert stack.valkey.port() != taken
    assert stack.valkey.ready()


def test_sessions_share_the_servers_and_the_last_one_stops_them(stack: Stack) -> None:
    checkout = stack.place.checkout
    with running("own_{slot}", checkout=checkout) as first:
        started = pids(stack)
        with running("own_{slot}", checkout=checkout) as second:
            assert (first.slot, second.slot) == (1, 2)
            assert first.redis_url != second.redis_url
            assert second.database_url.endswith("/own_2")
        assert pids(stack) == started
    assert pids(stack) == [None, None]


def test_a_session_leaves_servers_alone_that_were_started_by_hand(stack: Stack) -> None:
    stack.up()
    started = pids(stack)
    with running(checkout=stack.place.checkout):
        pass
    assert pids(stack) == started


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_when_the_only_session_is_killed(stack: Stack, number: signal.Signals) -> None:
    with hold(stack.place.checkout) as session:
        assert stack.is_up()
        session.send_signal(number)

    assert process.until(lambda: pids(stack) == [None, None], seconds=20)
    assert process.until(lambda: not is_locked(stack.place.state / "guard.lock"), seconds=20)


def test_named_servers_are_used_and_nothing_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://a@db/site")
    monkeypatch.setenv("REDIS_URL", "redis://broker/3")

    with running(checkout=tmp_path) as local:
        assert (local.database_url, local.redis_url) == ("postgresql://a@db/site", "redis://broker/3")

    assert [file.name for file in (tmp_path / "var").iterdir()] == ["local.env"]
