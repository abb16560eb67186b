"""What is worked out from figures and stays true until something happens in the portal.

Whatever changes a figure writes an entry of the audit trail, so that its end says whether what was
worked out a moment ago still holds. What has no entry (in bulk loads) is seen after a few minutes,
as is that everything has become older.
"""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.utils.translation import get_language

from cxc_portal.core import clock
from cxc_portal.core.models import AuditHead

KEPT_FOR = 300
"""Seconds."""

T = TypeVar("T")


def kept(about: tuple[object, ...], make: Callable[[], T]) -> T:
    """What `make` gave for the same matter, in the same language and on the same day, if nothing
    has happened since. `about` names all that the result depends on besides the rows."""
    looked_at = (about, get_language(), clock.today(), _end_of_the_trail())
    key = "figures-" + hashlib.sha256(repr(looked_at).encode()).hexdigest()
    found: T | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, KEPT_FOR)
    return found


def _end_of_the_trail() -> str:
    """Empty before anything has happened."""
    return AuditHead.objects.values_list("hash", flat=True).first() or ""
