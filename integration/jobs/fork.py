"""A child that was forked has none of its parent's connections: two processes would read each other's answers."""

from django.db import connections

from integration.jobs import dispatch


def forget_connections() -> None:
    """Call first thing in the child. Nothing is closed in a way that the other side, or the parent, would notice."""
    for each in connections.all(initialized_only=True):
        each.connection = None  # psycopg leaves alone what another process opened
    dispatch.forget_connections()
