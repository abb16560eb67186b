"""Documents: frozen when ordered, rendered and sealed by a worker, verified by anybody.

An app declares its kinds in `<app>/documents.py` with `register`; the template of a kind is
`templates/<app>/documents/<name>.html` and extends `documents/base.html`. A service freezes every
printed value in a snapshot and calls `order` in its transaction.
"""

from cxc_portal.core.documents.making import make, sweep
from cxc_portal.core.documents.orders import current, download, order, run_again, supersede
from cxc_portal.core.documents.pages import Attachment, render
from cxc_portal.core.documents.registry import (
    DocumentKind,
    Standing,
    kind_of,
    kinds,
    register,
    register_made,
    title_of,
)
from cxc_portal.core.documents.snapshots import digest_of
from cxc_portal.core.documents.verification import Status, Verdict, verify, verify_code

__all__ = [
    "Attachment",
    "DocumentKind",
    "Standing",
    "Status",
    "Verdict",
    "current",
    "digest_of",
    "download",
    "kind_of",
    "kinds",
    "make",
    "order",
    "register",
    "register_made",
    "render",
    "run_again",
    "supersede",
    "sweep",
    "title_of",
    "verify",
    "verify_code",
]
