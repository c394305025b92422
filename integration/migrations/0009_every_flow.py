import django.db.models.deletion
import integration.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0008_shipments_due'),
    ]

    operations = [
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('condition', models.CharField(choices=[('good', 'Good'), ('damaged', 'Damaged'), ('quarantine', 'Quarantine'), ('hold', 'Hold'), ('expired', 'Expired')], default='good', max_length=12)),
                ('partner_location', models.CharField(blank=True, help_text="The warehouse's code of the place; empty: wherever it lies", max_length=64)),
                ('erp_location_id', models.PositiveIntegerField(help_text="Odoo's id of the location")),
                ('erp_location', models.CharField(blank=True, help_text='Its full name in Odoo, for people', max_length=200)),
            ],
            options={
                'ordering': ['warehouse', 'condition', 'partner_location'],
            },
        ),
        migrations.AddField(
            model_name='businessrule',
            name='company_id',
            field=models.PositiveIntegerField(blank=True, help_text="Odoo's id of the company; empty: all", null=True),
        ),
        migrations.AddField(
            model_name='businessrule',
            name='customer_id',
            field=models.PositiveIntegerField(blank=True, help_text="Odoo's id of the customer or supplier; empty: all", null=True),
        ),
        migrations.AddField(
            model_name='businessrule',
            name='posted',
            field=models.BooleanField(db_default=False, default=False, help_text='For invoices and their like: not a draft'),
        ),
        migrations.AddField(
            model_name='businessrule',
            name='reason',
            field=models.CharField(blank=True, db_default='', default='', help_text="The warehouse's reason code; empty: all", max_length=64),
        ),
        migrations.AddField(
            model_name='businessrule',
            name='when',
            field=models.CharField(blank=True, choices=[('by_hand', 'By Hand'), ('on_move', 'with each shipment, receipt or inspected return'), ('on_completion', 'when the whole order is delivered or received')], db_default='', default='', help_text='For invoices and their like', max_length=14),
        ),
        migrations.AddField(
            model_name='documentline',
            name='damaged',
            field=integration.models.fields.QuantityField(db_default=0, decimal_places=6, default=0, help_text='Of what was received, not fit for sale', max_digits=18),
        ),
        migrations.AddField(
            model_name='documentline',
            name='packed',
            field=integration.models.fields.QuantityField(db_default=0, decimal_places=6, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='documentline',
            name='picked',
            field=integration.models.fields.QuantityField(db_default=0, decimal_places=6, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='documentline',
            name='purchase_line_id',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='documentline',
            name='received',
            field=integration.models.fields.QuantityField(db_default=0, decimal_places=6, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='documentline',
            name='returned',
            field=integration.models.fields.QuantityField(db_default=0, decimal_places=6, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name='documentline',
            name='substituted',
            field=integration.models.fields.QuantityField(db_default=0, decimal_places=6, default=0, help_text='Of what was shipped, as another product', max_digits=18),
        ),
        migrations.AddField(
            model_name='stockevent',
            name='condition',
            field=models.CharField(db_default='good', default='good', max_length=12),
        ),
        migrations.AddField(
            model_name='stockevent',
            name='kind',
            field=models.CharField(choices=[('shipped', 'Shipped'), ('received', 'Received'), ('returned', 'Returned'), ('adjusted', 'Adjusted'), ('counted', 'Counted'), ('moved', 'Moved')], db_default='shipped', default='shipped', max_length=10),
        ),
        migrations.AddField(
            model_name='stockevent',
            name='location',
            field=models.CharField(blank=True, db_default='', default='', help_text="The partner's place", max_length=64),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='inventory_mode',
            field=models.CharField(choices=[('off', 'Off'), ('live', 'Live')], db_default='off', default='off', max_length=8),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='receipt_mode',
            field=models.CharField(choices=[('off', 'Off'), ('live', 'Live')], db_default='off', default='off', max_length=8),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='return_mode',
            field=models.CharField(choices=[('off', 'Off'), ('live', 'Live')], db_default='off', default='off', max_length=8),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='transfer_mode',
            field=models.CharField(choices=[('off', 'Off'), ('live', 'Live')], db_default='off', default='off', max_length=8),
        ),
        migrations.AlterField(
            model_name='businessrule',
            name='kind',
            field=models.CharField(choices=[('allow_fraction', 'may be released in fractions of a piece'), ('over_percent', 'may be shipped over by so many percent'), ('over_units', 'may be shipped over by so many units'), ('substitute', 'another product may go in its place'), ('receive_over_percent', 'may be received over by so many percent'), ('receive_over_units', 'may be received over by so many units'), ('adjust_units', 'differences up to so many units are posted by themselves'), ('adjust_value', 'differences up to so much money are posted by themselves'), ('invoice', "the customer's invoice is made"), ('vendor_bill', "the supplier's bill is made"), ('credit_note', "the customer's credit note is made")], max_length=20),
        ),
        migrations.AlterField(
            model_name='document',
            name='kind',
            field=models.CharField(choices=[('order', 'sales order'), ('purchase', 'purchase order'), ('transfer', 'Transfer'), ('delivery', 'Delivery'), ('receipt', 'Receipt'), ('return', 'Return')], max_length=10),
        ),
        migrations.AlterField(
            model_name='document',
            name='shipment_count',
            field=models.SmallIntegerField(help_text='How many shipments or receipts of it there are, as the warehouse said with the final one', null=True),
        ),
        migrations.AlterField(
            model_name='document',
            name='state',
            field=models.CharField(choices=[('waiting', 'waiting for release'), ('released', 'Released'), ('accepted', 'accepted by the warehouse'), ('rejected', 'refused by the warehouse'), ('part_shipped', 'shipped in part'), ('shipped', 'Shipped'), ('announced', 'Announced'), ('part_received', 'received in part'), ('received', 'Received'), ('cancelled', 'Cancelled')], default='waiting', max_length=14),
        ),
        migrations.AlterField(
            model_name='stockevent',
            name='document',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stock_events', to='integration.document'),
        ),
        migrations.AddField(
            model_name='place',
            name='warehouse',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='integration.warehouse'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.UniqueConstraint(fields=('warehouse', 'condition', 'partner_location'), name='one_place_per_name'),
        ),
    ]
