"""The validation desk. Importing this package registers all of its pages."""

from profiles.admin import (  # noqa: F401 - they register themselves
    audit,
    documents,
    imports,
    mails,
    profiles,
    reference,
    rules,
    staff,
)
from profiles.admin.site import desk

__all__ = ["desk"]
