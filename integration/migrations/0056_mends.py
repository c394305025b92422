from django.db import migrations

# A case about the figures of a document is known by that document: two companies may have one number.
NAMED = """
UPDATE integration_exceptioncase SET fingerprint = fingerprint || ':' || document_id
WHERE code IN ('CD-8201', 'CD-8202', 'CD-8203', 'CD-8205', 'CD-8206') AND document_id IS NOT NULL"""
# Those that had no case of their own beside another one's are found, and told, once more.
TOLD = """
UPDATE integration_variance AS variance SET gone_at = now() FROM integration_document AS document
WHERE document.id = variance.document_id AND variance.gone_at IS NULL
  AND NOT EXISTS (SELECT FROM integration_exceptioncase WHERE document_id = document.id)
  AND EXISTS (SELECT FROM integration_document AS twin WHERE twin.reference = document.reference
    AND twin.connection_id = document.connection_id AND twin.id <> document.id)"""
UNNAMED = """
UPDATE integration_exceptioncase SET fingerprint = left(fingerprint, -length(':' || document_id))
WHERE code IN ('CD-8201', 'CD-8202', 'CD-8203', 'CD-8205', 'CD-8206') AND document_id IS NOT NULL"""

# The work on a count goes by its site and its number: two sites may count alike.
STREAMS = """
UPDATE integration_stream AS stream SET key = 'inventory_count:' || named.wms || ':' || named.own
FROM (
  SELECT warehouse.wms_id AS wms, count.number,
    min(substr(count.source, length('count//') + length(wms.slug) + 1)) AS own
  FROM integration_stockdifference AS count
  JOIN integration_warehouse AS warehouse ON warehouse.id = count.warehouse_id
  JOIN integration_connection AS wms ON wms.id = warehouse.wms_id
  WHERE count.kind = 'counted' AND starts_with(count.source, 'count/' || wms.slug || '/')
  GROUP BY 1, 2 HAVING count(DISTINCT count.source) = 1) AS named
WHERE stream.key = 'inventory_count:' || named.wms || ':' || named.number"""


class Migration(migrations.Migration):
    dependencies = [
        ("integration", "0055_transfers_beside_odoo"),
    ]

    operations = [
        migrations.RunSQL(NAMED, UNNAMED),
        migrations.RunSQL(TOLD, migrations.RunSQL.noop),
        migrations.RunSQL(STREAMS, migrations.RunSQL.noop),
    ]
