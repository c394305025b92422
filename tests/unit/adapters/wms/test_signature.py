"""Standard Webhooks signatures: known answers, time, rotation, and what a stranger may try."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook

from integration.adapters.registry import open_wms
from integration.adapters.wms.http_json import signature
from integration.errors import ConfigurationError, Forbidden

# The worked example of the Standard Webhooks specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NUMBER, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
NOW = datetime.fromtimestamp(1614265330, UTC)
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
SIGNED = {"webhook-id": NUMBER, "webhook-timestamp": "1614265330", "webhook-signature": SIGNATURE}
OTHER = "whsec_" + "QUJD" * 8


def refusal(headers, body=BODY, now=NOW, secrets=None) -> str:
    with pytest.raises(Forbidden) as caught:
        signature.verify(secrets or {"signing": SECRET}, "acme", headers, body, now)
    assert caught.value.code == "CD-6005"
    return str(caught.value.context["detail"])


def test_the_specifications_own_example_is_signed_and_verified() -> None:
    assert signature.sign({"signing": SECRET}, "acme", NUMBER, BODY, NOW) == SIGNED
    signature.verify({"signing": SECRET}, "acme", SIGNED, BODY, NOW)


def test_a_clock_in_another_zone_signs_the_same() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=9)))
    assert signature.sign({"signing": SECRET}, "acme", NUMBER, BODY, there) == SIGNED


def test_header_names_are_read_in_any_case() -> None:
    signature.verify({"signing": SECRET}, "acme", {name.title(): value for name, value in SIGNED.items()}, BODY, NOW)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_are_tolerated(seconds: int) -> None:
    signature.verify({"signing": SECRET}, "acme", SIGNED, BODY, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("seconds", "detail"),
    [
        (301, "webhook-timestamp is older than five minutes"),
        (-301, "webhook-timestamp is more than five minutes in the future"),
    ],
)
def test_more_than_five_minutes_are_refused(seconds: int, detail: str) -> None:
    assert refusal(SIGNED, now=NOW + timedelta(seconds=seconds)) == detail


@pytest.mark.parametrize("name", signature.HEADERS)
def test_each_header_is_needed(name: str) -> None:
    assert refusal({**SIGNED, name: ""}) == f"the header {name} is missing"


MISFIT = "no signature matches the body, the id, the timestamp and a secret of ours"


@pytest.mark.parametrize(
    "forged",
    [
        {"webhook-id": "msg_other"},
        {"webhook-timestamp": "1614265331"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1"},
        {"webhook-signature": SIGNATURE.replace("v1", "v2")},
        {"webhook-signature": SIGNATURE[:-4]},
        {"webhook-signature": "é,ü " * 50},
    ],
)
def test_a_forged_header_is_refused(forged: dict[str, str]) -> None:
    assert refusal({**SIGNED, **forged}) == MISFIT


@pytest.mark.parametrize("stamp", ["soon", "1e9", "-1", "1614265330.0", "٣" * 10, "9" * 40])
def test_a_timestamp_is_a_number_of_seconds(stamp: str) -> None:
    assert refusal({**SIGNED, "webhook-timestamp": stamp}).startswith("webhook-timestamp is")


@pytest.mark.parametrize("number", ["a b", "x" * 201, "é"])
def test_a_number_is_short_and_printable(number: str) -> None:
    assert refusal({**SIGNED, "webhook-id": number}) == "webhook-id is not 1 to 200 printable characters"


def test_a_changed_body_is_refused() -> None:
    assert refusal(SIGNED, body=BODY + b" ") == MISFIT
    assert refusal(SIGNED, body=b"\xff") == "the body is not UTF-8"


def test_while_a_secret_is_rotated_both_are_valid_in_both_directions() -> None:
    both = {"signing": OTHER, "signing_previous": SECRET}
    signature.verify(both, "acme", SIGNED, BODY, NOW)
    ours = signature.sign(both, "acme", NUMBER, BODY, NOW)["webhook-signature"].split()
    assert ours == [Webhook(OTHER).sign(NUMBER, NOW, BODY.decode()), SIGNATURE]


def test_the_old_secret_is_refused_from_its_moment_on_in_both_directions() -> None:
    ends = (NOW + timedelta(seconds=1)).isoformat()
    both = {"signing": OTHER, "signing_previous": SECRET, "signing_previous_until": ends}
    assert signature.verify(both, "acme", SIGNED, BODY, NOW) == "signing_previous"
    assert len(signature.sign(both, "acme", NUMBER, BODY, NOW)["webhook-signature"].split()) == 2
    over = {**both, "signing_previous_until": NOW.isoformat()}
    assert refusal(SIGNED, secrets=over) == MISFIT
    ours = signature.sign(over, "acme", NUMBER, BODY, NOW)["webhook-signature"].split()
    assert ours == [Webhook(OTHER).sign(NUMBER, NOW, BODY.decode())]


def test_it_is_said_which_secret_fits() -> None:
    assert signature.verify({"signing": SECRET}, "acme", SIGNED, BODY, NOW) == "signing"


def test_after_the_rotation_the_old_secret_is_worth_nothing() -> None:
    assert refusal(SIGNED, secrets={"signing": OTHER}) == MISFIT


@pytest.mark.parametrize("secrets", [{"token": "t"}, {"signing": "whsec_"}, {"signing": "whsec_a"}, {"signing": "ä"}])
def test_without_a_readable_secret_nothing_is_sent_or_believed(secrets: dict[str, str]) -> None:
    assert refusal(SIGNED, secrets=secrets) == MISFIT
    with pytest.raises(ConfigurationError) as caught:
        signature.sign(secrets, "acme", NUMBER, BODY, NOW)
    assert caught.value.code == "CD-2010"


def test_probing_an_address_needs_a_secret(settings, guard, server) -> None:
    with pytest.raises(ConfigurationError, match="acme-wms cannot be used: it has no signing secret"):
        open_wms(replace(settings, secrets={}), guard).probe()
    assert server.seen == []
