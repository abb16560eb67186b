"""What the portal wrote to whom, for tests that read mails."""

import re

from cxc_portal.core.models import OutgoingMail

CODE = re.compile(r"^([A-Z]{4}-[A-Z]{4})$", re.MULTILINE)


def mails_to(address: str) -> list[OutgoingMail]:
    """Newest first."""
    return list(OutgoingMail.objects.filter(to=address).order_by("-pk"))


def kinds_to(address: str) -> list[str]:
    return [mail.kind for mail in mails_to(address)]


def code_sent_to(address: str) -> str:
    """The code in the newest mail."""
    found = CODE.search(mails_to(address)[0].text)
    assert found, "the newest mail holds no code"
    return found.group(1)
