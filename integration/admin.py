"""Where Django looks for the console's pages."""

from integration.console import (  # noqa: F401  (importing a module registers its pages)
    access,
    capture,
    cases,
    changes,
    connections,
    documents,
    mapping,
    master,
    messages,
    parcels,
    retention,
    rules,
    schedule,
    stock,
    work,
)
