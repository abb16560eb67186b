"""Accounts and looks know their revision, and payments the account that they were approved for."""

from django.db import migrations, models


def note_approved_accounts(apps, schema_editor):
    """Until now another account took every approval back: approvals are for the present one."""
    payments = apps.get_model("reports", "Payment").objects
    approved = payments.filter(state__in=["approved", "paid", "recovered"])
    approved.update(account_revision=1)


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_payment_complete"),
    ]

    operations = [
        migrations.AddField(
            model_name="accountlook",
            name="revision",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="revision",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="payment",
            name="account_revision",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.RunPython(note_approved_accounts, migrations.RunPython.noop),
    ]
