from django.urls import include, path

urlpatterns = [
    path("", include("cxc_portal.core.urls")),
    path("", include("profiles.urls")),
    path("", include("matching.urls")),
    path("accounts/", include("allauth.urls")),
]
