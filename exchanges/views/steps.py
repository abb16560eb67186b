"""How a press on a page becomes a step, and a refusal a sentence."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from cxc_portal.core.access import get_visible
from cxc_portal.core.errors import DomainError, NotAllowed
from cxc_portal.core.types import Text
from exchanges.models import Exchange


def seen_exchange(request: HttpRequest, ref: str) -> Exchange:
    """The exchange for one of its parties; 404 for everybody else."""
    return get_visible(Exchange.objects.visible_to(request.user).with_parties(), ref=ref)


def take(
    request: HttpRequest, step: Callable[..., Any], *, back: Any, success: Text, **more: Any
) -> HttpResponse:
    """Take the step and say so, or say why not; `back` follows: a page or an object that has one.
    403 for whoever may never."""
    try:
        step(actor=request.user, **more)
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except DomainError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, str(success))
    return redirect(back)
