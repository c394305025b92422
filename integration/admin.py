"""Where Django looks for the console's pages."""

import integration.console.cases.admin
import integration.console.cases.rules  # noqa: F401
from integration.console import (  # noqa: F401  (importing a module registers its pages)
    access,
    capture,
    carriers,
    changes,
    connections,
    documents,
    downtime,
    mapping,
    master,
    messages,
    parcels,
    pulse,
    reconcile,
    recovery,
    replays,
    retention,
    rules,
    schedule,
    stock,
    work,
)
