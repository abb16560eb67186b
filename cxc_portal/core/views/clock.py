"""The demo's clock: what time it is here, and the buttons that move it forward."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cxc_portal.core import access, clock, clock_shift, day_rounds, happenings
from cxc_portal.core.errors import DomainError
from cxc_portal.core.forms import DateInput
from cxc_portal.core.models import ClockShift

STEPS = {"day": timedelta(days=1), "week": timedelta(days=7)}
MOST_HAPPENINGS = 6


class MoveForm(forms.Form):
    """How far to move: by a step, or to a moment that the page named."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    step = forms.ChoiceField(choices=[(name, name) for name in STEPS], required=False)
    moment = forms.DateTimeField(required=False)

    def target(self) -> datetime:
        """The moment to move to; without one it is the present, which nobody can move to."""
        length = STEPS.get(self.cleaned_data["step"], timedelta(0))
        return self.cleaned_data["moment"] or clock.now() + length


class DayForm(forms.Form):
    """To a day of one's own."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    day = forms.DateField(
        label=gettext_lazy("Day"),
        help_text=gettext_lazy("At eight in the morning of that day."),
        widget=DateInput(),
    )

    def target(self) -> datetime:
        """The moment to move to."""
        return clock.at_hour(self.cleaned_data["day"], day_rounds.MORNING_HOUR)


@access.demo_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def clock_page(request: HttpRequest) -> HttpResponse:
    """What time it is here and in earnest; a POST sets the clock off. htmx asks how far it is."""
    form = (DayForm if "day" in request.POST else MoveForm)(request.POST or None)
    if request.method == "POST" and form.is_valid() and _set_off(request, form):
        return redirect("core:clock")
    is_update = request.headers.get("HX-Target") == "clock"
    template = "core/_clock.html" if is_update else "core/clock.html"
    day_form = form if isinstance(form, DayForm) else DayForm()
    return render(request, template, {"day_form": day_form, **_shown(clock_shift.current())})


def _set_off(request: HttpRequest, form: MoveForm | DayForm) -> bool:
    """Whether the clock is on its way. A day of one's own stays in its field when it is refused."""
    actor = request.user if request.user.is_authenticated else None
    try:
        clock_shift.start_move(to=form.target(), seen=form.cleaned_data["seen"], actor=actor)
    except DomainError as refused:
        if not isinstance(form, DayForm):
            raise
        form.add_error("day", str(refused.message))
        return False
    return True


def _shown(shift: ClockShift) -> dict[str, Any]:
    moment, latest = clock.now(), clock_shift.farthest()
    return {
        "shift": shift,
        "now": moment,
        "real_now": clock.real_now(),
        "is_ahead": clock.is_ahead(),
        "zone": settings.TIME_ZONE,
        "happenings": [one for one in happenings.next_ones(MOST_HAPPENINGS) if one.at <= latest],
        "first_day": clock.day_of(moment + timedelta(days=1)),
        "last_day": clock.day_of(latest),
        "mails": _mails_of(shift),
    }


def _mails_of(shift: ClockShift) -> int:
    """How many mails the last move sent."""
    counted = shift.job.result.get("counted", {}) if shift.job else {}
    return sum(counted.get(task, 0) for task in day_rounds.POSTMAN)
