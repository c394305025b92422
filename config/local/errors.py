"""What this package tells a person when it cannot go on."""


class LocalError(RuntimeError):
    """A local server or process did not do as asked; the text says which, why and what to do."""
