"""What the tree holds: a section a table, in the order in which rows name one another.

Not in it: secrets, people and what they may see, API tokens (of this installation), schedules (of the settings), what
people turn on and off from hour to hour, such as a pause.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Model

from integration.models import (
    AlertChannel,
    AlertRule,
    BusinessRule,
    CaseRule,
    CodeMapping,
    Connection,
    CutOff,
    DaysOff,
    OrderRule,
    Place,
    ReportSchedule,
    TrackingPage,
    Warehouse,
    WorkingHours,
)


@dataclass(frozen=True, slots=True)
class Table:
    """``key``: what names a row among the others; ``fields``: what else is said of it. Both are columns of the model,
    or what ``names`` makes of one.

    ``stays``: work and history hang on its rows, so that no file removes one.
    """

    model: type[Model]
    key: tuple[str, ...]
    fields: tuple[str, ...]
    stays: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, *self.fields)

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name)


SECTIONS: Mapping[str, Table] = {
    "connections": Table(
        Connection,
        ("slug",),
        ("name", "kind", "base_url", "environment", "options", "connect_timeout", "read_timeout", "settle_seconds",
         "max_concurrency", "calls_per_second", "acknowledge_seconds", "master_kinds", "same_codes", "four_eyes",
         "drift_policy"),
        stays=True,
    ),
    "days_off": Table(DaysOff, ("name",), ("dates",)),
    "warehouses": Table(
        Warehouse,
        ("erp", "erp_warehouse_id"),
        ("name", "company_id", "wms", "site", "owner_code", "time_zone", "days_off", "release_mode", "shipment_mode",
         "receipt_mode", "return_mode", "transfer_mode", "inventory_mode", "release_from", "shipment_from",
         "receipt_from", "return_from", "transfer_from", "inventory_from", "release_point", "remainder",
         "receipt_remainder", "notify_customer", "progress_notes", "freight_policy", "foreign_freight",
         "reconcile_at"),
        stays=True,
    ),
    "places": Table(Place, ("warehouse", "condition", "partner_location"), ("erp_location_id", "erp_location")),
    "mappings": Table(
        CodeMapping, ("partner", "kind", "odoo_code", "sku", "alias"), ("partner_code", "factor", "per")
    ),
    "rules": Table(
        BusinessRule,
        ("kind", "warehouse", "sku", "company_id", "customer_id", "reason"),
        ("value", "when", "posted", "order", "active", "note"),
    ),
    "order_rules": Table(
        OrderRule,
        ("kind", "name"),
        ("position", "erp", "warehouse", "condition", "outcome", "enabled", "active_from", "active_to", "note"),
        stays=True,
    ),
    "working_hours": Table(WorkingHours, ("warehouse", "opens"), ("closes", "days")),
    "cut_offs": Table(CutOff, ("warehouse", "carrier"), ("time", "days")),
    "tracking_pages": Table(TrackingPage, ("carrier",), ("url",)),
    "case_rules": Table(
        CaseRule,
        ("code", "flow", "warehouse", "erp_partner_id"),
        ("order", "team", "assignee", "deadline_minutes", "escalate_minutes", "escalate_to", "active"),
    ),
    "alert_rules": Table(
        AlertRule, ("kind",), ("active", "threshold", "least", "patience_minutes", "escalate_minutes")
    ),
    "alert_channels": Table(
        AlertChannel,
        ("name",),
        ("kind", "active", "severity", "from_level", "teams", "flows", "warehouse", "time_zone", "quiet_from",
         "quiet_to", "digest_at", "breaks", "tells_gone"),
    ),
    "report_schedules": Table(
        ReportSchedule,
        ("name",),
        ("report", "warehouses", "recipients", "time", "days", "time_zone", "covers", "form", "language", "active"),
    ),
}  # fmt: skip
SECTION_OF: Mapping[type[Model], str] = {table.model: section for section, table in SECTIONS.items()}
