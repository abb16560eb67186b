"""The end of the short path: all answers at a glance, submitting, and what happens then."""

from collections.abc import Iterable
from typing import Any

from allauth.core import ratelimit
from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError, TransitionRefused
from profiles.answers import (
    ASSIGN,
    CHECK,
    EXCHANGE,
    ORGANISATION,
    PAGES,
    ROLE,
    SECTOR,
    Answers,
    has_consented,
    missing_answers,
    obstacles,
    pages_of,
    partnership_of,
    read_answers,
)
from profiles.consents import current_consent
from profiles.enums import Activity, Objective, ProfileState
from profiles.forms.registration import PartnershipForm, SubmitForm
from profiles.languages import language_name
from profiles.models import Cluster, Profile, Registration, User
from profiles.queries import decision_due_on
from profiles.rules import current_rules
from profiles.services.registration import choose_partnership, give_consent, submit_registration
from profiles.views.registration.current import (
    actor_of,
    current_registration,
    lost,
    page_url,
    submitted_profile,
)

Row = tuple[Any, Any, str]


@access.public
@never_cache
@rate_limit(action="registration")
def check(request: HttpRequest) -> HttpResponse:
    """All answers, to be changed or submitted; first an address is confirmed."""
    registration = current_registration(request)
    if registration is None:
        submitted = submitted_profile(request)
        return redirect("profiles:register_done", submitted.ref) if submitted else lost(request)
    form = SubmitForm(
        request.POST if request.method == "POST" else None,
        is_anonymous=actor_of(request) is None,
        has_consented=has_consented(registration),
    )
    if request.method == "POST" and form.is_valid():
        return _go_on(request, registration, form)
    return _show(request, registration, form)


@access.public
@rate_limit(action="registration")
def partnership(request: HttpRequest) -> HttpResponse:
    """Take another partnership than the suggested one."""
    registration = current_registration(request)
    if registration is None:
        return lost(request)
    form = PartnershipForm(request.POST if request.method == "POST" else None)
    for message in form.errors.get("partnership", []):
        messages.error(request, str(message))
    try:
        if form.is_valid():
            acronym = form.cleaned_data["partnership"]
            choose_partnership(key=registration.key, acronym=acronym, actor=actor_of(request))
    except DomainError as refused:
        messages.error(request, str(refused.message))
    return redirect(page_url(CHECK))


@access.members
def done(request: HttpRequest, ref: str) -> HttpResponse:
    """What happens next, who acts and until when."""
    own = Profile.objects.of_member(request.user).select_related("partnership", "organisation")
    profile = access.get_visible(own, ref=ref)
    if profile.state != ProfileState.SUBMITTED:
        return redirect(profile)
    rules = current_rules()
    context = {
        "profile": profile,
        "due_on": decision_due_on(profile, rules),
        "target_days": rules.integer("validation.target_days"),
        "reach": _reach(profile),
    }
    return render(request, "profiles/register/done.html", context)


def _reach(profile: Profile) -> list[tuple[str, str]]:
    """From the organisation's country to those where its partnership has clusters, for the map."""
    home = profile.organisation.country_id
    clusters = Cluster.objects.filter(partnership=profile.partnership_id, country__isnull=False)
    abroad = clusters.exclude(country=home).values_list("country", flat=True)
    return [(home, country) for country in sorted(set(abroad))] if profile.partnership_id else []


def _go_on(request: HttpRequest, registration: Registration, form: SubmitForm) -> HttpResponse:
    actor = actor_of(request)
    try:
        if "consent" in form.cleaned_data:
            version = current_consent().version
            registration = give_consent(key=registration.key, version=version, actor=actor)
    except TransitionRefused:  # another click has submitted it meanwhile: show what became of it
        return redirect(page_url(CHECK))
    answers = read_answers(registration)
    if missing_answers(registration, answers) or obstacles(registration, answers):
        return _show(request, registration, form)
    if actor is None:
        url = reverse("account_signup", query={"next": page_url(CHECK)})
        return redirect(url, preserve_request=True)
    return _submit(request, registration, actor, form)


def _submit(
    request: HttpRequest, registration: Registration, actor: User, form: SubmitForm
) -> HttpResponse:
    if not ratelimit.consume(request, action="registration_submit", user=actor):
        return ratelimit.respond_429(request)
    try:
        profile = submit_registration(key=registration.key, actor=actor)
    except DomainError as refused:
        form.add_error(None, str(refused.message))
        return _show(request, registration, form)
    return redirect("profiles:register_done", profile.ref)


def _show(request: HttpRequest, registration: Registration, form: SubmitForm) -> HttpResponse:
    pages = pages_of(registration)
    answers = read_answers(registration)
    missing = [one for one in missing_answers(registration, answers) if one.page != CHECK]
    suggestion = partnership_of(registration, answers)
    chosen = suggestion.partnership.acronym if suggestion and suggestion.partnership else ASSIGN
    in_the_way = obstacles(registration, answers)
    context = {
        "form": form,
        "registration": registration,
        "number": len(pages),
        "total": len(pages),
        "labels": [PAGES[one] for one in pages],
        "back_url": page_url(pages[-2]),
        "missing": [(question, page_url(question.page)) for question in missing],
        "obstacles": in_the_way,
        "is_ready": not missing and not in_the_way,
        "facts": _facts(registration, answers),
        "suggestion": suggestion,
        "partnership_form": PartnershipForm(initial={"partnership": chosen}),
        "target_days": current_rules().integer("validation.target_days"),
    }
    return render(request, "profiles/register/check.html", context)


def _facts(registration: Registration, answers: Answers) -> list[Row]:
    """Question, answer, and where it is changed; what is known of the organisation stays."""
    purpose = [Objective(code).label for code in answers.objectives]
    purpose += [Activity(code).label for code in answers.activities]
    of_organisation = "" if registration.organisation_id else page_url(ORGANISATION)
    of_sector = "" if registration.organisation_id else page_url(SECTOR)
    rows = [
        (_("Role"), answers.role.label if answers.role else "", page_url(ROLE)),
        (_("Organisation"), answers.name, of_organisation),
        (_("Country"), answers.country, of_organisation),
        (_("Type"), answers.organisation_type, of_organisation),
        (_("Website"), answers.website, of_organisation),
        (_("What you do"), answers.summary, of_organisation),
        (_("Main sector"), answers.main_sector, of_sector),
        (_("Cluster"), answers.cluster or answers.other_cluster, of_sector),
        (_("What the exchange is for"), _lines(purpose), page_url(EXCHANGE)),
        (_("Languages"), _lines(map(language_name, answers.languages)), page_url(EXCHANGE)),
    ]
    return rows


def _lines(texts: Iterable[Any]) -> SafeString:
    return linebreaksbr("\n".join(str(text) for text in texts))
