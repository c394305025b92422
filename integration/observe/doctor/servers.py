"""PostgreSQL, and the broker with its marks."""

import time
from collections.abc import Iterator

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

from config.broker import is_rabbitmq
from config.queues import queues
from integration.adapters.base import Finding
from integration.jobs import workers
from integration.observe.report import good, note, problem, warning

OLDEST_POSTGRESQL = 14
OLDEST_RABBITMQ = (3, 10)
LARGEST_SKEW = 5.0
FAR_SKEW = 60.0


def database() -> Iterator[Finding]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = str(cursor.fetchone()[0])
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float")
            skew = float(cursor.fetchone()[0]) - time.time()
    except (DatabaseError, InterfaceError) as wrong:
        said = (str(wrong).strip().splitlines() or ["it cannot be reached"])[0]
        yield problem("database", said, "Start PostgreSQL, or correct DATABASE_URL.")
        return
    yield good("database", f"PostgreSQL {version.split(maxsplit=1)[0]}")
    if int(version.split(".", maxsplit=1)[0].split(maxsplit=1)[0]) < OLDEST_POSTGRESQL:
        yield problem("version", version, f"Upgrade PostgreSQL to {OLDEST_POSTGRESQL} or later.")
    yield from _clock(skew)
    yield from _migrations()


def _clock(skew: float) -> Iterator[Finding]:
    detail = f"PostgreSQL's clock is {skew:+.1f} s from this machine's"
    fix = "Set both clocks by NTP: signatures are checked by this machine's clock, work is due by PostgreSQL's."
    if abs(skew) > LARGEST_SKEW:
        yield (problem if abs(skew) > FAR_SKEW else warning)("clock", detail, fix)
    else:
        yield good("clock", detail)


def _migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        names = ", ".join(str(migration) for migration, _ in missing[:3])
        yield problem("migrations", f"{len(missing)} are missing: {names}", "Run `manage.py migrate`.")
    else:
        yield good("migrations", "all applied")


def broker() -> Iterator[Finding]:
    if is_rabbitmq(settings.BROKER_URL):
        yield from _rabbitmq()
        yield from _valkey("marks", "Wake-ups are doubled and webhooks not limited meanwhile.")
    else:
        yield from _valkey("broker", "Messages are taken meanwhile; work starts when it is back.")


def _rabbitmq() -> Iterator[Finding]:
    try:
        version, others = workers.rabbitmq(queues(settings.BROKER_URL))
    except ConnectionError as down:
        fix = "Start RabbitMQ, or correct BROKER_URL. Messages are taken meanwhile; work starts when it is back."
        yield problem("broker", str(down).splitlines()[0], fix)
        return
    yield good("broker", f"RabbitMQ {version}")
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_RABBITMQ:
        yield problem("version", version, "Upgrade RabbitMQ to 3.10 or later: its quorum queues are ours.")
    for name in others:
        fix = f"Stop the workers and run `rabbitmqctl delete_queue {name}`: it holds wake-ups only, which come again."
        yield problem(f"queue {name}", "it is there, but not as the quorum queue that we declare", fix)


def _valkey(name: str, meanwhile: str) -> Iterator[Finding]:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2.0, socket_connect_timeout=2.0)
    try:
        about = client.info("server")
    except (redis.RedisError, OSError, ValueError) as wrong:
        yield problem(name, str(wrong).splitlines()[0], f"Start Valkey, or correct REDIS_URL. {meanwhile}")
        return
    kind = str(about.get("server_name", "redis")).capitalize()
    yield good(name, f"{kind} {about.get(f'{kind.lower()}_version', about.get('redis_version', ''))}")
    yield _policy(client)


def _policy(client: "redis.Redis") -> Finding:
    try:
        held = {**client.config_get("maxmemory"), **client.config_get("maxmemory-policy")}
    except redis.RedisError:
        return note("memory", "its policy may not be read here; it should be noeviction")
    policy, limit = str(held.get("maxmemory-policy", "")), str(held.get("maxmemory", "0"))
    if limit == "0" or policy == "noeviction":
        return good("memory", "nothing is dropped" if limit == "0" else f"{policy} at {limit} bytes")
    fix = "Set maxmemory-policy to noeviction: a wake-up that is dropped delays its work until the next sweep."
    return warning("memory", f"{policy} at {limit} bytes", fix)
