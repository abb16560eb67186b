import uuid

from django.db import migrations

AT_ONCE = 1000


def give_keys(apps, schema_editor):
    """Each mail that was written before has a name of its own for its link, too."""
    mails = apps.get_model("core", "OutgoingMail").objects
    mails.update(key=None)
    while found := list(mails.filter(key__isnull=True).only("pk")[:AT_ONCE]):
        for mail in found:
            mail.key = uuid.uuid4()
        mails.bulk_update(found, ["key"])


class Migration(migrations.Migration):
    dependencies = [("core", "0003_paced_mails")]

    operations = [migrations.RunPython(give_keys, migrations.RunPython.noop)]
