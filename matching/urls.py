from django.urls import path

from matching.views import matches, ruleset, trying

app_name = "matching"
urlpatterns = [
    path("rules/matching/", ruleset.ruleset, name="ruleset"),
    path("rules/matching/draft/", ruleset.draft, name="ruleset_draft"),
    path("rules/matching/preview/", ruleset.preview, name="ruleset_preview"),
    path("rules/matching/discard/", ruleset.discard, name="ruleset_discard"),
    path(
        "rules/matching/draft/<str:host_ref>/<str:visitor_ref>/",
        ruleset.pair,
        name="ruleset_pair",
    ),
    path("try/", trying.try_partners, name="try"),
    path("try/keep/", trying.keep, name="try_keep"),
    path("try/alert/", trying.ask_alert, name="try_alert"),
    path("try/alert/asked/", trying.alert_asked, name="alert_asked"),
    path("alerts/<uuid:key>/", trying.alert, name="alert"),
    path("matches/", matches.my_matches, name="my_matches"),
    path("matches/<str:ref>/", matches.matches, name="matches"),
    path("matches/<str:ref>/<str:other_ref>/", matches.pair, name="pair"),
]
