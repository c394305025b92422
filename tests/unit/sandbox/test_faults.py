"""Fault rules: what they match, how often they strike."""

import threading

import pytest

from integration.sandbox.faults import BadRule, Fault, FaultRules

CALL = {"model": "stock.picking", "method": "button_validate", "protocol": "json2"}


def strikes(raw: dict[str, object], times: int, seed: int = 0) -> list[bool]:
    rules = FaultRules(seed)
    rules.add(raw)
    return [rules.decide(CALL) is not None for _ in range(times)]


def test_a_rule_without_match_hits_every_request() -> None:
    rules = FaultRules()
    rules.add({"fault": "latency", "seconds": 0.5})
    assert rules.decide(CALL) == Fault("latency", 0.5)


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({"model": "stock.picking"}, True),
        ({"model": "stock.*", "method": "button_validate"}, True),
        ({"model": "sale.order"}, False),
        ({"path": "/x"}, False),
    ],
)
def test_every_named_fact_must_match(match: dict[str, str], hit: bool) -> None:
    assert strikes({"fault": "refuse", "match": match}, 1) == [hit]


def test_times_skip_and_every_count_the_matching_requests() -> None:
    assert strikes({"fault": "refuse", "times": 2}, 4) == [True, True, False, False]
    assert strikes({"fault": "refuse", "every": 3}, 6) == [False, False, True, False, False, True]
    assert strikes({"fault": "refuse", "skip": 1, "times": 1}, 3) == [False, True, False]


def test_the_same_seed_gives_the_same_faults() -> None:
    raw = {"fault": "error500", "probability": 0.3}
    first = strikes(raw, 200, seed=7)
    assert first == strikes(raw, 200, seed=7)
    assert 30 < sum(first) < 90


def test_an_exhausted_rule_leaves_the_request_to_the_next_rule() -> None:
    rules = FaultRules()
    rules.add({"fault": "refuse", "times": 1})
    rules.add({"fault": "error500"})
    assert [rules.decide(CALL), rules.decide(CALL)] == [Fault("refuse"), Fault("error500")]


@pytest.mark.parametrize(
    "raw", [{}, {"fault": "explode"}, {"fault": "refuse", "seconds": "x"}, {"fault": "refuse", "a": 1}]
)
def test_a_rule_that_cannot_be_understood_is_refused(raw: dict[str, object]) -> None:
    with pytest.raises(BadRule):
        FaultRules().add(raw)


def test_parallel_requests_never_exceed_times() -> None:
    rules = FaultRules()
    rules.add({"fault": "refuse", "times": 50})
    hits: list[Fault] = []

    def ask() -> None:
        hits.extend(fault for _ in range(100) if (fault := rules.decide(CALL)))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hits) == 50
