"""`python -m integration.sandbox wms`: the stand-in as a process of its own, until Ctrl-C or SIGTERM."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from integration.sandbox.wms.orders import items_from
from integration.sandbox.wms.server import SandboxWms
from integration.sandbox.wms.world import Behaviour


def main(arguments: list[str]) -> int:
    asked = _parser().parse_args(arguments)
    behaviour = Behaviour(
        _seconds(asked.acknowledge_after),
        asked.answer_at_once,
        _seconds(asked.ship_after),
        show_progress=asked.show_progress,
        deliver_after=_seconds(asked.deliver_after),
        number_messages=asked.number_messages,
    )
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        wms = SandboxWms(asked.secret, asked.token, asked.target, host=asked.host, port=asked.port, behaviour=behaviour)
    except OSError as error:
        sys.stderr.write(f"cannot listen on {asked.host}:{asked.port}: {error.strerror}\n")
        return 1
    if asked.items:
        wms.world.orders.items = items_from(json.loads(Path(asked.items).read_text()))
    with wms:
        sys.stdout.write(f"sandbox WMS on {wms.url}, webhooks to {asked.target or 'nowhere'}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m integration.sandbox wms", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--secret", required=True, help="signing secret of both directions (whsec_...)")
    parser.add_argument("--token", default="", help="bearer token that callers must show")
    parser.add_argument("--target", default="", help="where webhooks go")
    parser.add_argument("--items", default="", help="item master, a JSON file: {sku: {lots: {lot: quantity}, serials}}")
    parser.add_argument("--acknowledge-after", type=float, default=0.0, help="seconds; negative: only on request")
    parser.add_argument("--answer-at-once", action="store_true", help="yes or no in the answer to POST /orders")
    parser.add_argument("--ship-after", type=float, default=-1.0, help="seconds; negative: only on request")
    parser.add_argument("--show-progress", action="store_true", help="tell picking and packing before it ships")
    parser.add_argument("--deliver-after", type=float, default=-1.0, help="seconds after it shipped; negative: never")
    parser.add_argument("--number-messages", action="store_true", help="count what it sends, so that a gap is seen")
    return parser


def _seconds(given: float) -> float | None:
    return None if given < 0 else given


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
