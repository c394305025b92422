from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integration", "0016_master_data"),
    ]

    operations = [
        migrations.AddField(
            model_name="masterrecord",
            name="company_id",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
