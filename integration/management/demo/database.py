"""A clean database for each demo."""

from urllib.parse import urlsplit

import psycopg
import redis
from psycopg import sql

from config.local.errors import LocalError
from config.local.stack import Local

NAME = "crossdock_demo_{slot}"  # a slot is a session's own number: two demos do not meet


def recreate(local: Local) -> str:
    """Drops what an earlier demo left, the broker's queue too; the address of the new, empty database."""
    url = urlsplit(local.database_url)._replace(path=f"/{NAME.format(slot=local.slot)}")
    name = sql.Identifier(url.path.lstrip("/"))
    try:
        with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    except psycopg.Error as error:
        raise LocalError(f"The demo needs a database of its own and cannot make it: {error}") from error
    if local.slot:
        redis.Redis.from_url(local.redis_url).flushdb()
    return url.geturl()
