"""The process supervisor, with real processes: readiness, order, forks, and every way to end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from config.local.errors import LocalError
from config.local.place import CHECKOUT
from config.local.process import alive, until
from config.local.supervisor import Command, ProcessEnded, Supervisor, answers

SLEEP = "import time; time.sleep(600)"
FORK = "import os, time; child = os.fork(); child and print(child, flush=True); time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
LAST_WORD = """
import pathlib, signal, sys, time
def end(*_):
    with pathlib.Path(sys.argv[1]).open("a") as order:
        order.write(sys.argv[2] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(600)
"""
SUPERVISE = """
import sys
from pathlib import Path
from config.local.supervisor import Command, Supervisor
with Supervisor(Path(sys.argv[1])) as processes:
    processes.start(Command("forks", [sys.executable, "-c", sys.argv[2]], ready=processes.log("forks").read_text))
    print(processes.pid("forks"), processes.log("forks").read_text(), flush=True)
    processes.wait()
"""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path) as supervisor:
        yield supervisor


def python(name: str, code: str, *arguments: str, **options: Any) -> Command:
    return Command(name, [sys.executable, "-c", code, *arguments], **options)


def says(processes: Supervisor, name: str, word: str = "") -> bool:
    """Whether the process has written the word to its log."""
    log = processes.log(name)
    return log.exists() and bool(log.read_text().strip()) and word in log.read_text()


def start_forking(processes: Supervisor) -> tuple[int, int]:
    processes.start(python("forks", FORK, ready=lambda: says(processes, "forks")))
    return processes.pid("forks"), int(processes.log("forks").read_text())


def test_a_process_gets_its_environment_and_its_own_log(processes: Supervisor) -> None:
    code = "import os, time; print(os.environ['COLOUR'], flush=True); time.sleep(600)"
    processes.start(python("paints", code, env={"COLOUR": "blue"}, ready=lambda: says(processes, "paints", "blue")))

    assert processes.alive("paints")
    assert processes.log("paints").read_text() == "blue\n"


def test_start_waits_until_the_url_answers(processes: Supervisor) -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as probe:
        port = probe.server_port
    url = f"http://127.0.0.1:{port}/"

    assert not answers(url)
    processes.start(Command("serves", [sys.executable, "-m", "http.server", "-b", "127.0.0.1", str(port)], ready=url))
    assert answers(url)


def test_an_answer_of_500_is_not_ready() -> None:
    class Broken(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(503)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Broken) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        assert not answers(f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()


def test_a_process_that_ends_at_start_is_told_with_its_last_words(processes: Supervisor) -> None:
    with pytest.raises(ProcessEnded, match=r"wrong ended with status 1\. .* ends with: no such colour"):
        processes.start(python("wrong", "raise SystemExit('no such colour')", ready=lambda: False))


def test_a_process_that_is_never_ready_is_told(processes: Supervisor) -> None:
    with pytest.raises(LocalError, match=r"slow was not ready in 0\.2 s"):
        processes.start(python("slow", SLEEP, ready=lambda: False, ready_seconds=0.2))


def test_a_process_that_ends_by_itself_is_noticed(processes: Supervisor) -> None:
    processes.start(python("brief", SLEEP))
    os.kill(processes.pid("brief"), signal.SIGKILL)

    with pytest.raises(ProcessEnded, match="brief ended with status -9"):
        processes.wait()


def test_kill_ends_the_forks_too_and_is_not_taken_for_a_failure(processes: Supervisor) -> None:
    leader, fork = start_forking(processes)
    processes.kill("forks")

    assert not alive(leader)
    assert not alive(fork)
    processes.check()


def test_restart_gives_a_new_process_with_the_same_command(processes: Supervisor) -> None:
    processes.start(python("worker", SLEEP))
    before = processes.pid("worker")
    processes.kill("worker")
    processes.restart("worker")

    assert processes.alive("worker")
    assert processes.pid("worker") != before


def test_the_same_name_does_not_start_twice(processes: Supervisor) -> None:
    processes.start(python("worker", SLEEP))
    with pytest.raises(LocalError, match="worker runs already"):
        processes.start(python("worker", SLEEP))


def test_a_process_that_ignores_term_is_ended_by_force(processes: Supervisor) -> None:
    processes.start(python("deaf", DEAF, ready=lambda: says(processes, "deaf", "deaf"), grace_seconds=0.2))
    pid = processes.pid("deaf")
    processes.stop("deaf")
    assert not alive(pid)


def test_the_end_of_the_block_stops_all_in_reverse_order(tmp_path: Path) -> None:
    order = tmp_path / "order"
    with Supervisor(tmp_path / "log") as processes:
        for name in ("first", "second", "third"):
            processes.start(python(name, LAST_WORD, str(order), name, ready=lambda name=name: says(processes, name)))

    assert order.read_text().split() == ["third", "second", "first"]


def test_an_error_in_the_block_leaves_no_process(tmp_path: Path) -> None:
    pids: list[int] = []

    def fail() -> None:
        with Supervisor(tmp_path) as processes:
            pids.extend(start_forking(processes))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(pids) == 2
    assert not any(map(alive, pids))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_signal_to_the_supervisor_leaves_a_process(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, str(tmp_path), FORK],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=CHECKOUT,
    ) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(pid) for pid in supervisor.stdout.readline().split()]
        assert len(pids) == 2
        assert all(map(alive, pids))
        supervisor.send_signal(number)

    assert until(lambda: not any(map(alive, pids)), seconds=20)
