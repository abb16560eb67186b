from django.urls import path

from exchanges.views import calendar, countries, desk, exchange, group_offers, groups, overrides

app_name = "exchanges"
urlpatterns = [
    path("exchanges/", desk.exchanges, name="exchanges"),
    path("exchanges/remind/", desk.remind, name="remind_many"),
    path("exchanges/<str:ref>/", exchange.exchange, name="exchange"),
    path("exchanges/<str:ref>/calendar.ics", calendar.calendar, name="calendar"),
    path("calendar/<str:token>.ics", calendar.feed, name="feed"),
    path("accounts/calendar/", calendar.calendar_feed, name="calendar_feed"),
    path("countries/", countries.countries, name="countries"),
    path("countries/<str:code>/", countries.country, name="country"),
    path("countries/<str:code>/guide/", countries.country_guide, name="country_guide"),
    path("exchanges/<str:ref>/findings/", overrides.findings, name="findings"),
    path("exchanges/<str:ref>/override/", overrides.override, name="override"),
    path("exchanges/<str:ref>/override/withdraw/", overrides.withdraw, name="withdraw_override"),
    path("proposals/<int:pk>/exchange/", exchange.of_match, name="of_match"),
    path("groups/", groups.groups, name="groups"),
    path("groups/new/", group_offers.offer_group, name="offer_group"),
    path("groups/<int:pk>/", groups.group, name="group"),
    path("groups/<int:pk>/join/", groups.join_group, name="join_group"),
    path("groups/<int:pk>/leave/", groups.leave_group, name="leave_group"),
    path("groups/<int:pk>/edit/", group_offers.edit_group, name="edit_group"),
    path("groups/<int:pk>/close/", group_offers.close_group, name="close_group"),
    path("groups/<int:pk>/reopen/", group_offers.reopen_group, name="reopen_group"),
    path("groups/<int:pk>/cancel/", group_offers.cancel_group, name="cancel_group"),
]
