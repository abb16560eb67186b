"""Tables of figures that stay as they are until something happens in the portal.

Whatever changes a figure writes an entry of the audit trail, so that its last hash says whether
tables counted a moment ago are still true. Without one (in bulk loads) they live for a few minutes.
"""

import hashlib
from collections.abc import Collection
from typing import Any

from django.core.cache import cache

from cxc_portal.core import clock
from cxc_portal.core.exports import Table
from cxc_portal.core.models import AuditHead
from reports.queries.figures import TABLES
from reports.queries.scopes import Scope

KEPT_FOR = 300
"""Seconds: what is said in days from now on may be as old as that."""


def kept_tables_of(scope: Scope, names: Collection[str] | None = None) -> dict[str, Table]:
    """The same as `tables_of`, for pages: one question to the database while nothing changes."""
    wanted = [name for name in TABLES if names is None or name in names]
    stamp = _stamp()
    keys = {name: _key(scope, name, stamp) for name in wanted}
    found: dict[str, Any] = cache.get_many(keys.values())
    counted = {name: TABLES[name].values(scope) for name, key in keys.items() if key not in found}
    cache.set_many({keys[name]: values for name, values in counted.items()}, KEPT_FOR)
    return {
        name: Table(
            title=TABLES[name].title,
            columns=TABLES[name].columns,
            rows=counted[name] if name in counted else found[keys[name]],
        )
        for name in wanted
    }


def _key(scope: Scope, name: str, stamp: str) -> str:
    looked_at = (
        name,
        scope.partnership.pk if scope.partnership else None,
        scope.starts_on,
        scope.ends_on,
        scope.mode,
        clock.today(),
        stamp,
    )
    return "figures-" + hashlib.sha256(repr(looked_at).encode()).hexdigest()


def _stamp() -> str:
    """The end of the audit trail; empty before anything has happened."""
    return AuditHead.objects.values_list("hash", flat=True).first() or ""
