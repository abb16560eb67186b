"""Publishing rulesets."""

from django.db import transaction
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed
from matching.models import RulesetVersion
from matching.scoring.ruleset import PUBLISHED_RULESET, Ruleset
from matching.services.index import forget_what_is_remembered
from profiles.models import User
from profiles.permissions import can_keep_reference_data


def publish_ruleset(*, ruleset: Ruleset, note: str, actor: User | None) -> RulesetVersion:
    """A new version is in force; its number follows that of the last one. Earlier ones are kept.

    `Ruleset` itself refuses weights that do not add up and bands out of order; so does the
    database. An actor of None is the portal itself.
    """
    with transaction.atomic():
        if actor is not None and not can_keep_reference_data(actor):
            raise NotAllowed(_("Only the Support Office changes the rules."))
        versions = RulesetVersion.objects.order_by("version")
        versions.select_for_update(of=("self",)).first()  # whoever publishes next waits here
        latest = versions.last()
        row = RulesetVersion.objects.create(
            version=latest.version + 1 if latest else 1,
            **{criterion.value: weight for criterion, weight in ruleset.weights.items()},
            orange_from=ruleset.orange_from,
            green_from=ruleset.green_from,
            minimum_days=ruleset.minimum_days,
            note=note,
            published_at=clock.now(),
            published_by=actor,
        )
        audit.record("ruleset.published", subject=row, actor=actor, data={"version": row.version})
        forget_what_is_remembered()
    return row


def load_ruleset() -> int:
    """The formula as it was published is version 1; later versions are left alone. Says how many
    versions there are."""
    with transaction.atomic():
        if not RulesetVersion.objects.exists():
            publish_ruleset(ruleset=PUBLISHED_RULESET, note="As it was published.", actor=None)
    return RulesetVersion.objects.count()
