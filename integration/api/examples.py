"""One example for every operation of the OpenAPI document; a test holds them to its schemas."""

from typing import Any

Json = dict[str, Any]

_TRACE = "0b9c7f1e-58a1-4a4e-9d0c-6a0d0f1b2c3d"
_AT, _LATER = "2026-03-02T09:15:00Z", "2026-03-02T11:40:12Z"

_CONNECTION: Json = {
    **{"id": 2, "slug": "northgate", "name": "Northgate 3PL", "kind": "http_json", "environment": "production"},
    **{"enabled": True, "probed_at": _AT, "breaker": "closed", "last_success_at": _LATER},
}
_WAREHOUSE: Json = {
    **{"id": 1, "name": "Northgate Leeds", "erp": "odoo", "company_id": 1, "erp_warehouse_id": 1},
    **{"wms": "northgate", "site": "LEEDS", "owner_code": "ACME", "release_mode": "live", "shipment_mode": "live"},
    **{"receipt_mode": "live", "return_mode": "off", "transfer_mode": "off", "receipt_remainder": "backorder"},
    **{"release_point": "reserved", "remainder": "backorder", "notify_customer": False},
}
_INBOUND: Json = {
    **{"id": 5120, "connection": "northgate", "external_id": "msg_2b7", "type": "shipment.confirmed"},
    **{"reference": "SHP-9001", "document": "WH/OUT/00042", "drift": [], "edits": 0, "trace_id": _TRACE},
    "received_at": _LATER,
}
_OUTBOUND: Json = {
    **{"id": 811, "connection": "northgate", "key": "order_release/WH/OUT/00042/1", "type": "order.release"},
    **{"reference": "WH/OUT/00042", "version": 1, "document": "WH/OUT/00042", "state": "accepted"},
    **{"partner_reference": "N-77120", "reason": "", "trace_id": _TRACE, "created_at": _AT, "sent_at": _AT},
    **{"acknowledge_by": "2026-03-02T09:30:00Z", "answered_at": "2026-03-02T09:16:30Z"},
}
_REPORT: Json = {
    **{"report": "hypercare", "title": "Daily hypercare", "day": "2026-03-02", "as_of": _LATER, "nothing": ""},
    "figures": [{"key": "unexplained", "title": "Unexplained", "value": 0}],
    "series": [{"key": "by_hand", "title": "Keyed again by people", "days": {"2026-03-01": None, "2026-03-02": 1.0}}],
    "tables": [
        {
            "key": "subjects",
            "title": "What came through",
            "rows": [
                {"subject": "Orders", "whole": 41, "matched": 40, "explained": 1, "unexplained": 0, "share": 100.0}
            ],
        }
    ],
}
_JOB: Json = {
    **{"id": 9031, "flow": "shipment_confirmation", "subject": "shipment.confirmed SHP-9001", "state": "blocked"},
    **{"stream": "delivery:2:WH/OUT/00042", "lane": "Shipment", "document": "WH/OUT/00042", "inbound": 5120},
    **{"outbound": None, "attempts": 1, "tries": 1, "crashes": 0, "next_attempt_at": None, "waits_for": None},
    **{"failure_code": "CD-3002", "failure_mode": "Unknown SKU from the warehouse"},
    **{"failure_text": "northgate shipped SKU X-1, which is mapped to no Odoo product.", "trace_id": _TRACE},
    **{"created_at": _LATER, "finished_at": None},
}
_ATTEMPT: Json = {
    **{"id": 12040, "number": 1, "worker": "worker@web-1", "started_at": _LATER, "ended_at": _LATER},
    **{"outcome": "blocked", "code": "CD-3002", "calls": []},
    "detail": "northgate shipped SKU X-1, which is mapped to no Odoo product.",
}
_LINE: Json = {
    **{"line": "318", "sku": "CHAIR-OAK", "unit": "Units", "tracking": "none", "partner_sku": "100-441"},
    **{"partner_unit": "EA", "factor": "1", "per": "1", "ordered": "12", "released": "12", "shipped": "8", "over": "0"},
    **{"received": "0", "damaged": "0", "cancelled": "0"},
    **{"stage": "shipped", "picked": "12", "packed": "12", "short": "0", "substituted": "0"},
}
_PARCEL: Json = {
    **{"shipment": "SHP-1", "number": "1Z0001", "package": "P1", "status": "delivered", "status_at": _LATER},
    **{"place": "Leeds", "delivered_at": _LATER, "freight": "12.4", "currency": "GBP"},
}
_DELIVERY: Json = {
    **{"id": 42, "reference": "WH/OUT/00042", "erp_id": 42, "warehouse": "Northgate Leeds", "state": "part_shipped"},
    **{"version": 1, "stage": "packed", "lines": [_LINE], "parcels": [_PARCEL]},
}
_ORDER: Json = {
    **{"id": 41, "connection": "odoo", "reference": "S00031", "erp_id": 31, "state": "part_shipped"},
    **{"customer_reference": "PO-7781", "value": "1240.5", "currency": "GBP", "created_at": _AT, "updated_at": _LATER},
    "deliveries": [_DELIVERY],
}
_STOCK: Json = {
    **{"id": 7, "warehouse": "Northgate Leeds", "sku": "CHAIR-OAK", "lot": "", "condition": "good"},
    **{"place_name": "WH/Stock", "on_hand": "120", "reserved": "12", "in_flight": "-8", "to_ship": "4"},
    **{"reported": "112", "expected": "112", "difference": "0", "reported_at": _AT, "read_at": _LATER},
}
_CASE: Json = {
    **{"id": 17, "code": "CD-3002", "title": "Unknown SKU from the warehouse", "owner": "master data"},
    **{"assignee": "anna", "snoozed_until": None},
    "cause": "northgate shipped SKU X-1, which is mapped to no Odoo product.",
    "fix": "Add a product mapping from X-1 to the Odoo product. The shipment then posts by itself.",
    **{"severity": "high", "state": "open", "connection": "northgate", "document": "WH/OUT/00042"},
    **{"context": {"kind": "product", "scope": "northgate", "code": "X-1"}, "value": "1240.50", "currency": "GBP"},
    **{"deadline": None, "count": 3, "first_seen": _LATER, "last_seen": _LATER, "regression_of": None},
    **{"resolved_at": None, "resolution": ""},
}
_TRANSIT: Json = {
    **{"id": 12, "connection": "odoo", "transfer": "WH/OUT/00071", "sku": "CHAIR-ASH", "lot": "", "unit": "Units"},
    **{"quantity": "5", "left_at": _LATER},
}
_FLOW: Json = {
    **{"flow": "shipment_confirmation", "says": "What left the warehouse is posted in Odoo", "lane": "Shipment"},
    **{"impact": "stock is wrong", "money": "direct", "latency": "seconds", "promise_seconds": 60, "severity": "high"},
    **{"jobs": 1840, "half": 2.1, "most": 9.4, "kept": 0.998},
}
_LANE: Json = {
    **{"lane": "Order", "state": "draining", "due": 4200, "held": 0, "done_per_second": 7.5, "come_per_second": 0.5},
    **{"clear_at": "2026-03-02T11:50:12Z", "why": ["Odoo takes 8 calls a second"]},
}
_NEW_MAPPING: Json = {"kind": "product", "partner": "northgate", "odoo_code": "CHAIR-ASH", "partner_code": "X-1"}
_MAPPING: Json = {
    **_NEW_MAPPING,
    **{"id": 204, "sku": "", "factor": "1", "per": "1", "alias": False},
    **{"version": 1, "valid_from": _LATER, "valid_to": None, "made_by": "ann"},
}
_RETRIED: Json = _JOB | {"state": "pending", "attempts": 0}
_CANCELLED: Json = _JOB | {"state": "cancelled", "finished_at": _LATER}
_ALERT: Json = {
    "id": 31,
    "kind": "away",
    "fingerprint": "away/2",
    "state": "open",
    "severity": "high",
    "says": "Northgate 3PL has not answered for 12 min: 37 jobs wait for it.",
    "todo": "Ask whoever runs it. The work waits and goes on by itself.",
    "team": "administrator",
    "flow": "",
    "warehouse": None,
    "connection": "northgate",
    "level": 0,
    "count": 14,
    "first_seen": "2026-03-02T11:40:00Z",
    "last_seen": "2026-03-02T11:52:00Z",
    "gone_at": None,
    "acknowledged_at": None,
    "acknowledged_by": "",
}
_RESOLVED: Json = _CASE | {"state": "resolved", "resolved_at": _LATER, "resolution": "Mapped to CHAIR-ASH."}

