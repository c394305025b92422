"""Releases, on a good day and on a bad one. The same for every warehouse system."""

from functools import partial

import pytest

from integration.adapters.base import Answer, Reply
from integration.errors import ConfigurationError, IntegrationError, OutcomeUnknown, Rejected, Throttled, Unreachable


def send(partner, release, key="k-1") -> Reply:
    adapter = partner.adapter
    return adapter.send("order.release", adapter.render(release), key=key)


def failure(partner, release, key="k-1") -> IntegrationError:
    with pytest.raises(IntegrationError) as caught:
        send(partner, release, key)
    return caught.value


def test_a_release_arrives_whole_and_is_sent_not_accepted(partner, release) -> None:
    assert send(partner, release) == Reply(Answer.SENT, "WMS-000001")
    held = partner.orders()[0]
    assert held["document"] == release.model_dump(mode="json", exclude_none=True)
    assert partner.guard.calls == [("order.release", True)]


def test_one_key_is_one_order(partner, release) -> None:
    adapter = partner.adapter
    rendered = adapter.render(release)
    replies = [adapter.send("order.release", rendered, key="k-1") for _ in range(3)]
    assert replies == [Reply(Answer.SENT, "WMS-000001")] * 3
    assert [order["release"] for order in partner.orders()] == ["WH/OUT/00042"]


def test_one_key_with_another_document_is_refused(partner, release) -> None:
    send(partner, release)
    error = failure(partner, release.model_copy(update={"notes": "gift"}))
    assert (type(error), error.code) == (Rejected, "CD-4008")
    assert str(error) == ("acme-wms refused WH/OUT/00042 (409): this Idempotency-Key was used for another document.")


def test_a_higher_version_replaces_what_has_not_shipped(partner, release) -> None:
    send(partner, release)
    send(partner, release.model_copy(update={"version": 2, "notes": "gift"}), key="k-2")
    (held,) = partner.orders()
    assert (held["version"], held["replaced"], held["document"]["notes"]) == (2, [1], "gift")
    late = failure(partner, release, key="k-3")
    assert str(late).endswith("(409): version 2 is held, which is newer.")


def test_a_change_after_shipping_is_too_late(partner, release) -> None:
    send(partner, release)
    partner.control("ship", release=release.release)
    error = failure(partner, release.model_copy(update={"version": 2}), key="k-2")
    assert str(error) == "acme-wms refused WH/OUT/00042 (409): too late: a part of it has been shipped."


def test_a_warehouse_may_answer_at_once(partner, release) -> None:
    partner.control("settings", answer_at_once=True)
    assert send(partner, release) == Reply(Answer.ACCEPTED, "WMS-000001")
    partner.control("items", **{"SKU-9": {}})
    other = release.model_copy(update={"release": "WH/OUT/00043"})
    assert send(partner, other, key="k-2") == Reply(Answer.REJECTED, "WMS-000002", "unknown SKU SKU-1, SKU-2")


@pytest.mark.parametrize("fault", ["cut_after_commit", "truncate", "garbage"])
def test_a_lost_answer_is_tried_again_without_a_second_order(partner, release, fault) -> None:
    adapter = partner.adapter
    rendered = adapter.render(release)
    partner.fail(fault)
    with pytest.raises(OutcomeUnknown) as caught:
        adapter.send("order.release", rendered, key="k-1")
    assert caught.value.code == "CD-1006"
    assert adapter.find("order.release", "WH/OUT/00042", 1) == Reply(Answer.ACCEPTED, "WMS-000001")
    assert adapter.send("order.release", rendered, key="k-1") == Reply(Answer.SENT, "WMS-000001")
    assert len(partner.orders()) == 1


@pytest.mark.parametrize("fault", ["cut_before", "refuse", "error500", "error503", "error_html", "error429"])
def test_a_failure_before_the_work_leaves_nothing(partner, release, fault) -> None:
    partner.fail(fault, seconds=4)
    failure(partner, release)
    assert (partner.orders(), partner.adapter.find("order.release", "WH/OUT/00042", 1)) == ([], None)
    assert send(partner, release).answer is Answer.SENT


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("error500", OutcomeUnknown, "CD-1006"),
        ("error503", OutcomeUnknown, "CD-1006"),
        ("error_html", OutcomeUnknown, "CD-1006"),
        ("error429", Throttled, "CD-1002"),
        ("cut_before", OutcomeUnknown, "CD-1006"),
        ("refuse", OutcomeUnknown, "CD-1006"),
    ],
)
def test_each_failure_has_its_error(partner, release, fault, kind, code) -> None:
    partner.fail(fault, seconds=4)
    error = failure(partner, release)
    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize("fault", ["error429", "error503"])
