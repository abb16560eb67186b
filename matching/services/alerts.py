"""Somebody without an account hears once when there are partners, and is forgotten then."""

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q, QuerySet

from cxc_portal.core import audit, clock
from cxc_portal.core.models import MailStatus, OutgoingMail
from matching.index import index
from matching.models import PartnerAlert
from matching.notifications import alerts as notifications
from matching.queries.trying import Sketch, fitting_in

UNCONFIRMED_DAYS = 7
MOST_QUESTIONS_A_DAY = 3
BATCH = 500
KINDS = (notifications.ALERT_CONFIRM.name, notifications.PARTNERS_FOUND.name)


def ask_for_alert(*, email: str, language: str, sketch: Sketch) -> None:
    """Whoever reads the mails of this address is asked whether they want to hear of partners.

    Nothing tells the caller whether the address was known. A confirmed alert stays as it is, an
    address gets a few questions a day at most.
    """
    address = email.strip().lower()
    if _questions_today(address) >= MOST_QUESTIONS_A_DAY:
        return
    with index.reading() as snapshot:
        partners, stamp = fitting_in(snapshot, sketch), snapshot.marks[-1]
    answers = {"role": sketch.role, "country_id": sketch.country, "sector_id": sketch.sector}
    try:
        with audit.transaction():
            alert = PartnerAlert.objects.create(
                email=address,
                language=language,
                purposes=sorted(sketch.purposes),
                known_partners=partners,
                known_stamp=stamp,
                **answers,
            )
            notifications.alert_asked_for(alert)
    except IntegrityError:
        with audit.transaction():
            _ask_again(PartnerAlert.objects.filter(email=address, **answers), sketch)


def confirm_alert(*, key: UUID) -> PartnerAlert | None:
    """The alert is wanted. Confirming twice changes nothing; None when there is none any more."""
    with audit.transaction():
        alert = PartnerAlert.objects.select_for_update(of=("self",)).filter(key=key).first()
        if alert is not None and alert.confirmed_at is None:
            alert.confirmed_at = clock.now()
            alert.save(update_fields=["confirmed_at"])
    return alert


def delete_alert(*, key: UUID) -> None:
    """The address is forgotten, and what has not gone out to it stays here."""
    with audit.transaction():
        for alert in PartnerAlert.objects.select_for_update(of=("self",)).filter(key=key):
            notifications.take_back_alert(alert)
            alert.delete()


def tell_of_partners() -> int:
    """Whoever waits and has more partners now than before is told and forgotten; says how many.

    Looks only at alerts that have not been looked at since the catalogue changed, and only once at
    equal answers.
    """
    with index.reading() as snapshot:
        stamp = snapshot.marks[-1]
    waiting = PartnerAlert.objects.filter(confirmed_at__isnull=False).exclude(known_stamp=stamp)
    known: dict[Sketch, int] = {}
    told = last = 0
    while alerts := list(waiting.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = alerts[-1].pk
        for alert in alerts:
            sketch = sketch_of(alert)
            if sketch not in known:
                known[sketch] = _fitting(sketch)
            if known[sketch] > alert.known_partners:
                told += _tell(alert.pk, sketch, known[sketch])
            alert.known_partners, alert.known_stamp = known[sketch], stamp
        PartnerAlert.objects.bulk_update(alerts, ["known_partners", "known_stamp"])
    return told


def forget_strangers() -> int:
    """Addresses that nobody confirmed in time are deleted, and no mail knows one whose alert is
    gone; says how many mails forgot theirs.

    The mails stay as rows, so that it is still known that one went out and when. One that failed
    keeps its address for as long as an alert that waits for confirmation.
    """
    limit = clock.now() - timedelta(days=UNCONFIRMED_DAYS)
    with audit.transaction():
        PartnerAlert.objects.filter(confirmed_at=None, created_at__lt=limit).delete()
        needed = OutgoingMail.objects.about(PartnerAlert.objects.all())
        is_over = Q(status__in=[MailStatus.SENT, MailStatus.CANCELLED]) | Q(
            status=MailStatus.FAILED, created_at__lt=limit
        )
        mails = OutgoingMail.objects.filter(is_over, kind__in=KINDS).exclude(to="")
        over = mails.exclude(pk__in=needed.values("pk"))
        return over.update(to="", subject="", text="", html="", link_path="", last_error="")


def sketch_of(alert: PartnerAlert) -> Sketch:
    """The answers that the alert was asked for with."""
    return Sketch(
        role=alert.role,
        country=alert.country_id,
        sector=alert.sector_id,
        purposes=frozenset(alert.purposes),
    )


def _questions_today(address: str) -> int:
    since = clock.now() - timedelta(days=1)
    asked = OutgoingMail.objects.filter(kind=notifications.ALERT_CONFIRM.name, to=address)
    return asked.filter(created_at__gte=since).count()


def _ask_again(alerts: QuerySet[PartnerAlert], sketch: Sketch) -> None:
    """An alert that was not confirmed is asked about again, for what is wanted now."""
    for alert in alerts.select_for_update(of=("self",)).filter(confirmed_at=None):
        alert.purposes = sorted(sketch.purposes)
        alert.save(update_fields=["purposes"])
        notifications.alert_asked_for(alert)


def _fitting(sketch: Sketch) -> int:
    with index.reading() as snapshot:
        return fitting_in(snapshot, sketch)


def _tell(alert_id: int, sketch: Sketch, number: int) -> int:
    """The mail is written and the address forgotten, in one; 0 when somebody deleted it before."""
    with audit.transaction():
        locked = PartnerAlert.objects.select_for_update(of=("self",)).select_related(
            "country", "sector"
        )
        alert = locked.filter(pk=alert_id).first()
        if alert is None:
            return 0
        notifications.partners_found(alert, sketch, number)
        alert.delete()
    return 1
