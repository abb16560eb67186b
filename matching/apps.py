from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from matching import receivers  # models can be imported only now
        from profiles.personal_data import Holding, keep, register

        receivers.connect()
        register(
            Holding(
                "matching.RulesetVersion",
                "matching_rules",
                keep,
                people=("published_by",),
                shown=("version", "published_at"),
            )
        )
