"""The portal's addresses, and that of the yardstick: 25 rows of a table, after log-in, no more."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from profiles.models import Profile

TEMPLATE = engines["django"].from_string(
    """<!DOCTYPE html><html lang="en"><title>25 rows</title><table>{% for row in rows %}<tr>
    <td>{{ row.ref }}</td><td>{{ row.get_role_display }}</td><td>{{ row.state }}</td>
    <td>{{ row.mode }}</td><td>{{ row.published_at }}</td></tr>{% endfor %}</table></html>"""
)


def yardstick(request: HttpRequest) -> HttpResponse:
    """LoginRequiredMiddleware asks who it is; this reads and draws 25 rows."""
    rows = Profile.objects.order_by("ref")[:25]
    return HttpResponse(TEMPLATE.render({"rows": rows, "user": request.user}))


urlpatterns = [path("yardstick/", yardstick), path("", include("cxc_portal.urls"))]