def test_the_pause_that_is_asked_for_is_passed_on(partner, release, fault) -> None:
    partner.fail(fault, seconds=17)
    assert failure(partner, release).retry_after == 17.0


def test_an_outage_lasts_until_it_ends(partner, release, eventually) -> None:
    partner.control("down", seconds=0.3)
    assert type(failure(partner, release)) is OutcomeUnknown
    eventually(lambda: not partner.wms.world.is_down())
    assert send(partner, release).answer is Answer.SENT


def test_an_answer_that_comes_too_late_may_have_been_a_success(partner, release) -> None:
    partner.fail("slow_body", seconds=9)
    hurried = partner.within(0.3)
    with pytest.raises(OutcomeUnknown) as caught:
        hurried.send("order.release", hurried.render(release), key="k-1")
    assert caught.value.code == "CD-1006"
    assert partner.adapter.find("order.release", "WH/OUT/00042", 1) is not None


def test_a_wrong_token_is_a_login_refused(partner, release) -> None:
    adapter = partner.with_secrets(token="wrong-token-123")
    with pytest.raises(ConfigurationError) as caught:
        adapter.send("order.release", adapter.render(release), key="k-1")
    assert (caught.value.code, str(caught.value)) == ("CD-2001", "acme-wms refused the login by token.")
    assert partner.orders() == []


def test_a_wrong_signature_is_refused(partner, release) -> None:
    adapter = partner.with_secrets(signing="whsec_" + "QUJE" * 8)
    with pytest.raises(ConfigurationError):
        adapter.send("order.release", adapter.render(release), key="k-1")
    assert partner.orders() == []


def test_an_address_that_nobody_serves_is_unreachable(partner, release) -> None:
    with pytest.raises(Unreachable) as caught:
        partner.at("http://127.0.0.1:1").find("order.release", "R1", 1)
    assert caught.value.code == "CD-1001"


def test_a_wrong_path_is_never_taken_for_not_found(partner) -> None:
    with pytest.raises(Rejected):
        partner.at(f"{partner.wms.url}/elsewhere").find("order.release", "R1", 1)


def test_find_tells_what_the_warehouse_has(partner, release) -> None:
    partner.control("settings", acknowledge_after=None)
    send(partner, release)
    find = partial(partner.adapter.find, "order.release")
    assert find("WH/OUT/00042", 1) == Reply(Answer.SENT, "WMS-000001")
    assert (find("WH/OUT/00042", 2), find("WH/OUT/00041", 1)) == (None, None)
    partner.control("reject", release=release.release, reason="no stock for Jane, jane@example.org")
    assert find("WH/OUT/00042", 1) == Reply(Answer.REJECTED, "WMS-000001", "no stock for Jane, [email]")


def test_a_newer_version_answers_for_an_older_one(partner, release) -> None:
    send(partner, release.model_copy(update={"version": 3}))
    assert partner.adapter.find("order.release", "WH/OUT/00042", 2) is not None


def test_secrets_and_people_are_in_no_error(partner, release) -> None:
    adapter = partner.adapter
    errors = []
    for fault in ["error500", "error_html", "error429", "cut_before", "garbage", "truncate"]:
        partner.fail(fault)
        with pytest.raises(IntegrationError) as caught:
            adapter.send("order.release", adapter.render(release), key=f"k-{fault}")
        errors.append(f"{caught.value} {caught.value.context} {caught.value.fix} {caught.value!r}")
    text = " ".join([*errors, repr(partner.settings), repr(adapter)])
    for private in ["whsec_", "sesame", "Jane Roe", "12 Quay", "555 010"]:
        assert private not in text


def test_a_probe_tells_who_answers(partner) -> None:
    profile = partner.adapter.probe()
    assert (profile.version, profile.facts["contract"]) == ("1.0", "1")
    assert {finding.name: finding.ok for finding in profile.findings} == {
        "system": None,
        "contract": True,
        "documents": None,
        "token": True,
        "signing secret": True,
        "clock": True,
    }
