"""Each wrong setting is refused under its own id, and good ones pass."""

from typing import Any

import pytest
from django.core.checks import run_checks

GOOD: dict[str, Any] = {
    "SECRET_KEY": "s" * 50,
    "FIELD_KEYS": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
    "ENVIRONMENT": "production",
    "DEBUG": False,
    "PUBLIC_URL": "https://crossdock.example.com",
    "ALLOWED_HOSTS": ["crossdock.example.com"],
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "REDIS_URL": "rediss://:word@valkey:6379/0",
    "BROKER_URL": "amqps://me:word@rabbitmq/crossdock",
}
WRONG: list[tuple[str, Any, list[str]]] = [
    ("SECRET_KEY", "", ["crossdock.E001"]),
    ("SECRET_KEY", "s" * 31, ["crossdock.E001"]),
    ("FIELD_KEYS", [], ["crossdock.E002"]),
    ("FIELD_KEYS", [*GOOD["FIELD_KEYS"], "short"], ["crossdock.E003"]),
    ("ENVIRONMENT", "live", ["crossdock.E004"]),
    ("DEBUG", True, ["crossdock.E005"]),
    ("PUBLIC_URL", "crossdock.example.com", ["crossdock.E006"]),
    ("PUBLIC_URL", "https://crossdock.example.com/app", ["crossdock.E006"]),
    ("PUBLIC_URL", "https://me:secret@crossdock.example.com", ["crossdock.E006"]),
    ("PUBLIC_URL", "http://crossdock.example.com", ["crossdock.E007"]),
    ("PUBLIC_URL", "https://other.example.com", ["crossdock.E008"]),
    ("ALLOWED_HOSTS", ["*"], ["crossdock.W001"]),
    ("SECURE_PROXY_SSL_HEADER", None, ["crossdock.W002"]),
    ("REDIS_URL", "valkey://valkey:6379/0", ["crossdock.E009"]),
    ("REDIS_URL", "redis://", ["crossdock.E009"]),
    ("REDIS_URL", "redis://valkey:99999/0", ["crossdock.E009"]),
    ("REDIS_URL", "redis://valkey:6379/queue", ["crossdock.E009"]),
    ("BROKER_URL", "rabbitmq:5672", ["crossdock.E018"]),
    ("BROKER_URL", "amqp://", ["crossdock.E018"]),
    ("BROKER_URL", "amqp://me:word@one;amqp://me:word@two", ["crossdock.E018"]),
    ("BROKER_URL", "redis://valkey:6379/queue", ["crossdock.E018"]),
    ("WEBHOOK_RATE", 0, ["crossdock.E010"]),
    ("DATA_UPLOAD_MAX_MEMORY_SIZE", -1, ["crossdock.E010"]),
    ("ENGINE", {"claim_seconds": 5}, ["crossdock.E011"]),
    ("ENGINE", {"claim_seconds": 60, "sweep_seconds": 45.0}, ["crossdock.E011"]),
    ("ENGINE", {"batch_jobs": 0}, ["crossdock.E010"]),
    ("ENGINE", {"retry_base_seconds": 901.0}, ["crossdock.E012"]),
    ("CAPTURE", {"overlap_seconds": 15}, ["crossdock.E013"]),
    ("WORKER", {"max_tasks_per_child": 0}, ["crossdock.E010"]),
    ("WORKER", {"max_memory_mb": 149}, ["crossdock.E015"]),
    ("WORKER", {"deaf_seconds": 29.0}, ["crossdock.E016"]),
    ("BEAT", {"lease_seconds": 2.0}, ["crossdock.E017"]),
    ("BEAT", {"lease_seconds": 26.0}, ["crossdock.E017"]),
    ("REPLAY_APPROVAL_ABOVE", -1.0, ["crossdock.E019"]),
    ("TRACES", {"endpoint": "collector:4318"}, ["crossdock.E033"]),
    ("TRACES", {"endpoint": "grpc://collector:4317"}, ["crossdock.E033"]),
    ("TRACES", {"endpoint": "https://me:secret@collector"}, ["crossdock.E033"]),
    ("TRACES", {"share": 0.0}, ["crossdock.E034"]),
    ("TRACES", {"share": 1.5}, ["crossdock.E034"]),
    ("MISSING", {"grace_seconds": 0}, ["crossdock.E010"]),
    ("RETENTION", {"batch_rows": 0}, ["crossdock.E010"]),
    ("RETENTION", {"key_days": 89}, ["crossdock.E014"]),
    ("RETENTION", {"key_days": 29, "job_days": 7, "message_days": 7}, ["crossdock.E014"]),
]


@pytest.fixture
def given(settings: Any) -> Any:
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


def ids() -> list[str]:
    return [str(found.id) for found in run_checks(tags=["crossdock"])]


@pytest.mark.usefixtures("given")
def test_good_settings_pass() -> None:
    assert ids() == []


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_a_wrong_setting_has_its_own_id(given: Any, name: str, value: Any, expected: list[str]) -> None:
    merged = {**getattr(given, name), **value} if isinstance(value, dict) else value
    setattr(given, name, merged)
    assert ids() == expected


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000/"])
def test_plain_http_is_fine_on_this_machine(given: Any, url: str) -> None:
    given.PUBLIC_URL, given.ALLOWED_HOSTS = url, ["localhost", "127.0.0.1", "[::1]"]
    assert ids() == []


def test_no_check_shows_a_secret(given: Any) -> None:
    given.SECRET_KEY, given.FIELD_KEYS = "hush-hush", ["hush-hush"]
    given.REDIS_URL = "http://:hush-hush@valkey"
    assert "hush-hush" not in str(run_checks(tags=["crossdock"]))
    given.TRACES = {**given.TRACES, "endpoint": "https://:hush-hush@collector"}
    given.REDIS_URL, given.BROKER_URL = GOOD["REDIS_URL"], "http://:hush-hush@rabbitmq"
    assert "hush-hush" not in str(run_checks(tags=["crossdock"]))
