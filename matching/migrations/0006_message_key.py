from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0005_searching_and_keeping"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="key",
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
    ]
