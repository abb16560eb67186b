"""The two mails to somebody without an account who wants to hear of partners."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock, mail
from cxc_portal.core.mail import MailKind, Recipient
from matching.models import PartnerAlert
from matching.queries.trying import Sketch

ALERT_CONFIRM = mail.register(
    MailKind(
        "matching/alert_confirm",
        _("somebody without an account"),
        _("an alert was asked for with this address"),
    )
)
PARTNERS_FOUND = mail.register(
    MailKind(
        "matching/partners_found",
        _("somebody without an account"),
        _("partners were published for a confirmed alert"),
    )
)


def alert_asked_for(alert: PartnerAlert) -> None:
    """Asks once a day at most whether the alert is wanted."""
    mail.queue(
        ALERT_CONFIRM,
        to=_recipient(alert),
        context={
            "alert": alert,
            "action_url": _alert_url(alert),
            "action_label": _("Confirm the alert"),
        },
        dedup_key=f"{ALERT_CONFIRM.name}:{alert.key}:{clock.today().isoformat()}",
        about=alert,
    )


def partners_found(alert: PartnerAlert, sketch: Sketch, number: int) -> None:
    """Tells that so many partners fit now, and where to see them."""
    url = settings.SITE_URL + reverse("matching:try", query=sketch.query)
    mail.queue(
        PARTNERS_FOUND,
        to=_recipient(alert),
        context={
            "alert": alert,
            "number": number,
            "action_url": url,
            "action_label": _("See your partners"),
            "alert_url": _alert_url(alert),
        },
        dedup_key=f"{PARTNERS_FOUND.name}:{alert.key}",
        about=alert,
    )


def take_back_alert(alert: PartnerAlert) -> None:
    """The question about an alert that was deleted does not go out."""
    mail.cancel(about=alert, kinds=(ALERT_CONFIRM,))


def _recipient(alert: PartnerAlert) -> Recipient:
    return Recipient(email=alert.email, language=alert.language)


def _alert_url(alert: PartnerAlert) -> str:
    return settings.SITE_URL + reverse("matching:alert", args=[alert.key])
