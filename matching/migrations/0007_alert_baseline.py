from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0006_message_key"),
    ]

    operations = [
        migrations.AddField(
            model_name="partneralert",
            name="known_partners",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="partneralert",
            name="known_stamp",
            field=models.BigIntegerField(default=0),
        ),
    ]
