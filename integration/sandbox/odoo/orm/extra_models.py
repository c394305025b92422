"""Models that recordings only name as targets, fields kept on every version, and renamed fields."""

# Field name in one version -> the name under which the value is kept.
ALIASES: dict[str, dict[str, str]] = {
    "sale.order.line": {"product_uom_id": "product_uom", "tax_ids": "tax_id"},
    "purchase.order.line": {"product_uom_id": "product_uom", "tax_ids": "taxes_id"},
    "res.users": {"group_ids": "groups_id"},
    "res.company": {"stock_text_confirmation": "stock_move_sms_validation"},
}

# Kept on every version, shown only where the version has the field.
HIDDEN = {
    "stock.move": (
        "name:char inventory_name:char scrapped:boolean group_id:many2one=procurement.group quantity:float "
        "picked:boolean quantity_done:float location_final_id:many2one=stock.location bom_line_id:many2one=mrp.bom.line"
    ),
    "stock.move.line": "picked:boolean quantity:float qty_done:float reserved_uom_qty:float",
    "stock.picking": "group_id:many2one=procurement.group return_id:many2one=stock.picking",
    "sale.order": "procurement_group_id:many2one=procurement.group locked:boolean",
    "sale.order.line": "product_uom:many2one=uom.uom tax_id:many2many=account.tax",
    "purchase.order": "group_id:many2one=procurement.group locked:boolean",
    "purchase.order.line": "product_uom:many2one=uom.uom taxes_id:many2many=account.tax",
    "product.template": "is_storable:boolean detailed_type:selection product_id:many2one=product.product",
    "product.product": "is_storable:boolean",
    "res.users": "password:char api_keys:json groups_id:many2many=res.groups",
    "res.company": "stock_move_sms_validation:boolean",
    "stock.location": "scrap_location:boolean",
    "stock.warehouse": "sequence_codes:json",
    "stock.picking.type": "move_type:selection",
    "uom.uom": "factor:float uom_type:selection",
    "stock.scrap": "move_id:many2one=stock.move move_ids:one2many=stock.move",
    "stock.reference": "sale_id:many2one=sale.order move_type:selection",
    "stock.return.picking": "new_picking_id:many2one=stock.picking",
    "account.move": "settled:float",
    "res.users.apikeys": "secret:char",
}

# What took the place of a model that is gone.
SUCCESSORS = {"procurement.group": "stock.reference"}

EXTRA = {
    "account.journal": "name:char code:char type:selection company_id:many2one=res.company active:boolean",
    "account.payment.term": "name:char",
    "account.tax": "name:char amount:float type_tax_use:selection company_id:many2one=res.company active:boolean",
    "confirm.stock.sms": "pick_ids:many2many=stock.picking",
    "crm.tag": "name:char",
    "crm.team": "name:char active:boolean",
    "expiry.picking.confirmation": (
        "picking_ids:many2many=stock.picking lot_ids:many2many=stock.lot description:char show_lots:boolean"
    ),
    "ir.config_parameter": "key:char value:text",
    "ir.model": "name:char model:char transient:boolean",
    "ir.model.fields": (
        "name:char field_description:char model:char model_id:many2one=ir.model ttype:char relation:char"
    ),
    "ir.model.fields.selection": "field_id:many2one=ir.model.fields value:char name:char sequence:integer",
    "ir.module.module": "name:char shortdesc:char state:selection latest_version:char installed_version:char",
    "ir.attachment": (
        "name:char description:text type:selection url:char res_model:char res_id:integer res_field:char res_name:char "
        "company_id:many2one=res.company public:boolean datas:binary raw:binary file_size:integer checksum:char "
        "mimetype:char"
    ),
    "mail.activity": (
        "res_model_id:many2one=ir.model res_model:char res_id:integer res_name:char summary:char note:html "
        "state:selection date_deadline:date activity_type_id:many2one=mail.activity.type user_id:many2one=res.users"
    ),
    "mail.activity.type": "name:char sequence:integer active:boolean",
    "mail.message": (
        "model:char res_id:integer record_name:char body:html message_type:char subject:char date:datetime "
        "subtype_id:many2one=mail.message.subtype is_internal:boolean author_id:many2one=res.partner email_from:char "
        "parent_id:many2one=mail.message attachment_ids:many2many=ir.attachment "
        "mail_activity_type_id:many2one=mail.activity.type"
    ),
    "mail.message.subtype": "name:char internal:boolean",
    "product.category": "name:char complete_name:char parent_id:many2one=product.category",
    "product.supplierinfo": (
        "partner_id:many2one=res.partner product_tmpl_id:many2one=product.template "
        "product_id:many2one=product.product product_name:char product_code:char sequence:integer min_qty:float "
        "price:float discount:float delay:integer currency_id:many2one=res.currency company_id:many2one=res.company "
        "date_start:date date_end:date"
    ),
    "product.pricelist": "name:char active:boolean currency_id:many2one=res.currency",
    "res.country": "name:char code:char phone_code:integer",
    "res.country.state": "name:char code:char country_id:many2one=res.country",
    "res.currency": "name:char symbol:char rounding:float active:boolean",
    "res.groups": "name:char full_name:char",
    "res.lang": "name:char code:char active:boolean",
    "res.partner.category": "name:char active:boolean",
    "res.users.apikeys": "name:char user_id:many2one=res.users scope:char expiration_date:datetime",
    "sms.template": "name:char",
    "stock.track.confirmation": ("quant_ids:many2many=stock.quant tracking_line_ids:one2many=stock.track.line"),
}
