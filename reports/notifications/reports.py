"""The mails about reports. Whoever has to put something right hears at once, everybody else in the
summary of the day."""

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock, mail
from cxc_portal.core.mail import MailKind, Pace, Recipient
from cxc_portal.core.types import Text
from exchanges.enums import ORGANISATIONS, Capacity
from exchanges.models import Exchange
from exchanges.notifications.signatories import each_once, party
from profiles.models import User
from reports.models import Report, ReportReminder
from reports.notifications.recipients import authors_of, readers_of
from reports.queries.shown import other_report

SIDES, DESK = "exchanges", "desk"
AUTHORS, BOTH_SIDES = _("members of the side that reports"), _("members of both sides")


def _kind(name: str, audience: Text, occasion: Text, pace: Pace, topic: str = SIDES) -> MailKind:
    return mail.register(MailKind(f"reports/{name}", audience, occasion, pace=pace, topic=topic))


REPORT_OPENED = _kind("report_opened", AUTHORS, _("the last day of an exchange"), Pace.DAILY)
REPORT_REMINDER = _kind("report_reminder", AUTHORS, _("a report is still missing"), Pace.DAILY)
REPORT_RETURNED = _kind(
    "report_returned", AUTHORS, _("the partnership returned a report"), Pace.BLOCKING
)
REPORT_COMPLETED = _kind(
    "report_completed", AUTHORS, _("the partnership completed a report on behalf"), Pace.DAILY
)
REPORT_HANDED_IN = _kind(
    "report_handed_in",
    _("partnership officers"),
    _("a side handed in its report"),
    Pace.DAILY,
    DESK,
)
EXCHANGE_CLOSED = _kind("exchange_closed", BOTH_SIDES, _("both reports are validated"), Pace.DAILY)
EXCHANGE_FAILED = _kind(
    "exchange_failed",
    BOTH_SIDES,
    _("both reports are validated and say that it did not take place"),
    Pace.DAILY,
)
ASKING = (REPORT_OPENED, REPORT_REMINDER, REPORT_RETURNED)
"""These are news only until the report is handed in."""

_WRITE, _READ = _("Write the report"), _("Read the report")


def report_opened(report: Report) -> None:
    """Its side can report from now on."""
    _tell(REPORT_OPENED, authors_of(report), report, label=_WRITE, event=f"{report.opened_at}")


def report_reminder(reminder: ReportReminder) -> None:
    """Its side is reminded; an earlier mail that has not gone out is taken back."""
    report = reminder.report
    mail.cancel(about=report, kinds=(REPORT_OPENED, REPORT_REMINDER))
    other = other_report(report)
    _tell(
        REPORT_REMINDER,
        authors_of(report),
        report,
        label=_WRITE,
        event=f"{reminder.pk}",
        by=str(reminder.by) if reminder.by else "",
        level=reminder.level,
        days_late=(clock.today() - report.due_on).days,
        is_other_in=bool(other and other.is_handed_in),
    )


def report_handed_in(report: Report) -> None:
    """Its partnership reads it; where that has completed it itself, its side does."""
    mail.cancel(about=report, kinds=ASKING)
    event = f"{report.submitted_at}"
    if report.on_behalf_of:
        _tell(
            REPORT_COMPLETED,
            authors_of(report),
            report,
            label=_READ,
            event=event,
            by=report.on_behalf_of.acronym,
        )
        return
    _tell(
        REPORT_HANDED_IN,
        readers_of(report),
        report,
        label=_READ,
        event=event,
        path=reverse("reports:report_review", args=[report.ref]),
    )


def report_validated(report: Report) -> None:
    """Nobody has to read it any more."""
    mail.cancel(about=report, kinds=(REPORT_HANDED_IN,))


def report_returned(report: Report, comment: str, *, actor: User) -> None:
    """Its side reads what is missing."""
    mail.cancel(about=report, kinds=(REPORT_HANDED_IN,))
    own = report.exchange.capacities_of(actor)
    _tell(
        REPORT_RETURNED,
        authors_of(report),
        report,
        label=_("Complete the report"),
        event=f"{report.state_since}",
        by=report.exchange.party_name(own[0]) if own else _("the Support Office"),
        comment=comment,
    )


def forget_report(report: Report) -> None:
    """Nothing is to be reported any more."""
    kinds = (*ASKING, REPORT_HANDED_IN, REPORT_COMPLETED)
    mail.cancel(about=report, kinds=kinds)


def exchange_closed(exchange: Exchange) -> None:
    """Both sides hear that it counts, and find their certificates."""
    _tell_both(EXCHANGE_CLOSED, exchange, label=_("Open the exchange"))


def exchange_failed(exchange: Exchange) -> None:
    """Both sides hear that it is over and that they can look for others."""
    _tell_both(EXCHANGE_FAILED, exchange, label=_("Open the exchange"))


def _tell_both(kind: MailKind, exchange: Exchange, *, label: Text) -> None:
    for own in ORGANISATIONS:
        _send(
            kind,
            party(exchange, own),
            exchange,
            about=exchange,
            own=own,
            label=label,
            event="",
            path=exchange.get_absolute_url(),
        )


def _tell(
    kind: MailKind,
    people: Iterable[Recipient],
    report: Report,
    *,
    label: Text,
    event: str,
    path: str = "",
    **context: object,
) -> None:
    _send(
        kind,
        people,
        report.exchange,
        about=report,
        own=Capacity(report.capacity),
        label=label,
        event=event,
        path=path or report.get_absolute_url(),
        report=report,
        **context,
    )


def _send(
    kind: MailKind,
    people: Iterable[Recipient],
    exchange: Exchange,
    *,
    about: models.Model,
    own: Capacity,
    label: Text,
    event: str,
    path: str,
    **context: object,
) -> None:
    """`own` is the side that the mail is about; `name` is the other one's name."""
    other = Capacity.VO if own == Capacity.HO else Capacity.HO
    for person in each_once(people):
        mail.queue(
            kind,
            to=person,
            context={
                "exchange": exchange,
                "name": exchange.party_name(other),
                "author": exchange.party_name(own),
                "is_paid": own == Capacity.VO and exchange.is_physical,
                "action_url": settings.SITE_URL + path,
                "action_label": label,
                **context,
            },
            dedup_key=f"{kind.name}:{about.pk}:{event}:{person.email}",
            about=about,
        )
