import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0004_ruleset_draft"),
        ("profiles", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IndexWord",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
            ],
            options={
                "verbose_name": "word of the index",
                "verbose_name_plural": "words of the index",
            },
        ),
        migrations.RemoveConstraint(
            model_name="savedsearch",
            name="matching_savedsearch_name",
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="profile",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="profiles.profile",
            ),
        ),
        migrations.AlterField(
            model_name="savedsearch",
            name="name",
            field=models.CharField(blank=True, max_length=80, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="savedsearch",
            name="query",
            field=models.CharField(blank=True, max_length=1000),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("profile__isnull", True)),
                fields=("user", "name"),
                name="matching_savedsearch_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.UniqueConstraint(
                fields=("user", "profile"), name="matching_savedsearch_profile"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("profile__isnull", True), models.Q(("name", ""), _negated=True)),
                    models.Q(("name", ""), ("profile__isnull", False), ("query", "")),
                    _connector="OR",
                ),
                name="matching_savedsearch_for_profile",
            ),
        ),
    ]
