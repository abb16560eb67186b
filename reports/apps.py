from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from cxc_portal.core import vault  # models can be imported only now
        from profiles.personal_data import register
        from reports import receivers
        from reports.services import holdings

        receivers.connect()
        vault.keep("reports.BankAccount", "iban", "bic", "holder")
        register(*holdings.HOLDINGS)
