"""`python -m integration.sandbox odoo`: run one sandbox until Ctrl-C or SIGTERM."""

import argparse
import signal
import sys
import threading

from .orm.apps import CHOICES
from .seed import SEEDS
from .server import SandboxOdoo
from .traits import VERSIONS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m integration.sandbox odoo", description=__doc__)
    parser.add_argument("--version", choices=VERSIONS, default="18", help="the Odoo version to stand in for")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8069)
    parser.add_argument("--db", default="demo")
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="admin")
    parser.add_argument("--seed", choices=sorted(SEEDS), default="demo")
    parser.add_argument("--token", default="", help="secret for the control API, needed off the loopback")
    parser.add_argument(
        "--app", dest="apps", choices=CHOICES, action="append", default=[], help="an app to have beyond the usual ones"
    )
    return parser


def main(arguments: list[str]) -> int:
    """Serve until told to stop. 1 if the port is taken."""
    options = _parser().parse_args(arguments)
    try:
        odoo = SandboxOdoo(**vars(options))
    except OSError as error:
        sys.stderr.write(f"cannot listen on {options.host}:{options.port}: {error.strerror}\n")
        return 1
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_args: stopped.set())
    odoo.start()
    sys.stdout.write(
        f"Odoo {odoo.version} sandbox on {odoo.url}, database {odoo.db}, login {odoo.login}, API key {odoo.api_key}\n"
    )
    sys.stdout.flush()
    stopped.wait()
    odoo.stop()
    return 0
