"""How records hang together: the far ends of one2many fields, fields read through another record, default order."""

# (model, one2many) -> (target model, its many2one)
INVERSES: dict[tuple[str, str], tuple[str, str]] = {
    ("sale.order", "order_line"): ("sale.order.line", "order_id"),
    ("sale.order", "picking_ids"): ("stock.picking", "sale_id"),
    ("sale.order.line", "move_ids"): ("stock.move", "sale_line_id"),
    ("purchase.order", "order_line"): ("purchase.order.line", "order_id"),
    ("purchase.order.line", "move_ids"): ("stock.move", "purchase_line_id"),
    ("purchase.order.line", "invoice_lines"): ("account.move.line", "purchase_line_id"),
    ("stock.picking", "move_ids"): ("stock.move", "picking_id"),
    ("stock.picking", "move_ids_without_package"): ("stock.move", "picking_id"),
    ("stock.picking", "move_line_ids"): ("stock.move.line", "picking_id"),
    ("stock.picking", "move_line_ids_without_package"): ("stock.move.line", "picking_id"),
    ("stock.picking", "backorder_ids"): ("stock.picking", "backorder_id"),
    ("stock.picking", "return_ids"): ("stock.picking", "return_id"),
    ("stock.move", "move_line_ids"): ("stock.move.line", "move_id"),
    ("stock.move", "returned_move_ids"): ("stock.move", "origin_returned_move_id"),
    ("stock.scrap", "move_ids"): ("stock.move", "scrap_id"),
    ("stock.lot", "quant_ids"): ("stock.quant", "lot_id"),
    ("stock.location", "quant_ids"): ("stock.quant", "location_id"),
    ("stock.location", "child_ids"): ("stock.location", "location_id"),
    ("stock.quant.package", "quant_ids"): ("stock.quant", "package_id"),
    ("stock.package", "quant_ids"): ("stock.quant", "package_id"),
    ("product.template", "product_variant_ids"): ("product.product", "product_tmpl_id"),
    ("product.product", "packaging_ids"): ("product.packaging", "product_id"),
    ("product.product", "stock_quant_ids"): ("stock.quant", "product_id"),
    ("product.product", "stock_move_ids"): ("stock.move", "product_id"),
    ("product.product", "product_uom_ids"): ("product.uom", "product_id"),
    ("res.partner", "child_ids"): ("res.partner", "parent_id"),
    ("res.partner", "sale_order_ids"): ("sale.order", "partner_id"),
    ("account.move", "invoice_line_ids"): ("account.move.line", "move_id"),
    ("account.move", "line_ids"): ("account.move.line", "move_id"),
    ("account.move", "reversal_move_id"): ("account.move", "reversed_entry_id"),
    ("account.move", "reversal_move_ids"): ("account.move", "reversed_entry_id"),
    ("stock.return.picking", "product_return_moves"): ("stock.return.picking.line", "wizard_id"),
    ("stock.backorder.confirmation", "backorder_confirmation_line_ids"): (
        "stock.backorder.confirmation.line",
        "backorder_confirmation_id",
    ),
    ("stock.immediate.transfer", "immediate_transfer_line_ids"): (
        "stock.immediate.transfer.line",
        "immediate_transfer_id",
    ),
    ("base.automation", "action_server_ids"): ("ir.actions.server", "base_automation_id"),
    ("res.users", "api_key_ids"): ("res.users.apikeys", "user_id"),
}

# Searched often, so kept by target too.
ALSO_INDEXED = [
    ("stock.move", "group_id"),
    ("stock.move.line", "lot_id"),
    ("stock.lot", "name"),
    ("stock.picking", "picking_type_id"),
    ("stock.picking", "group_id"),
    ("product.product", "product_tmpl_id"),
    ("ir.model.data", "res_id"),
]

# Two many2many fields that are one relation.
MIRRORS: dict[tuple[str, str], tuple[str, str]] = {
    ("stock.move", "move_orig_ids"): ("stock.move", "move_dest_ids"),
    ("stock.move", "move_dest_ids"): ("stock.move", "move_orig_ids"),
    ("account.move.line", "sale_line_ids"): ("sale.order.line", "invoice_lines"),
    ("sale.order.line", "invoice_lines"): ("account.move.line", "sale_line_ids"),
}

