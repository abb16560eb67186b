"""The mail about new profiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import mail
from cxc_portal.core.mail import MailKind, Pace, Recipient
from matching.queries.searches import NEWS_KIND, Newcomer, News, is_last_letter

NAMED = 5
"""How many profiles a mail names for one search before it says how many more there are."""
PROFILES_PUBLISHED = mail.register(
    MailKind(
        NEWS_KIND,
        gettext_lazy("members and staff"),
        gettext_lazy("profiles were published that fit a saved search or an own profile"),
        pace=Pace.DAILY,
        topic="news",
    )
)


@dataclass(frozen=True)
class Told:
    """What the mail says for one search."""

    title: str
    newcomers: list[Newcomer]
    more: int
    url: str


def profiles_published(news: Sequence[News], until: datetime) -> None:
    """One mail for all searches of a person."""
    user = news[0].search.user
    with translation.override(user.language or settings.LANGUAGE_CODE):
        told = [_told(one) for one in news]
    number = sum(len(one.newcomers) for one in news)
    url = told[0].url if len(told) == 1 else settings.SITE_URL + reverse("matching:searches")
    mail.queue(
        PROFILES_PUBLISHED,
        to=Recipient.of(user),
        context={
            "told": told,
            "first": news[0].newcomers[0],
            "others": number - 1,
            "is_last": is_last_letter(news),
            "searches_url": settings.SITE_URL + reverse("matching:searches"),
            "action_url": url,
            "action_label": gettext_lazy("See them all"),
        },
        dedup_key=f"{PROFILES_PUBLISHED.name}:{user.pk}:{until.isoformat()}",
    )


def _told(news: News) -> Told:
    profile, newcomers = news.search.profile, news.newcomers
    if profile is None:
        title = _("Your search “%(name)s”") % {"name": news.search.name}
        path = reverse("matching:search", args=[news.search.pk])
    else:
        title = _("High fits for %(name)s") % {"name": profile.organisation.name}
        path = f"{reverse('matching:matches', args=[profile.ref])}?sort=newest"
    return Told(title, newcomers[:NAMED], len(newcomers[NAMED:]), settings.SITE_URL + path)
