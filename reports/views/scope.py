"""What a request for figures looks at."""

from django.http import Http404, HttpRequest

from cxc_portal.core import access
from reports.forms.scope import ScopeForm
from reports.permissions import can_see_indicators
from reports.queries.scopes import Scope


def scope_form(request: HttpRequest) -> ScopeForm:
    """The form as it was filled in; 404 for a partnership that the person does not see."""
    access.require(can_see_indicators(request.user))
    form = ScopeForm(request.GET, request.user)
    if form.is_of_nobody:
        raise Http404
    return form


def scope_of(request: HttpRequest) -> Scope:
    """What the form asks for."""
    return scope_form(request).scope
