"""Which rights are needed is read off what the gateway is recorded to call."""

from datetime import UTC, datetime

from integration.adapters import registry
from integration.canonical.shapes import Used
from integration.rules import rights
from integration.rules.rights import Judged
from integration.rules.verbs import VERBS

AT = datetime(2026, 5, 4, tzinfo=UTC)
USES = {
    "ship": {"stock.picking": Used(frozenset({"state"}), frozenset({"button_validate", "write"}))},
    "master_records": {"product.product": Used(frozenset(), frozenset({"search_read"}))},
}


def test_methods_need_the_right_that_odoo_asks_for() -> None:
    assert rights.needed(USES, ["ship", "master_records", "no such verb"]) == {
        "stock.picking": {"read", "write"},
        "stock.move": {"write"},
        "stock.move.line": {"read", "write", "create", "unlink"},
        "stock.quant.package": {"read", "create"},
        "stock.package": {"read", "create"},
        "product.product": {"read"},
    }
    assert (rights.of_method("load"), rights.of_method("has_access"), rights.of_method("action_cancel")) == (
        ("create", "write"),
        (),
        ("write",),
    )


def test_only_flows_that_are_live_count() -> None:
    none, ships = rights.running(VERBS, [], books=False), rights.running(VERBS, ["shipment_mode"], books=True)
    assert {"ship", "receive", "draft"} & none == set()
    assert {"orders", "identity", "changes"} <= none
    assert {"ship", "draft"} <= ships
    assert "receive" not in ships


def test_transfers_alone_need_what_both_their_legs_do() -> None:
    both = rights.running(VERBS, ["shipment_mode"], books=False) | rights.running(VERBS, ["receipt_mode"], books=False)
    assert both <= rights.running(VERBS, ["transfer_mode"], books=False)


def test_every_live_flow_is_a_flow_and_every_verb_within_is_a_verb() -> None:
    verbs = {verb for each in VERBS.values() for verb in each}
    assert {flow for flows in rights.MODES.values() for flow in flows} <= set(VERBS)
    assert set(rights.WITHIN) <= verbs


def test_a_rule_that_moves_deliveries_needs_rights_of_its_own() -> None:
    routes = rights.running(VERBS, ["release_mode"], books=False, routes=True)
    without = rights.running(VERBS, ["release_mode"], books=False)
    assert routes - without == {f"routing.{name}" for name in ("look", "move", "moved", "settle")}
    for version in (16, 17, 18, 19):
        found = rights.needed(registry.recorded("odoo").uses(version), routes - without)
        assert found["stock.picking"] == {"read", "write", "create"}
        assert found["stock.warehouse"] == {"read"}
        assert found["stock.move.line"] >= {"unlink"}


def test_held_and_needed_and_called_are_put_side_by_side() -> None:
    held = {"stock.picking": ["read", "unlink"], "crm.lead": ["read"], "res.users": [], "stock.move": ["read"]}
    wanted = {"stock.picking": {"read", "write"}, "sale.order": {"read"}}
    assert rights.judge(held, wanted, {"stock.move": {"read": AT}}) == [
        Judged("crm.lead", ("read",), ()),
        Judged("stock.move", ("read",), ("read",), AT),
        Judged("stock.picking", ("read", "unlink"), ("read", "write")),
    ]
    assert rights.judge(held, wanted, {})[2].lacks == ("write",)
    assert rights.judge(held, wanted, {})[2].unused == ("unlink",)


def test_all_versions_say_what_the_gateway_calls() -> None:
    for version in (16, 17, 18, 19):
        uses = registry.recorded("odoo").uses(version)
        asked = rights.models(uses)
        assert {"stock.picking", "ir.rule", "sale.order"} <= set(asked)
        assert rights.needed(uses, ["ship"])["stock.picking"] >= {"read", "write"}
