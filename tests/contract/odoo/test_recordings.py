"""What real Odoo servers answered, the sandbox answers: every recorded scenario, replayed."""

import pytest

from integration.sandbox.odoo import SandboxOdoo
from tests.contract.odoo.client import Client
from tests.contract.odoo.recording import VERSIONS, fault_of, recording, scenarios
from tests.contract.odoo.replay import Replay, Report
from tests.contract.odoo.table import IGNORED_FIELDS, NOT_REPLAYED, OWN_TESTS, UNKNOWN_METHODS
from tests.contract.odoo.wire import WireReplay

RECORDED = [(version, name) for version in VERSIONS for name in scenarios(version)]
REPLAYED = [(version, name) for version, name in RECORDED if name.partition("_")[0] not in OWN_TESTS]
REPORTS: dict[tuple[str, str], Report] = {}


def replay(version: str, name: str) -> Report:
    """Replays once, however many tests ask."""
    if (version, name) not in REPORTS:
        with SandboxOdoo(version=version, seed="empty") as odoo:
            REPORTS[version, name] = Replay(odoo, recording(version, name), name).run()
    return REPORTS[version, name]


@pytest.mark.contract
@pytest.mark.parametrize(("version", "name"), REPLAYED)
def test_the_sandbox_answers_as_the_real_server_did(version: str, name: str) -> None:
    report = replay(version, name)
    assert report.differences == []
    assert report.replayed + len(report.left_out) == len(recording(version, name).steps)


@pytest.mark.contract
@pytest.mark.parametrize("version", VERSIONS)
def test_every_protocol_login_and_fault_is_as_recorded(version: str) -> None:
    with SandboxOdoo(version=version, seed="empty") as odoo:
        played = WireReplay(odoo, recording(version, "S01_auth_faults"))
        assert played.run() >= 72
        assert played.differences == []


def test_every_entry_of_the_table_still_leaves_something_out() -> None:
    for entry in NOT_REPLAYED:
        for version in entry.versions:
            covered = [
                step
                for found, name in RECORDED
                if found == version
                for step in recording(version, name).steps
                if entry.covers(version, name, step)
            ]
            assert covered, f"{entry.scenario} {entry.steps}: nothing to leave out in {version}"


@pytest.mark.parametrize("version", VERSIONS)
def test_what_the_sandbox_lacks_is_refused_and_never_pretended(version: str) -> None:
    with SandboxOdoo(version=version, seed="empty") as odoo:
        for model, method in UNKNOWN_METHODS.values():
            result, fault = Client(odoo, "jsonrpc").jsonrpc(model, method, [[1]], {})
            kind, message = fault_of(fault or {})
            assert result is None
            assert kind == "builtins.AttributeError", (model, method, message)
            assert method in message


def test_every_field_that_is_not_compared_is_recorded() -> None:
    for entry in IGNORED_FIELDS:
        used = {
            name
            for version, name in REPLAYED
            if version in entry.versions
            for name in replay(version, name).used_ignores
        }
        assert entry.field in used, f"{entry.field} of {entry.scenario} is compared nowhere: drop the entry"
