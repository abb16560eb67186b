import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_audit_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MailPreference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("topic", models.CharField(max_length=20, verbose_name="topic")),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("at_once", "At once when somebody waits for me, the rest once a day"),
                            ("daily", "Once a day, in a summary"),
                            ("weekly", "Once a week, on Monday"),
                            ("never", "Never"),
                        ],
                        max_length=10,
                        verbose_name="choice",
                    ),
                ),
            ],
            options={
                "verbose_name": "choice of mails",
                "verbose_name_plural": "choices of mails",
                "ordering": ["user", "topic"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="outgoingmail",
            name="core_outgoingmail_status",
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="acted_at",
            field=models.DateTimeField(null=True, verbose_name="acted"),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="bundle",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="bundled",
                to="core.outgoingmail",
                verbose_name="told in",
            ),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="key",
            field=models.UUIDField(default=uuid.uuid4, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="link_path",
            field=models.CharField(blank=True, max_length=500, verbose_name="leads to"),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="opened_at",
            field=models.DateTimeField(null=True, verbose_name="link opened"),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="pace",
            field=models.CharField(
                choices=[
                    ("now", "at once"),
                    ("blocking", "at once, somebody waits"),
                    ("daily", "in the summary of the day"),
                ],
                default="now",
                max_length=10,
                verbose_name="pace",
            ),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="paced_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="topic",
            field=models.CharField(blank=True, max_length=20, verbose_name="topic"),
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("sending", "Being sent"),
                    ("sent", "Sent"),
                    ("bundled", "Told in a summary"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                    ("unwanted", "Not wanted by the reader"),
                ],
                default="queued",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(fields=["to"], name="core_outgoi_to_b077db_idx"),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ["queued", "sending", "sent", "bundled", "failed", "cancelled", "unwanted"],
                    )
                ),
                name="core_outgoingmail_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("pace__in", ["now", "blocking", "daily"])),
                name="core_outgoingmail_pace",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("bundle__isnull", False), ("status", "bundled")),
                    models.Q(
                        models.Q(("status", "bundled"), _negated=True), ("bundle__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="core_outgoingmail_bundled_has_bundle",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.UniqueConstraint(
                fields=("recipient", "paced_on"), name="core_outgoingmail_one_a_day"
            ),
        ),
        migrations.AddField(
            model_name="mailpreference",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mail_preferences",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailpreference",
            constraint=models.UniqueConstraint(
                fields=("user", "topic"), name="core_mailpreference_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailpreference",
            constraint=models.CheckConstraint(
                condition=models.Q(("choice__in", ["at_once", "daily", "weekly", "never"])),
                name="core_mailpreference_choice",
            ),
        ),
    ]
