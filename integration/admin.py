"""Where Django looks for the console's pages."""

import integration.console.alerts.admin
import integration.console.alerts.setup
import integration.console.cases.admin
import integration.console.cases.rules
import integration.console.order_rules.admin
import integration.console.reports.admin
import integration.console.tries.admin  # noqa: F401
from integration.console import (  # noqa: F401  (importing a module registers its pages)
    access,
    calendars,
    capture,
    carriers,
    change_log,
    changes,
    config_drift,
    conformance,
    connections,
    documents,
    downtime,
    drift,
    guard_pages,
    keys,
    mapping,
    master,
    messages,
    parcels,
    pulse,
    reconcile,
    recovery,
    replays,
    retention,
    rights_page,
    rollout,
    rules,
    schedule,
    stock,
    waves,
    work,
)
