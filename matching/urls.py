from django.urls import path

from matching.views import matches

app_name = "matching"
urlpatterns = [
    path("matches/<str:ref>/", matches.matches, name="matches"),
]
