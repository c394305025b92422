"""Our own processes as commands for a supervisor, and `make run`: all of them for development."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from config.local.errors import LocalError
from config.local.place import CHECKOUT, Place
from config.local.server import HOST, free_port, last_line
from config.local.stack import running
from config.local.supervisor import Command, Supervisor

WEB_THREADS = 16  # each keeps a connection to the database


def web(env: Mapping[str, str], port: int, *, workers: int = 1) -> Command:
    """The console, the API and the webhooks on the loopback port."""
    argv = _module("granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--workers", str(workers))
    argv += ["--blocking-threads", str(WEB_THREADS), "config.wsgi:application"]
    return Command("web", argv, env, CHECKOUT, ready=f"http://{HOST}:{port}/")


def worker(env: Mapping[str, str], name: str = "worker") -> Command:
    """One Celery worker; several need different names."""
    argv = _module("celery", "-A", "config", "worker", "--hostname", f"{name}@%h", "--loglevel", "INFO")
    return Command(name, argv, env, CHECKOUT)


def beat(env: Mapping[str, str]) -> Command:
    argv = _module("celery", "-A", "config", "beat", "--loglevel", "INFO", "--pidfile=")
    return Command("beat", argv, env, CHECKOUT)


def migrate(env: Mapping[str, str], log: Path) -> None:
    """Bring the database up to date. Raises LocalError with the last line of what Django said."""
    argv = [sys.executable, "manage.py", "migrate", "--no-input"]
    with log.open("w") as output:
        done = subprocess.run(argv, cwd=CHECKOUT, env={**os.environ, **env}, stdout=output, stderr=output, check=False)
    if done.returncode:
        raise LocalError(f"The migration failed. {log} ends with: {last_line(log)}")


def run(place: Place) -> None:
    """Run everything until Ctrl-C."""
    with running() as local, Supervisor(place.log) as processes:
        env = local.environment()
        migrate(env, place.log / "migrate.log")
        port = free_port()
        for command in (web(env, port), worker(env), beat(env)):
            processes.start(command)
        sys.stdout.write(f"Crossdock is at http://{HOST}:{port}/ - logs are in {place.log} - Ctrl-C stops it.\n")
        sys.stdout.flush()
        try:
            processes.wait()
        except KeyboardInterrupt:
            sys.stdout.write("Stopping.\n")


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]
