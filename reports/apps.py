from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from cxc_portal.core import vault  # models can be imported only now
        from cxc_portal.core.context import provide_navigation
        from cxc_portal.core.documentation import register_page
        from cxc_portal.core.happenings import provide
        from exchanges.aftermath import (
            Lateness,
            register_batons,
            register_lateness,
            register_matters,
            register_waiting,
        )
        from exchanges.aftermath import register_panel as register_exchange_panel
        from profiles.panels import register_front_panel
        from profiles.personal_data import register
        from profiles.turns import register_turns
        from reports import context, receivers, turns
        from reports.queries.batons import batons_of_reports
        from reports.queries.happenings import next_reports_due
        from reports.queries.money_turns import matters_of_money
        from reports.queries.waiting import (
            exchanges_waiting_for,
            exchanges_with_late_reports,
            exchanges_with_slow_validations,
        )
        from reports.services import holdings
        from reports.views.panel import reports_panel
        from reports.views.papers import papers_panel
        from reports.views.payment_panel import payment_panel
        from reports.views.stories import front_story
        from reports.wording.indicators_page import indicators_page

        receivers.connect()
        register_page("indicators.md", indicators_page)
        register_batons(batons_of_reports)
        register_matters(matters_of_money)
        register_waiting(exchanges_waiting_for)
        register_lateness(Lateness(_("Report is overdue"), exchanges_with_late_reports))
        register_lateness(Lateness(_("Validation is overdue"), exchanges_with_slow_validations))
        register_exchange_panel(reports_panel)
        register_exchange_panel(payment_panel)
        register_exchange_panel(papers_panel)
        register_turns(turns.turns)
        register_turns(turns.story_turns)
        provide_navigation(context.navigation)
        provide(next_reports_due)
        vault.keep("reports.BankAccount", "iban", "bic", "holder")
        register(*holdings.HOLDINGS)
        register_front_panel(front_story)
