from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "cxc_portal.core"
    label = "core"
    verbose_name = _("Portal")

    def ready(self) -> None:
        """Every process knows all lifecycles and all kinds of mail and document."""
        from cxc_portal.core import clock, clock_shift  # models can be imported only now

        clock.follow(clock_shift.read)
        autodiscover_modules("workflows", "notifications", "account_mails", "documents")
