from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchanges", "0003_follow_up_outcomes")]

    operations = [
        migrations.AddField(
            model_name="override",
            name="about",
            field=models.JSONField(default=dict),
        ),
    ]
