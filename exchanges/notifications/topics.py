"""What the mails about exchanges are about, for whoever chooses how soon to hear of it."""

from django.utils.translation import gettext_lazy as _

from cxc_portal.core import mail
from cxc_portal.core.mail import Topic

EXCHANGES = mail.register_topic(
    Topic(
        "exchanges",
        _("Exchanges"),
        _("A commitment to sign, what became of it, how an exchange goes on."),
        is_awaited=True,
    )
)
