"""The mail about a new version of the rules of matching."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import mail
from cxc_portal.core.mail import MailKind, Pace, Recipient
from matching.models import RulesetVersion
from matching.scoring.effect import Effect
from matching.wording.rulesets import Difference
from profiles.models import Partnership, User

RULESET_PUBLISHED = mail.register(
    MailKind(
        "matching/ruleset_published",
        _("partnership officers and coordinators"),
        _("a new version of the matching rules came into force"),
        pace=Pace.DAILY,
        topic="desk",
    )
)


def ruleset_published(row: RulesetVersion, changes: list[Difference], effect: Effect) -> None:
    """Tells the staff of each partnership with profiles what the new version changes for it."""
    partnerships = Partnership.objects.filter(pk__in=effect.greens).order_by("acronym")
    for partnership in partnerships:
        greens = effect.greens[partnership.pk]
        people = User.objects.filter(is_active=True, staff_roles__partnership=partnership)
        for user in people.order_by("pk").distinct():
            mail.queue(
                RULESET_PUBLISHED,
                to=Recipient.of(user),
                context={
                    "version": row,
                    "partnership": partnership,
                    "changes": changes,
                    "before": round(greens.before.value),
                    "after": round(greens.after.value),
                    "is_exact": effect.is_exact,
                    "action_url": settings.SITE_URL + reverse("matching:ruleset"),
                    "action_label": _("Read the matching rules"),
                },
                dedup_key=f"{RULESET_PUBLISHED.name}:{row.pk}:{partnership.pk}:{user.email}",
                about=row,
            )
