"""The branch is connected, in shadow, and people have keyed some of its work: one of them with a slip."""

import json
from collections.abc import Sequence
from dataclasses import replace

from integration.sandbox.day import doing
from integration.sandbox.day.branch import Branch
from integration.sandbox.day.by_hand import SHIPMENT, Judge, Seen
from integration.sandbox.day.doing import Doing, Errand
from integration.sandbox.day.going_live import STANDING, in_shadow
from tests.browser.stack import Running
from tests.rig.poll import until

PATIENCE = 180.0
CONNECT = """
import json
from integration.management.demo import branch, configure
from integration.models import Warehouse
main = Warehouse.objects.order_by("pk").first()
branch.configure(main.erp, main.company_id, branch.Shadow(**json.loads({told!r})), configure.DEMO)
"""


def connect(running: Running) -> Sequence[Doing]:
    """What has happened at the branch: keyed three times, once with a slip, and what is open, in this order."""
    told = json.dumps(running.place.branch_setup)
    running.manage("shell", "--no-imports", "-c", CONNECT.format(told=told))
    doings = doing.plan(_unjudged(each, running.branch) for each in in_shadow(running.branch))
    until(lambda: _stands(running, doings), seconds=PATIENCE, every=0.3)
    return doings


def _unjudged(errand: Errand, branch: Branch) -> Errand:
    """What differs waits for somebody to look at it."""
    differs = Seen(branch, SHIPMENT, "differs")
    return replace(errand, deeds=tuple(differs if isinstance(deed, Judge) else deed for deed in errand.deeds))


def _stands(running: Running, doings: Sequence[Doing]) -> bool:
    doing.play(running.people, doings)
    return len(running.branch.standing) == STANDING