_SHIPPED: Json = {
    **{"shipment": "SHP-9001", "release": "WH/OUT/00042", "shipped_at": "2026-03-02T11:39:00Z", "carrier": "DPD"},
    **{"tracking_numbers": ["15501234567890"], "final": True, "shipment_count": 1},
    "packages": [{"package": "P1", "tracking_number": "15501234567890", "weight_kg": "6.4"}],
    "lines": [{"line": "318", "sku": "100-441", "quantity": "8", "unit": "EA", "package": "P1"}],
}
_RECEIVED: Json = {
    **{"receipt": "RCV-77", "advice": "WH/IN/00007", "received_at": "2026-03-02T11:39:00Z"},
    **{"final": True, "receipt_count": 1},
    "lines": [{"line": "208", "sku": "100-441", "quantity": "8", "unit": "EA"}],
}
_ACCEPTED: Json = {"release": "WH/OUT/00042", "version": 1, "warehouse_order": "N-77120"}
_REJECTED: Json = {"release": "WH/OUT/00042", "version": 1, "reason": "The address cannot be served."}
_ADJUSTED: Json = {
    **{"adjustment": "ADJ-17", "site": "LEEDS", "adjusted_at": _AT},
    "lines": [{"sku": "100-441", "quantity": "-1", "unit": "EA", "reason": "BROKEN"}],
}
_COUNTED: Json = {
    **{"count": "CC-204", "site": "LEEDS", "counted_at": _AT},
    "lines": [{"sku": "100-441", "quantity": "112", "unit": "EA"}],
}
_SNAPSHOT: Json = {
    **{"snapshot": "SNAP-9", "site": "LEEDS", "taken_at": _AT, "page": 1, "pages": 1},
    "lines": [{"sku": "100-441", "unit": "EA", "on_hand": "112", "allocated": "4"}],
}


