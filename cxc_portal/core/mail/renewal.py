"""A new link in place of one that has run out."""

import uuid
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.mail import links
from cxc_portal.core.mail.kinds import MailKind, register
from cxc_portal.core.mail.outbox import queue
from cxc_portal.core.mail.writing import Recipient

NEW_LINK = register(
    MailKind(
        "core/new_link",
        _("whoever opened a link that had run out"),
        _("somebody asked for a new link in place of an old one"),
    )
)


def send_new_link(*, key: UUID) -> None:
    """Mail a new link that lands where the old one did, if there is anybody to mail it to.

    It carries the key of the old mail, so that its opening is noted there.
    """
    mail = links.leading_on(key)
    if mail is None:
        return
    queue(
        NEW_LINK,
        to=Recipient.of(mail.recipient),
        context={
            "wanted": mail.subject,
            "action_url": links.address(mail.key),
            "action_label": _("Go on"),
        },
        dedup_key=f"{NEW_LINK.name}:{uuid.uuid4()}",
    )
