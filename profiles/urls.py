from django.urls import path

from profiles.views import profile

app_name = "profiles"
urlpatterns = [
    path("profiles/<str:ref>/", profile.profile, name="profile"),
    path("profiles/<str:ref>/edit/", profile.edit, name="edit"),
    path("profiles/<str:ref>/reopen/", profile.reopen, name="reopen"),
    path("profiles/<str:ref>/decide/", profile.decide, name="decide"),
]
