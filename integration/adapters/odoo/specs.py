"""Which fields we read of what. A field that a version lacks is left out of the call."""

from typing import Any

ID: dict[str, Any] = {"id": {}}
NAME: dict[str, Any] = {"name": {}}
PARTNER: dict[str, Any] = {
    **NAME,
    "commercial_company_name": {},
    "parent_id": NAME,
    "street": {},
    "street2": {},
    "city": {},
    "zip": {},
    "state_id": {"code": {}},
    "country_code": {},
    "phone": {},
    "mobile": {},
    "email": {},
}
CUSTOMER: dict[str, Any] = {
    "sale_warn": {},
    "sale_warn_msg": {},
    "picking_warn": {},
    "picking_warn_msg": {},
    "credit": {},
    "credit_limit": {},
    "use_partner_credit_limit": {},
}
TRAITS: dict[str, Any] = {"category_id": NAME, "country_code": {}, "is_company": {}}  # that rules go by
LINE: dict[str, Any] = {
    "lot_id": NAME,
    "quantity": {},
    "qty_done": {},
    "reserved_uom_qty": {},
    "picked": {},
    "product_uom_id": ID,
    "package_id": ID,
    "result_package_id": NAME,
    "location_id": ID,
    "write_date": {},
}
MOVE: dict[str, Any] = {
    "sale_line_id": ID,
    "product_id": {**NAME, "default_code": {}, "barcode": {}, "tracking": {}},
    "product_uom": {**NAME, "rounding": {}},
    "product_uom_qty": {},
    "product_qty": {},
    "quantity": {},
    "quantity_done": {},
    "reserved_availability": {},
    "picked": {},
    "state": {},
    "location_id": ID,
    "location_dest_id": ID,
    "move_orig_ids": ID,
    "origin_returned_move_id": {"picking_id": ID},
    "move_line_ids": LINE,
    "write_date": {},
}
PICKING: dict[str, Any] = {
    **NAME,
    "state": {},
    "note": {},
    "sale_id": ID,
    "backorder_id": ID,
    "return_id": ID,
    "picking_type_id": {"code": {}, "warehouse_id": ID},
    "company_id": {"currency_id": NAME},
    "scheduled_date": {},
    "move_type": {},
    "carrier_id": NAME,
    "carrier_tracking_ref": {},
    "carrier_price": {},
    "move_ids": MOVE,
    "write_date": {},
}
USAGE: dict[str, Any] = {"usage": {}}
RECEIVED_MOVE: dict[str, Any] = {
    **MOVE,
    "purchase_line_id": ID,
    "move_line_ids": {**LINE, "lot_name": {}, "location_dest_id": ID},
}
INCOMING: dict[str, Any] = {
    **PICKING,
    "location_id": USAGE,
    "location_dest_id": USAGE,
    "date_done": {},
    "move_ids": RECEIVED_MOVE,
}
# A component of a kit names the bill that it comes from; its order line has the kit.
RELEASED_MOVE: dict[str, Any] = {
    **MOVE,
    "bom_line_id": ID,
    "product_id": {**MOVE["product_id"], "categ_id": {"complete_name": {}}},
    "sale_line_id": {"product_id": {"default_code": {}}},
}
RELEASED_PICKING: dict[str, Any] = {**PICKING, "partner_id": PARTNER, "move_ids": RELEASED_MOVE}
ORDER: dict[str, Any] = {
    **NAME,
    "state": {},
    "locked": {},
    "company_id": {"account_use_credit_limit": {}},
    "warehouse_id": ID,
    "partner_id": {**NAME, **CUSTOMER, **TRAITS, "commercial_partner_id": {**NAME, **CUSTOMER}},
    "partner_shipping_id": PARTNER,
    "client_order_ref": {},
    "date_order": {},
    "commitment_date": {},
    "payment_term_id": NAME,
    "tag_ids": NAME,
    "amount_total": {},
    "currency_id": NAME,
    "picking_ids": RELEASED_PICKING,
    "write_date": {},
}
PURCHASE: dict[str, Any] = {
    **NAME,
    "state": {},
    "company_id": ID,
    "picking_type_id": {"warehouse_id": ID},
    "partner_id": {**NAME, "commercial_company_name": {}},
    "partner_ref": {},
    "date_planned": {},
    "amount_total": {},
    "currency_id": NAME,
    "picking_ids": INCOMING,
    "write_date": {},
}
LEG: dict[str, Any] = {
    **INCOMING,
    "picking_type_id": {"code": {}, "warehouse_id": {"partner_id": PARTNER}},
    "partner_id": PARTNER,
}
BESIDE: dict[str, Any] = {"picking_id": ID}
FAMILY: dict[str, Any] = {
    "sale_id": ID,
    "location_id": USAGE,
    "location_dest_id": USAGE,
    "backorder_id": ID,
    "backorder_ids": ID,
    "move_ids": {"move_orig_ids": BESIDE, "move_dest_ids": BESIDE, "purchase_line_id": ID},
}
