from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from cxc_portal.core.context import provide_navigation  # models can be imported only now
        from matching import context, receivers, strength
        from profiles.personal_data import Holding, delete, keep, register
        from profiles.strength import register_match_effect

        receivers.connect()
        register_match_effect(strength.high_fits)
        provide_navigation(context.navigation)
        register(
            Holding(
                "matching.RulesetVersion",
                "matching_rules",
                keep,
                people=("published_by",),
                shown=("version", "published_at"),
            ),
            Holding(
                "matching.RulesetDraft",
                "matching_rules_draft",
                keep,
                people=("changed_by",),
                shown=("changed_at",),
            ),
            Holding(
                "matching.PartnerAlert",
                "partner_alerts",
                delete,
                addresses=("email",),
                shown=(
                    "email",
                    "role",
                    "country__name",
                    "sector__title",
                    "purposes",
                    "created_at",
                    "confirmed_at",
                ),
            ),
        )
