"""A refusal leaves no trace: every row of the portal is the same afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps

OURS = ("core", "profiles", "matching", "exchanges", "reports")


def all_rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of the portal, mails and audit entries included."""
    models = [model for model in apps.get_models() if model._meta.app_label in OURS]
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models
    }


@contextmanager
def untouched() -> Iterator[None]:
    """Fails when the block changes, adds or removes a row.

    with untouched(), pytest.raises(NotAllowed):
        reject_profile(profile_id=profile.pk, actor=stranger, comment="no")
    """
    before = all_rows()
    yield
    after = all_rows()
    changed = {label: rows for label, rows in after.items() if rows != before[label]}
    assert changed == {}, "a refusal changed these tables"
