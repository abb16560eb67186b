from django.urls import path

from matching.views import matches

app_name = "matching"
urlpatterns = [
    path("matches/", matches.my_matches, name="my_matches"),
    path("matches/<str:ref>/", matches.matches, name="matches"),
    path("matches/<str:ref>/<str:other_ref>/", matches.pair, name="pair"),
]
