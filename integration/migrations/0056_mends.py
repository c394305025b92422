from django.db import migrations, models

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
        migrations.RemoveConstraint(model_name="messagegap", name="one_gap_per_number"),
        migrations.RemoveConstraint(model_name="reportmail", name="one_mail_per_day_and_recipient"),
        migrations.AddField(
            model_name="messagegap",
            name="after",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="messagegap",
            name="until",
            field=models.BigIntegerField(
                editable=False, help_text="Set: its sender has begun to count anew since", null=True
            ),
        ),
        migrations.AddField(
            model_name="reportmail",
            name="asked_by",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="Who had it sent at once",
                max_length=150,
            ),
        ),
        migrations.AddConstraint(
            model_name="messagegap",
            constraint=models.UniqueConstraint(fields=("connection", "after", "first"), name="one_gap_per_number"),
        ),
        migrations.AddConstraint(
            model_name="reportmail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("asked_by", "")),
                fields=("schedule", "day", "recipient"),
                name="one_mail_per_day_and_recipient",
            ),
        ),
    ]