def _event(kind: str, data: Json) -> Json:
    return {"type": kind, "timestamp": _LATER, "data": data}


def _page(row: Json) -> Json:
    return {"next": None, "results": [row]}


REQUESTS: dict[str, Json] = {
    "webhook": {
        "shipment.confirmed": _event("shipment.confirmed", _SHIPPED),
        "order.accepted": _event("order.accepted", _ACCEPTED),
        "order.rejected": _event("order.rejected", _REJECTED),
        "receipt.confirmed": _event("receipt.confirmed", _RECEIVED),
        "inventory.adjusted": _event("inventory.adjusted", _ADJUSTED),
        "inventory.counted": _event("inventory.counted", _COUNTED),
        "inventory.snapshot": _event("inventory.snapshot", _SNAPSHOT),
    },
    "hint": {"order": {"_action": "Crossdock(#7)", "_model": "sale.order", "_id": 31, "id": 31}},
    "jobs_cancel_create": {"cancel": {"reason": "Shipped by hand."}},
    "cases_resolve_create": {"resolve": {"resolution": "Mapped to CHAIR-ASH."}},
    "cases_done_by_hand_create": {"done": {"resolution": "Booked on WH/OUT/00042 in Odoo."}},
    "mappings_create": {"product": _NEW_MAPPING, "alias": _NEW_MAPPING | {"partner_code": "X-1-OLD", "alias": True}},
}
_STEP = {
    "id": 9120,
    "happened_at": "2026-05-12T09:00:00Z",
    "movement": "returned",
    "sku": "DRILL",
    "lot": "DRILL-007",
    "quantity": "1",
    "condition": "good",
    "warehouse": "Leeds",
    "document": "WH/IN/00017",
    "order": "S00042",
    "event": "return/northgate/NORTH/RET-000017",
    "numbers": [{"type": "return", "number": "RET-000017"}],
    "entries": [
        {"entry": "RINV/2026/00003", "kind": "out_refund", "currency": "USD", "net": "100", "total": "115"},
    ],
}
_PACK: Json = {
    **{"id": 1, "warehouse": "Northgate Leeds", "site": "LEEDS", "made_at": _LATER},
    **{"orders": 37, "waiting": 2, "left_out": 0},
}
ANSWERS: dict[str, Json] = {
    "webhook": {"message": 5120, "trace": _TRACE},
    "hint": {},
    "connections_list": _page(_CONNECTION),
    "connections_retrieve": _CONNECTION,
    "warehouses_list": _page(_WAREHOUSE),
    "warehouses_retrieve": _WAREHOUSE,
    "messages_inbound_list": _page(_INBOUND),
    "messages_inbound_retrieve": _INBOUND,
    "messages_inbound_body_retrieve": {"id": 5120, "encoding": "utf-8", "body": '{"type": "shipment.confirmed"}'},
    "messages_outbound_list": _page(_OUTBOUND),
    "messages_outbound_retrieve": _OUTBOUND,
    "messages_outbound_body_retrieve": {"id": 811, "encoding": "utf-8", "body": '{"release": "WH/OUT/00042"}'},
    "jobs_list": _page(_JOB),
    "lanes_list": _page(_LANE),
    "flows_list": _page(_FLOW),
    "jobs_retrieve": _JOB,
    "jobs_attempts_list": _page(_ATTEMPT),
    "jobs_retry_create": _RETRIED,
    "jobs_cancel_create": _CANCELLED,
    "orders_list": _page(_ORDER),
    "orders_retrieve": _ORDER,
    "trace_list": _page(_STEP),
    "in_transit_list": _page(_TRANSIT),
    "in_transit_retrieve": _TRANSIT,
    "reports_retrieve": _REPORT,
    "inventory_list": _page(_STOCK),
    "inventory_retrieve": _STOCK,
    "cases_list": _page(_CASE),
    "cases_retrieve": _CASE,
    "cases_retry_create": {"retried": 3},
    "cases_resolve_create": _RESOLVED,
    "cases_done_by_hand_create": _RESOLVED | {"resolution": "Booked on WH/OUT/00042 in Odoo."},
    "alerts_list": _page(_ALERT),
    "alerts_retrieve": _ALERT,
    "downtime_packs_list": _page(_PACK),
    "downtime_packs_retrieve": _PACK | {"sheets": "<!doctype html>...", "form": "order,release,shipment,..."},
    "mappings_list": _page(_MAPPING),
    "mappings_retrieve": _MAPPING,
    "mappings_create": _MAPPING,
}
