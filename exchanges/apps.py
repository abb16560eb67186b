from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangesConfig(AppConfig):
    name = "exchanges"
    verbose_name = _("Exchanges")

    def ready(self) -> None:
        from cxc_portal.core.context import provide_navigation  # models can be imported only now
        from cxc_portal.core.documentation import register_page
        from cxc_portal.core.happenings import provide
        from exchanges import context, receivers, turns
        from exchanges.queries.carried_on import exchanges_of_matches
        from exchanges.queries.happenings import next_starts_and_ends
        from exchanges.queries.obstacles import exchange_blockers, open_exchange_obstacles
        from exchanges.services import holdings
        from exchanges.views.group_offers import group_panel
        from exchanges.wording.rules_page import rules_page
        from matching.successors import register_successors
        from profiles.obstacles import register_obstacles
        from profiles.panels import register_panel
        from profiles.personal_data import register, register_blocker
        from profiles.turns import register_turns

        receivers.connect()
        register_page("exchange-rules.md", rules_page)
        register_successors(exchanges_of_matches)
        register_obstacles(open_exchange_obstacles)
        register_blocker(exchange_blockers)
        provide_navigation(context.navigation)
        provide(next_starts_and_ends)
        register_turns(turns.turns)
        register(*holdings.HOLDINGS)
        register_panel(group_panel)
