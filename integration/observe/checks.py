"""Settings that cannot work, as Django system checks: every process refuses to start with one of them."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004  (Django's own name)
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from config.broker import RABBITMQ
from integration.adapters.http import is_loopback, is_safe

TAG = "crossdock"
SHORTEST_SECRET = 32
SHORTEST_CLAIM = 10
SHORTEST_LEASE, LONGEST_LEASE = 3, 25
LEAST_MEMORY_MB = 150
SHORTEST_KEY_DAYS = 30
ENVIRONMENTS = ("production", "test")
MAIL_SECURITY = ("starttls", "tls", "none")
VALKEY = ("redis", "rediss")
POSITIVE = {  # setting -> its names in the environment
    "ENGINE": "ENGINE_{}",
    "CAPTURE": "CAPTURE_{}",
    "WORKER": "WORKER_{}",
    "BEAT": "BEAT_{}",
    "RETENTION": "RETENTION_{}",
    "MISSING": "MISSING_{}",
    "ALERTS": "ALERTS_{}",
}


def _error(number: int, said: str, hint: str) -> Error:
    return Error(said, hint=hint, id=f"{TAG}.E{number:03}")


def _warning(number: int, said: str, hint: str) -> Warning:
    return Warning(said, hint=hint, id=f"{TAG}.W{number:03}")


def secrets(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterator[CheckMessage]:
    try:
        length = len(settings.SECRET_KEY)
    except ImproperlyConfigured:  # Django's own answer to an empty one
        length = 0
    if length < SHORTEST_SECRET:
        said = f"SECRET_KEY has {length} characters." if length else "SECRET_KEY is not set."
        yield _error(1, said, f"Set it to at least {SHORTEST_SECRET} random characters, the same for every process.")
    if not settings.FIELD_KEYS:
        hint = "Set it to a key made by `manage.py make_key`, and keep a copy: what it encrypts is lost without it."
        yield _error(2, "FIELD_KEYS is not set.", hint)
    for place, key in enumerate(settings.FIELD_KEYS, start=1):
        if not _is_fernet_key(key):
            hint = "Keys are made by `manage.py make_key` and separated by commas; the first encrypts, all decrypt."
            yield _error(3, f"FIELD_KEYS holds something at place {place} that is not a key.", hint)


def place(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterator[CheckMessage]:
    if settings.ENVIRONMENT not in ENVIRONMENTS:
        said = f"ENVIRONMENT is {settings.ENVIRONMENT!r}."
        yield _error(4, said, f"Set it to {' or '.join(ENVIRONMENTS)}: it says which systems may be connected.")
    if settings.DEBUG and settings.ENVIRONMENT == "production":
        yield _error(5, "DEBUG is on in production.", "Remove DEBUG: its error pages show settings and data.")
    url = _address(settings.PUBLIC_URL)
    if url is None:
        hint = "Set it to what browsers and partners use, as in https://crossdock.example.com, without a path."
        yield _error(6, f"PUBLIC_URL is {settings.PUBLIC_URL!r}, which is not a plain address.", hint)
        return
    yield from _reached_by(url, url.hostname or "")


def _reached_by(url: SplitResult, host: str) -> Iterator[CheckMessage]:
    if url.scheme == "http" and not is_loopback(host):
        yield _error(7, f"PUBLIC_URL is {settings.PUBLIC_URL}, which is not HTTPS.", "Use an https:// address.")
    if not validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        hint = f"Add {host} to ALLOWED_HOSTS, separated by commas."
        yield _error(8, f"ALLOWED_HOSTS does not hold {host}, the host of PUBLIC_URL.", hint)
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Name the hosts: with * anybody can make links in our pages lead elsewhere."
        yield _warning(1, "ALLOWED_HOSTS holds *.", hint)
    if url.scheme == "https" and not settings.SECURE_PROXY_SSL_HEADER:
        hint = "If a proxy ends TLS in front of us, set BEHIND_PROXY=true: without it every page redirects to itself."
        yield _warning(2, "PUBLIC_URL is HTTPS and BEHIND_PROXY is not set.", hint)


def broker(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterator[CheckMessage]:
    if not _is_valkey(settings.REDIS_URL):
        hint = "It looks like redis://:password@host:6379/0, or rediss:// with TLS, for Valkey too."
        yield _error(9, "REDIS_URL is not an address of Valkey or Redis.", hint)
    elif not (_is_valkey(settings.BROKER_URL) or _is_rabbitmq(settings.BROKER_URL)):
        hint = (
            "It looks like amqp://user:password@host:5672/virtual-host, or amqps:// with TLS; without it REDIS_URL is."
        )
        yield _error(18, "BROKER_URL is not an address of RabbitMQ, Valkey or Redis.", hint)


def mail(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterator[CheckMessage]:
    if settings.EMAIL_SECURITY not in MAIL_SECURITY:
        hint = (
            "starttls asks for encryption on the usual port, tls speaks nothing else, none is for a server beside us."
        )
        yield _error(31, f"EMAIL_SECURITY is {settings.EMAIL_SECURITY!r}, not {', '.join(MAIL_SECURITY)}.", hint)
    if settings.EMAIL_PORT not in range(1, 65_536) or settings.EMAIL_TIMEOUT <= 0:
        said = f"EMAIL_PORT is {settings.EMAIL_PORT}, EMAIL_TIMEOUT_SECONDS {settings.EMAIL_TIMEOUT:g}."
        yield _error(32, said, "A port is 1 to 65535, and the time more than 0; remove them to get the usual values.")
    if settings.EMAIL_HOST and settings.DEFAULT_FROM_EMAIL.rpartition("@")[2] in ("", "localhost"):
        yield _warning(31, "EMAIL_HOST is set and EMAIL_FROM is not.", "Set it to the address that reports come from.")


def numbers(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterator[CheckMessage]:
    for group, template in POSITIVE.items():
        for name, value in getattr(settings, group).items():
            if value <= 0:
                yield _not_positive(template.format(name.upper()), value)
    for name in ("DATA_UPLOAD_MAX_MEMORY_SIZE", "WEBHOOK_RATE", "DOWNTIME_PACK_MINUTES"):
        if getattr(settings, name) <= 0:
            shown = "MAX_BODY_BYTES" if name == "DATA_UPLOAD_MAX_MEMORY_SIZE" else name
            yield _not_positive(shown, getattr(settings, name))


def _not_positive(name: str, value: float) -> Error:
    return _error(10, f"{name} is {value}.", "It must be more than 0; remove it to get the usual value.")


def times(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterator[CheckMessage]:
    engine, capture = settings.ENGINE, settings.CAPTURE
    if 0 < engine["claim_seconds"] < max(SHORTEST_CLAIM, 2 * engine["sweep_seconds"]):
        said = f"ENGINE_CLAIM_SECONDS is {engine['claim_seconds']}."
        hint = f"Use at least {SHORTEST_CLAIM}, and twice ENGINE_SWEEP_SECONDS: a shorter claim ends during a call."
        yield _error(11, said, hint)
    if engine["retry_base_seconds"] > engine["retry_cap_seconds"]:
        hint = "The first wait must not be longer than the longest."
        yield _error(12, "ENGINE_RETRY_BASE_SECONDS is more than ENGINE_RETRY_CAP_SECONDS.", hint)
    if capture["overlap_seconds"] < 2 * capture["poll_seconds"]:
        hint = "Use at least twice the poll: what a long transaction wrote late is found in the overlap only."
        yield _error(13, "CAPTURE_OVERLAP_SECONDS is less than two polls of CAPTURE_POLL_SECONDS.", hint)


def processes(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterator[CheckMessage]:
    worker, lease = settings.WORKER, settings.BEAT["lease_seconds"]
    if 0 < worker["max_memory_mb"] < LEAST_MEMORY_MB:
        hint = f"Use at least {LEAST_MEMORY_MB}: a child that is larger from the start is replaced after each task."
        yield _error(15, f"WORKER_MAX_MEMORY_MB is {worker['max_memory_mb']}.", hint)
    if worker["deaf_seconds"] < 3 * worker["canary_seconds"]:
        hint = "Use at least three times WORKER_CANARY_SECONDS: a busy worker may answer the third canary only."
        yield _error(16, f"WORKER_DEAF_SECONDS is {worker['deaf_seconds']:g}.", hint)
    if lease > LONGEST_LEASE or 0 < lease < SHORTEST_LEASE:
        hint = f"Use {SHORTEST_LEASE} to {LONGEST_LEASE}: a shorter one is lost by a hiccup, a longer one is missed."
        yield _error(17, f"BEAT_LEASE_SECONDS is {lease:g}.", hint)


def retention(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterator[CheckMessage]:
    days = settings.RETENTION
    least = max(SHORTEST_KEY_DAYS, days["job_days"], days["message_days"])
    if 0 < days["key_days"] < least:
        hint = f"Use at least {least}: a message or a write that comes again after its key has gone is done again."
        yield _error(14, f"RETENTION_KEY_DAYS is {days['key_days']}.", hint)


def replays(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterator[CheckMessage]:
    if settings.REPLAY_APPROVAL_ABOVE < 0:
        hint = "Use 0 to have each replay approved that has a value."
        yield _error(19, f"REPLAY_APPROVAL_ABOVE is {settings.REPLAY_APPROVAL_ABOVE:g}.", hint)


def traces(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterator[CheckMessage]:
    known = settings.TRACES
    if known["endpoint"] and not _is_collector(known["endpoint"]):
        hint = "It looks like https://collector.example.com:4318; without it nothing is traced. A key goes into "
        hint += "OTEL_EXPORTER_OTLP_HEADERS."
        yield _error(33, "OTEL_EXPORTER_OTLP_ENDPOINT is not the address of a collector.", hint)
    if not 0 < known["share"] <= 1:
        hint = "Use more than 0 and at most 1, which is all of them; remove OTEL_EXPORTER_OTLP_ENDPOINT to trace none."
        yield _error(34, f"OTEL_TRACES_SAMPLER_ARG is {known['share']:g}.", hint)


def heartbeat(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterator[CheckMessage]:
    """The address is not repeated: it is as good as a password."""
    if settings.HEARTBEAT_URL and not is_safe(settings.HEARTBEAT_URL):
        hint = "It looks like https://hc-ping.com/...; leave it out if nobody watches from outside."
        yield _error(20, "HEARTBEAT_URL is not an https:// address.", hint)


ALL = (
    *(secrets, place, broker, mail, numbers, times, retention, processes, replays, traces),
    heartbeat,
)


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _is_valkey(text: str) -> bool:
    try:
        url = urlsplit(text)
        return (
            url.scheme in VALKEY and bool(url.hostname) and url.port != 0 and (url.path.strip("/") or "0").isdecimal()
        )
    except ValueError:
        return False


def _is_rabbitmq(text: str) -> bool:
    """One address, a cluster's by its load balancer: py-amqp would hold all to the certificate of the first."""
    try:
        url = urlsplit(text)
        return url.scheme in RABBITMQ and bool(url.hostname) and url.port != 0 and ";" not in text
    except ValueError:
        return False


def _is_collector(text: str) -> bool:
    try:
        url = urlsplit(text)
        return (
            url.scheme in ("http", "https")
            and bool(url.hostname)
            and url.port != 0
            and not (url.query or url.fragment or "@" in url.netloc)
        )
    except ValueError:
        return False


def _address(text: str) -> SplitResult | None:
    """None for anything but scheme, host and port."""
    try:
        url = urlsplit(text)
        plain = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        return None
    return url if plain and url.path in ("", "/") and not (url.query or url.fragment or "@" in url.netloc) else None
