"""Apps that a server may have beyond the recorded ones: their models, and the fields that they add to others'.

The recorded servers had none of them, so their fields come from the sources of 16 to 18.
"""

MODELS: dict[str, dict[str, str]] = {
    "mrp": {
        "mrp.bom": (
            "code:char active:boolean type:selection product_tmpl_id:many2one=product.template "
            "product_id:many2one=product.product product_qty:float product_uom_id:many2one=uom.uom sequence:integer "
            "bom_line_ids:one2many=mrp.bom.line ready_to_produce:selection consumption:selection "
            "picking_type_id:many2one=stock.picking.type company_id:many2one=res.company"
        ),
        "mrp.bom.line": (
            "product_id:many2one=product.product product_tmpl_id:many2one=product.template product_qty:float "
            "product_uom_id:many2one=uom.uom sequence:integer bom_id:many2one=mrp.bom "
            "parent_product_tmpl_id:many2one=product.template child_bom_id:many2one=mrp.bom "
            "child_line_ids:one2many=mrp.bom.line company_id:many2one=res.company tracking:selection"
        ),
    },
}
FIELDS: dict[str, dict[str, str]] = {
    "mrp": {
        "product.product": (
            "variant_bom_ids:one2many=mrp.bom bom_line_ids:one2many=mrp.bom.line is_kits:boolean bom_count:integer"
        ),
        "product.template": "bom_ids:one2many=mrp.bom is_kits:boolean bom_count:integer",
        "stock.move": "bom_line_id:many2one=mrp.bom.line",
    },
}
CHOICES = tuple(MODELS)
