from typing import Any

from celery.signals import task_prerun
from django.apps import AppConfig
from django.core.signals import request_started
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
        for begins in (request_started, task_prerun):
            begins.connect(look_at_the_clock, dispatch_uid="core.clock")
        autodiscover_modules("workflows", "notifications", "account_mails", "documents")


def look_at_the_clock(**_kwargs: Any) -> None:
    """What begins after the demo's clock was moved goes by the new time."""
    from cxc_portal.core import clock

    clock.ask_anew()
