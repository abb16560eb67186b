from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from cxc_portal.core.context import provide_navigation  # models can be imported only now
        from matching import context, receivers, strength, turns
        from matching.queries.match_obstacles import match_blockers, open_match_obstacles
        from matching.queries.proposals import is_contact_open
        from matching.services import conversation_holdings
        from matching.views.keeping_panels import bookmark_panel, similar_panel
        from matching.views.limits import limits_panel
        from matching.views.panels import partner_panel
        from profiles.contacts import register_contact_opener
        from profiles.obstacles import register_obstacles
        from profiles.panels import register_panel
        from profiles.personal_data import Holding, delete, keep, register, register_blocker
        from profiles.strength import register_match_effect
        from profiles.turns import register_tips, register_turns

        receivers.connect()
        register_contact_opener(is_contact_open)
        register_obstacles(open_match_obstacles)
        register_blocker(match_blockers)
        register_panel(partner_panel)
        register_panel(limits_panel)
        register_panel(bookmark_panel)
        register_panel(similar_panel)
        register(*conversation_holdings.HOLDINGS)
        register_blocker(conversation_holdings.conversation_blockers)
        register_match_effect(strength.high_fits)
        provide_navigation(context.navigation)
        register_turns(turns.turns)
        register_tips(turns.tips)
        register(
            Holding(
                "matching.RulesetVersion",
                "matching_rules",
                keep,
                people=("published_by",),
                shown=("version", "published_at"),
            ),
            Holding(
                "matching.Match",
                "introductions",
                keep,
                people=("introduced_by",),
                shown=("host__ref", "visitor__ref", "state", "message", "proposed_at"),
            ),
            Holding(
                "matching.MatchStep",
                "steps_in_matches",
                keep,
                people=("actor",),
                shown=("subject", "transition", "source", "target", "comment", "at"),
            ),
            Holding(
                "matching.RulesetDraft",
                "matching_rules_draft",
                keep,
                people=("changed_by",),
                shown=("changed_at",),
            ),
            Holding(
                "matching.Bookmark",
                "bookmarks",
                delete,
                people=("user",),
                shown=("profile__ref", "at"),
            ),
            Holding(
                "matching.SavedSearch",
                "saved_searches",
                delete,
                people=("user",),
                shown=("name", "query", "profile__ref", "has_alert", "created_at"),
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
