from django.urls import include, path

from profiles.admin import desk
from profiles.views import account

urlpatterns = [
    path("admin/", desk.urls),
    path("", include("cxc_portal.core.urls")),
    path("", include("profiles.urls")),
    path("", include("matching.urls")),
    path("", include("exchanges.urls")),
    path("", include("reports.urls")),
    path("accounts/", include("cxc_portal.account_urls")),
    path("language/", account.set_language, name="set_language"),
]

handler500 = "cxc_portal.core.views.errors.server_error"
