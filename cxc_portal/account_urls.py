"""The pages of django-allauth that this portal offers, under /accounts/."""

from allauth.socialaccount import views as other_log_in
from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]

# Another organisation's log-in. There is no sign-up form behind it: without a verified address
# from there (`OtherLogInAdapter`) one signs up here.
if settings.OIDC_ENABLED:
    urlpatterns += [
        path("linked/", other_log_in.connections, name="socialaccount_connections"),
        path(
            "linked/cancelled/", other_log_in.login_cancelled, name="socialaccount_login_cancelled"
        ),
        path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    ]
