"""The best set of pairs for a partnership, and introducing some of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from matching.forms.plan import IntroducePairsForm, PairsForm
from matching.models import Match
from matching.queries.left_behind import partnerships_cared_for
from matching.queries.plan import PartnershipPlan, plan_of
from matching.queries.proposals import modes_between
from matching.services.introductions import introduce_profiles
from matching.views import plan_rows
from matching.views.plan_rows import PlannedPair
from matching.wording.plan import points
from profiles.enums import Mode
from profiles.models import Partnership, User

PER_PAGE = 25


@dataclass(frozen=True)
class Outcome:
    """What became of one pair that was to be introduced."""

    pair: PlannedPair
    match: Match | None
    refusal: str


@access.staff
def plan(request: HttpRequest, acronym: str) -> HttpResponse:
    """The pairs with their reasons, and how much better they are than by the rule of thumb."""
    partnership = _partnership(request, acronym)
    return _plan_page(request, partnership, plan_of(partnership))


@access.staff
@require_POST
def introduce(request: HttpRequest, acronym: str) -> HttpResponse:
    """The pairs that were ticked: first asked about; once confirmed introduced, one by one."""
    partnership = _partnership(request, acronym)
    made = plan_of(partnership)
    choices = {value: value for value in map(plan_rows.value_of, made.best.pairs)}
    ticked = PairsForm(request.POST, choices=choices)
    if not ticked.is_valid():
        return _plan_page(request, partnership, made, ticked.errors["pair"])
    values = ticked.cleaned_data["pair"]
    chosen = [pair for pair in plan_rows.by_score(made) if plan_rows.value_of(pair) in values]
    pairs = plan_rows.planned_pairs(made, chosen)
    form = IntroducePairsForm(
        request.POST if "confirm" in request.POST else None,
        choices=choices,
        initial={"pair": values, "message": _first_words(partnership)},
    )
    context = {"partnership": partnership, "pairs": pairs, "form": form}
    if not form.is_valid():
        return render(request, "matching/plan_introduce.html", context)
    outcomes = [_introduced(request.user, pair, form.cleaned_data["message"]) for pair in pairs]
    context["outcomes"] = outcomes
    context["done"] = sum(outcome.match is not None for outcome in outcomes)
    return render(request, "matching/plan_introduced.html", context)


def _partnership(request: HttpRequest, acronym: str) -> Partnership:
    return access.get_visible(partnerships_cared_for(request.user), acronym=acronym)


def _plan_page(
    request: HttpRequest,
    partnership: Partnership,
    made: PartnershipPlan,
    refusals: Sequence[str] = (),
) -> HttpResponse:
    page = Paginator(plan_rows.by_score(made), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "partnership": partnership,
        "plan": made,
        "page": page,
        "pairs": plan_rows.planned_pairs(made, list(page)),
        "fixed": plan_rows.fixed_pairs(made),
        "left_out": plan_rows.left_out(made),
        "comparisons": plan_rows.comparisons(made),
        "progress": [(plan_rows.label_of(one), one) for one in made.progress],
        "refusals": refusals,
        "gap": points(round(made.best.gap * 1000)),
    }
    return render(request, "matching/plan.html", context)


def _first_words(partnership: Partnership) -> str:
    return _(
        "We have looked at all participants of %(partnership)s together and think that the two of "
        "you fit well. Would you like to get to know each other?"
    ) % {"partnership": partnership.acronym}


def _introduced(user: User, pair: PlannedPair, message: str) -> Outcome:
    modes = modes_between(pair.host, pair.visitor)
    try:
        match = introduce_profiles(
            host_id=pair.host.pk,
            visitor_id=pair.visitor.pk,
            actor=user,
            message=message,
            mode=modes[-1] if modes else Mode.EITHER,
        )
    except DomainError as refused:
        return Outcome(pair, None, str(refused))
    return Outcome(pair, match, "")
