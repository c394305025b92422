"""`python -m config.local up | down | status | env | run | wipe`."""

import argparse
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from config.local import services
from config.local.errors import LocalError
from config.local.place import CHECKOUT
from config.local.stack import Stack


def up(stack: Stack) -> int:
    """start PostgreSQL and Valkey, and keep them"""
    stack.up()
    return status(stack)


def down(stack: Stack) -> int:
    """stop PostgreSQL and Valkey"""
    stack.down()
    return 0


def status(stack: Stack) -> int:
    """say what runs; the exit status is 0 when both are ready"""
    for name, line in stack.status().items():
        sys.stdout.write(f"{name:9} {line}\n")
    return 0 if stack.is_up() else 1


def env(stack: Stack) -> int:
    """print the settings for a shell: eval "$(python -m config.local env)" """
    if not stack.is_up():
        raise LocalError("PostgreSQL and Valkey do not run: start them with `python -m config.local up`.")
    for name, value in stack.local().environment().items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    return 0


def run(stack: Stack) -> int:
    """run web, worker and beat for development, until Ctrl-C"""
    services.run(stack.place)
    return 0


def wipe(stack: Stack) -> int:
    """stop PostgreSQL and Valkey and remove their data"""
    stack.wipe()
    return 0


def guard(stack: Stack) -> int:
    """wait for the last session to end, then stop the servers (started by itself)"""
    stack.watch()
    return 0


COMMANDS: dict[str, Callable[[Stack], int]] = {
    command.__name__: command for command in (up, down, status, env, run, wipe, guard)
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.local")
    parser.add_argument("--checkout", type=Path, default=CHECKOUT, help="whose servers (default: this checkout)")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.__doc__)
    chosen = parser.parse_args()
    try:
        return COMMANDS[chosen.command](Stack(chosen.checkout.resolve()))
    except LocalError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
