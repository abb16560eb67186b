from django.urls import path

from exchanges.views import exchange

app_name = "exchanges"
urlpatterns = [
    path("exchanges/<str:ref>/", exchange.exchange, name="exchange"),
    path("proposals/<int:pk>/exchange/", exchange.of_match, name="of_match"),
]
