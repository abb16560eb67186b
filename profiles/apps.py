from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProfilesConfig(AppConfig):
    name = "profiles"
    verbose_name = _("Organisations and profiles")

    def ready(self) -> None:
        from cxc_portal.core import jobs  # models can be imported only now
        from cxc_portal.core.context import provide_navigation
        from profiles import context, imports, personal_data, receivers
        from profiles.services import erasure, holdings

        jobs.register(
            imports.KIND,
            imports.run_import,
            title=_("Import of profiles"),
            result_template="profiles/desk/_import_result.html",
        )
        personal_data.register(*holdings.HOLDINGS)
        personal_data.register_blocker(erasure.staff_role_blockers)
        personal_data.register_blocker(erasure.profile_blockers)
        receivers.connect()
        provide_navigation(context.navigation)
