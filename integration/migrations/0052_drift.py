import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0048_order_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='ServerShape',
            fields=[
                ('connection', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='shape', serialize=False, to='integration.connection')),
                ('version', models.CharField(max_length=20)),
                ('shape', models.JSONField(default=dict, help_text='Model: its fields, its methods')),
                ('looked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'ordering': ['connection'],
            },
        ),
        migrations.AddField(
            model_name='connection',
            name='drift_policy',
            field=models.CharField(choices=[('ignore', 'keep it, and tell nobody'), ('warn', 'a case'), ('pause', 'pause the connection, with a case')], db_default='warn', default='warn', help_text='What becomes of it when it says, or has, what we were not written for', max_length=8),
        ),
        migrations.CreateModel(
            name='Drift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('field', 'unknown field'), ('code', 'unknown code'), ('shape', 'refused shape'), ('server', 'change of Odoo')], max_length=8)),
                ('subject', models.CharField(blank=True, max_length=80)),
                ('path', models.CharField(help_text='Where it is, without the places in lists', max_length=120)),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('example', models.CharField(blank=True, help_text="The sender's number of the latest message", max_length=200)),
                ('count', models.PositiveBigIntegerField(db_default=1, default=1, help_text='How often it was met')),
                ('first_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('last_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('connection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='drift', to='integration.connection')),
            ],
            options={
                'verbose_name_plural': 'drift',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('connection', 'kind', 'subject', 'path'), name='one_drift_per_place')],
            },
        ),
    ]
