from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from profiles.personal_data import register  # models can be imported only now
        from reports import receivers
        from reports.services import holdings

        receivers.connect()
        register(*holdings.HOLDINGS)
