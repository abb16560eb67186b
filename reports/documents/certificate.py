"""The certificate of participation: one page for each side of an exchange that is closed."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import clock, documents
from cxc_portal.core.documents import DocumentKind, Standing
from cxc_portal.core.models import Document
from exchanges.enums import ORGANISATIONS, Capacity
from exchanges.models import Exchange
from reports.documents.words import DAY, dates_in_words, days_in_words, working_days_in_words
from reports.models import Report
from reports.notifications import afterwards as notifications
from reports.queries.papers import CERTIFICATE_KIND, agreed_version

LONG_NAME = 44
"""Longer names of organisations are set smaller, so that the page stays one."""
DENSE = 200
"""From so many characters of names and places on, all is set closer."""
MOST_PEOPLE = 8
"""Of more than these the rest is counted."""
OTHERS = {Capacity.HO: Capacity.VO, Capacity.VO: Capacity.HO}


def standing(document: Document) -> Standing:
    """What took place has taken place. The names stand in it so that a changed print shows."""
    shown = document.snapshot
    return Standing(
        True,
        _("This certificate was issued by the portal, and it holds."),
        [
            (_("Reference"), shown["reference"]),
            (_("Organisation"), shown["organisation"]),
            (_("Participants"), ", ".join(shown["people"])),
            (_("Days"), shown["days"]),
        ],
    )


CERTIFICATE = documents.register(
    DocumentKind(
        CERTIFICATE_KIND,
        gettext_lazy("Certificate of participation"),
        template_version=1,
        standing=standing,
    )
)


def order_certificates(exchange: Exchange) -> list[Document]:
    """One for each side, in the working language of the commitment."""
    language = agreed_version(exchange).language
    with translation.override(language):
        return [
            documents.order(
                CERTIFICATE,
                about=report,
                snapshot=printed(exchange, report),
                language=language,
                name=exchange.ref,
            )
            for report in exchange.reports.filter(capacity__in=ORGANISATIONS)
        ]


def printed(exchange: Exchange, report: Report) -> dict[str, Any]:
    """What the certificate of one side shows: the days are those that the visitor reported."""
    agreed = agreed_version(exchange).snapshot
    side = Capacity(report.capacity)
    done = exchange.reports.get(capacity=Capacity.VO)
    own, other = exchange.profile_of(side), exchange.profile_of(OTHERS[side])
    people = _people(agreed, side)
    place = _place(exchange, agreed)
    names = [own.organisation.name, other.organisation.name, place, *people]
    closed_at = exchange.closed_at or clock.now()
    return {
        "reference": exchange.ref,
        "dated": closed_at.astimezone(UTC).isoformat(),
        "closed_on": date_format(closed_at.astimezone(exchange.zone), DAY),
        "capacity": side.value,
        "is_visitor": side == Capacity.VO,
        "is_physical": exchange.is_physical,
        "organisation": own.organisation.name,
        "country": str(own.organisation.country),
        "is_long": len(own.organisation.name) > LONG_NAME,
        "partner": other.organisation.name,
        "partner_country": str(other.organisation.country),
        "people": people[:MOST_PEOPLE],
        "more_people": max(len(people) - MOST_PEOPLE, 0),
        "place": place,
        "is_dense": sum(len(name) for name in names) > DENSE,
        "dates": dates_in_words(done.starts_on, done.ends_on),
        "days": days_in_words(done.starts_on, done.ends_on),
        "working_days": working_days_in_words(done.days_done or 0),
        "objectives": [one["label"] for one in agreed["purpose"]["objectives"]],
        "partnerships": list(
            dict.fromkeys(exchange.party_name(one) for one in (Capacity.HOP, Capacity.VOP))
        ),
    }


def _people(agreed: dict[str, Any], side: Capacity) -> list[str]:
    """Who takes part for this side, as the commitment names them."""
    named: Iterable[dict[str, Any]] = agreed["participants"]
    return [person["name"] for one in named if one["capacity"] == side for person in one["people"]]


def _place(exchange: Exchange, agreed: dict[str, Any]) -> str:
    """Where it was: the address of an online meeting is nobody's business."""
    if not exchange.is_physical:
        return _("Online")
    venue: str = agreed["place"]["venue"]
    return venue


def tell_of_certificate(document: Document) -> None:
    """The side hears once that its certificate can be fetched."""
    report = Report.objects.with_parties().get(pk=document.about_id)
    notifications.certificate_ready(report)


documents.register_made(CERTIFICATE.name, tell_of_certificate)