# Fields whose value is that of another record.
RELATED: dict[str, dict[str, str]] = {
    "sale.order": {"currency_id": "company_id.currency_id", "type_name": ""},
    "sale.order.line": {
        "company_id": "order_id.company_id",
        "currency_id": "order_id.currency_id",
        "is_storable": "product_id.is_storable",
        "order_partner_id": "order_id.partner_id",
        "product_template_id": "product_id.product_tmpl_id",
        "product_type": "product_id.type",
        "salesman_id": "order_id.user_id",
        "state": "order_id.state",
        "warehouse_id": "order_id.warehouse_id",
    },
    "purchase.order.line": {
        "company_id": "order_id.company_id",
        "currency_id": "order_id.currency_id",
        "partner_id": "order_id.partner_id",
        "product_type": "product_id.type",
        "state": "order_id.state",
    },
    "stock.picking": {
        "company_id": "picking_type_id.company_id",
        "picking_type_code": "picking_type_id.code",
        "use_create_lots": "picking_type_id.use_create_lots",
        "use_existing_lots": "picking_type_id.use_existing_lots",
    },
    "stock.move": {
        "has_tracking": "product_id.tracking",
        "is_storable": "product_id.is_storable",
        "location_dest_usage": "location_dest_id.usage",
        "location_usage": "location_id.usage",
        "picking_code": "picking_type_id.code",
        "product_tmpl_id": "product_id.product_tmpl_id",
        "product_type": "product_id.type",
    },
    "stock.move.line": {
        "is_inventory": "move_id.is_inventory",
        "location_dest_usage": "location_dest_id.usage",
        "location_usage": "location_id.usage",
        "origin": "move_id.origin",
        "picking_code": "picking_id.picking_type_id.code",
        "picking_partner_id": "picking_id.partner_id",
        "picking_type_id": "picking_id.picking_type_id",
        "reference": "move_id.reference",
        "state": "move_id.state",
        "tracking": "product_id.tracking",
    },
    "stock.quant": {
        "company_id": "location_id.company_id",
        "expiration_date": "lot_id.expiration_date",
        "removal_date": "lot_id.removal_date",
        "product_categ_id": "product_id.categ_id",
        "product_tmpl_id": "product_id.product_tmpl_id",
        "product_uom_id": "product_id.uom_id",
        "tracking": "product_id.tracking",
        "warehouse_id": "location_id.warehouse_id",
    },
    "stock.lot": {"product_uom_id": "product_id.uom_id"},
    "stock.scrap": {"tracking": "product_id.tracking"},
    "product.packaging": {"product_uom_id": "product_id.uom_id"},
    "account.move": {"currency_id": "company_id.currency_id"},
    "account.move.line": {
        "company_id": "move_id.company_id",
        "parent_state": "move_id.state",
        "partner_id": "move_id.partner_id",
        "currency_id": "move_id.currency_id",
    },
    "res.company": {"email": "partner_id.email", "phone": "partner_id.phone"},
    "base.automation": {"model_name": "model_id.model"},
    "ir.actions.server": {"model_name": "model_id.model"},
    "procurement.group": {"partner_id": "sale_id.partner_shipping_id", "move_type": "sale_id.picking_policy"},
}

# A record that is another record with fields of its own.
INHERITS: dict[str, tuple[str, str, frozenset[str]]] = {
    "product.product": (
        "product_tmpl_id",
        "product.template",
        frozenset({"default_code", "barcode", "active", "weight", "volume", "standard_price", "lst_price"}),
    ),
    "res.users": (
        "partner_id",
        "res.partner",
        frozenset({"login", "password", "active", "company_id", "company_ids", "groups_id", "api_keys"}),
    ),
}

ORDER = {
    "sale.order": "date_order desc, id desc",
    "sale.order.line": "order_id, sequence, id",
    "purchase.order": "priority desc, id desc",
    "purchase.order.line": "order_id, sequence, id",
    "stock.picking": "priority desc, scheduled_date asc, id desc",
    "stock.move": "sequence, id",
    "stock.lot": "name, id",
    "stock.location": "complete_name, id",
    "stock.warehouse": "sequence, id",
    "stock.picking.type": "sequence, id",
    "product.product": "default_code, name, id",
    "product.template": "name, id",
    "res.partner": "complete_name, id",
    "res.users": "name, login, id",
    "res.country": "name, id",
    "account.move": "date desc, name desc, id desc",
    "account.move.line": "move_id, sequence, id",
    "delivery.carrier": "sequence, id",
    "stock.scrap": "id desc",
    "mail.message": "id desc",
    "ir.module.module": "name, id",
    "uom.uom": "factor desc, id",
}
ORDER_BEFORE = {
    "16": {"res.partner": "display_name, id", "product.product": "default_code, name, id"},
    "19": {"uom.uom": "sequence, relative_uom_id, id"},
}
