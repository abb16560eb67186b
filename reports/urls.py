from django.urls import URLPattern, path

from reports.views import review

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("exchanges/<str:ref>/report/", review.report_review, name="report"),
    path("exchanges/<str:ref>/report/review/", review.report_review, name="report_review"),
]
