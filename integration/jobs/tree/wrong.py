"""What stops a tree from being written."""

from integration.jobs.acts import NotAllowed


class Wrong(NotAllowed):
    """In words for people, beginning with the row that they are about."""
