"""Mail as rows: written with the business change, delivered after it, never in a request.

An app declares its kinds in `<app>/notifications.py` with `register` and calls `queue` there. The
templates of a kind are `templates/<app>/emails/<name>_subject.txt`, `<name>.txt` and `<name>.html`.
A kind's pace says whether it goes out at once or in the one letter a day (`pacing`), its topic what
a reader can choose about (`topics`). Its `action_url` becomes a link that logs in (`links`).
"""

from cxc_portal.core.mail.kinds import MailKind, Pace, kinds, register
from cxc_portal.core.mail.links import mark_acted
from cxc_portal.core.mail.outbox import cancel, forget, queue, resend, send_now
from cxc_portal.core.mail.renewal import send_new_link
from cxc_portal.core.mail.topics import Topic, all_topics, register_topic
from cxc_portal.core.mail.writing import Recipient

__all__ = [
    "MailKind",
    "Pace",
    "Recipient",
    "Topic",
    "all_topics",
    "cancel",
    "forget",
    "kinds",
    "mark_acted",
    "queue",
    "register",
    "register_topic",
    "resend",
    "send_new_link",
    "send_now",
]
