from django.urls import path

from profiles.views import account, profile

app_name = "profiles"
urlpatterns = [
    path("accounts/", account.overview, name="account"),
    path("accounts/details/", account.details, name="account_details"),
    path("accounts/sessions/<int:pk>/end/", account.end_session, name="end_session"),
    path("accounts/data/", account.data, name="account_data"),
    path("accounts/close/", account.close, name="close_account"),
    path("profiles/<str:ref>/", profile.profile, name="profile"),
    path("profiles/<str:ref>/edit/", profile.edit, name="edit"),
    path("profiles/<str:ref>/reopen/", profile.reopen, name="reopen"),
    path("profiles/<str:ref>/decide/", profile.decide, name="decide"),
]
