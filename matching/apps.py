from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from matching import receivers, strength  # models can be imported only now
        from profiles.personal_data import Holding, keep, register
        from profiles.strength import register_match_effect

        receivers.connect()
        register_match_effect(strength.high_fits)
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
        )
