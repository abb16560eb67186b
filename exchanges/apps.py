from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangesConfig(AppConfig):
    name = "exchanges"
    verbose_name = _("Exchanges")

    def ready(self) -> None:
        from exchanges import receivers  # models can be imported only now
        from exchanges.services import holdings
        from exchanges.views.group_offers import group_panel
        from profiles.panels import register_panel
        from profiles.personal_data import register

        receivers.connect()
        register(*holdings.HOLDINGS)
        register_panel(group_panel)
