"""Mail as rows: written with the business change, delivered after it, never in a request.

An app declares its kinds in `<app>/notifications.py` with `register` and calls `queue` there. The
templates of a kind are `templates/<app>/emails/<name>_subject.txt`, `<name>.txt` and `<name>.html`.
"""

from cxc_portal.core.mail.kinds import MailKind, Pace, kinds, register
from cxc_portal.core.mail.outbox import (
    Recipient,
    cancel,
    forget,
    queue,
    resend,
    send_now,
)

__all__ = [
    "MailKind",
    "Pace",
    "Recipient",
    "cancel",
    "forget",
    "kinds",
    "queue",
    "register",
    "resend",
    "send_now",
]
