import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE FUNCTION integration_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.hash IS NULL AND NEW.number IS NULL THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    IF OLD.hash IS NULL AND NEW.hash IS NOT NULL AND NEW.number IS NOT NULL
       AND to_jsonb(NEW) - ARRAY['number', 'hash'] = to_jsonb(OLD) - ARRAY['number', 'hash'] THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'The audit log is only added to.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_rows_stay BEFORE INSERT OR UPDATE OR DELETE ON integration_auditevent
  FOR EACH ROW EXECUTE FUNCTION integration_audit_is_append_only();
CREATE TRIGGER audit_table_stays BEFORE TRUNCATE ON integration_auditevent
  FOR EACH STATEMENT EXECUTE FUNCTION integration_audit_is_append_only();
"""
NO_GUARD = """
DROP TRIGGER audit_rows_stay ON integration_auditevent;
DROP TRIGGER audit_table_stays ON integration_auditevent;
DROP FUNCTION integration_audit_is_append_only();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('integration', '0019_effect_of_return'),
    ]

    operations = [
        migrations.AddField(
            model_name='auditevent',
            name='hash',
            field=models.BinaryField(editable=False, help_text='SHA-256 over the row and the hash before it', max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='number',
            field=models.PositiveBigIntegerField(editable=False, help_text='Its place in the chain', null=True, unique=True),
        ),
        migrations.AlterField(
            model_name='auditevent',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('hash__isnull', True)), fields=['id'], name='audit_not_sealed'),
        ),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
