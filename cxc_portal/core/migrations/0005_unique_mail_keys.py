import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0004_mail_keys")]

    operations = [
        migrations.AlterField(
            model_name="outgoingmail",
            name="key",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
    ]
