import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0052_drift'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConformanceRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(help_text='In the names of its test documents', max_length=20)),
                ('passed', models.BooleanField(help_text='Nothing that could be looked at is wrong')),
                ('checks', models.JSONField(default=list)),
                ('actor', models.CharField(max_length=150)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('connection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='conformance', to='integration.connection')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['connection', '-id'], name='conformance_of_connection')],
            },
        ),
    ]
