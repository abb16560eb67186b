"""What the mails about finding each other are about, for whoever chooses how soon to hear of it."""

from django.utils.translation import gettext_lazy as _

from cxc_portal.core import mail
from cxc_portal.core.mail import Topic

CONTACTS = mail.register_topic(
    Topic(
        "contacts",
        _("Conversations"),
        _("A first contact to answer, new messages, reminders."),
        is_awaited=True,
    )
)
MATCHES = mail.register_topic(
    Topic(
        "matches",
        _("Proposals and matches"),
        _("A proposal to decide about, introductions, what became of your own."),
        is_awaited=True,
    )
)
NEWS = mail.register_topic(
    Topic("news", _("New partners"), _("Who is new and fits you, and your saved searches."))
)
