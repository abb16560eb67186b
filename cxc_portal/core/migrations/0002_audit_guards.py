from django.db import migrations

from cxc_portal.core import audit


def install(apps, schema_editor):
    audit.install_guards(schema_editor.connection)


def remove(apps, schema_editor):
    audit.remove_guards(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
