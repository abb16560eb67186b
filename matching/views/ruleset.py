"""The rules of matching: those in force, and the copy on which the Support Office tries others."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError, StaleVersion
from matching.forms.ruleset import PublishForm, RulesetForm
from matching.models import RulesetDraft, RulesetVersion
from matching.queries.rulesets import (
    current_draft,
    current_ruleset,
    effect_of_ruleset,
    latest_version,
    ruleset_of,
    two_scores,
)
from matching.scoring.ruleset import Ruleset
from matching.services.rulesets import discard_draft, publish_draft, save_draft
from matching.views.ruleset_tables import history, preview_of, scores_of
from matching.wording.rulesets import Difference, bounds_in_words, differences, weights_in_words
from profiles.enums import Role
from profiles.models import Profile
from profiles.permissions import can_keep_reference_data


@access.members
def ruleset(request: HttpRequest) -> HttpResponse:
    """What makes a score, for everybody who sees one; the way to the draft for who may edit."""
    latest = latest_version()
    rules = ruleset_of(latest)
    may_edit = can_keep_reference_data(request.user)
    context = {
        "version": latest,
        "weights": weights_in_words(rules),
        "rules": rules,
        "bounds": bounds_in_words(rules),
        "history": history(list(RulesetVersion.objects.all())),
        "may_edit": may_edit,
        "draft": current_draft() if may_edit else None,
    }
    return render(request, "matching/ruleset.html", context)


@access.staff
def draft(request: HttpRequest) -> HttpResponse:
    """Change the numbers of the draft; a first one begins as the version in force."""
    _require_support_office(request)
    kept = current_draft()
    start, revision = _start(kept)
    form = RulesetForm(request.POST or None, start=start, initial={"seen_revision": revision})
    theirs: list[Difference] = []
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["ruleset"]
        seen = form.cleaned_data["seen_revision"]
        try:
            save_draft(ruleset=wanted, seen_revision=seen, actor=request.user)
        except StaleVersion as refused:
            kept = current_draft()
            form = _shown_again(form, kept, refused)
            theirs = differences(ruleset_of(kept), wanted) if kept else []
        else:
            return redirect("matching:ruleset_preview")
    context = {"form": form, "draft": kept, "theirs": theirs, "in_force": current_ruleset()}
    return render(request, "matching/ruleset_draft.html", context)


@access.staff
def preview(request: HttpRequest) -> HttpResponse:
    """What the draft would change, and the button that puts it in force."""
    _require_support_office(request)
    kept = current_draft()
    if kept is None:
        return _no_draft(request)
    form = PublishForm(request.POST or None, initial={"seen_revision": kept.revision})
    if request.method == "POST" and form.is_valid():
        try:
            row = publish_draft(**form.cleaned_data, actor=request.user)
        except DomainError as refused:
            # The page shows the draft as it is now: that is what the next press is about.
            form = PublishForm({**form.cleaned_data, "seen_revision": kept.revision})
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Version %s is in force.") % row.version)
            return redirect("matching:ruleset")
    now, then = current_ruleset(), ruleset_of(kept)
    context = {
        "form": form,
        "draft": kept,
        "now": now,
        "then": then,
        "changes": differences(now, then),
        **preview_of(effect_of_ruleset(then)),
    }
    return render(request, "matching/ruleset_preview.html", context)


@access.staff
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away."""
    _require_support_office(request)
    try:
        discard_draft(seen_revision=request.POST.get("seen_revision", ""), actor=request.user)
    except StaleVersion as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The draft is thrown away. Nothing else has changed."))
    return redirect("matching:ruleset")


@access.staff
def pair(request: HttpRequest, host_ref: str, visitor_ref: str) -> HttpResponse:
    """One pair by the version in force and by the draft, side by side."""
    _require_support_office(request)
    kept = current_draft()
    if kept is None:
        return _no_draft(request)
    listed = Profile.objects.visible_to(request.user).published().select_related("organisation")
    host = access.get_visible(listed, ref=host_ref, role=Role.HOST)
    visitor = access.get_visible(listed, ref=visitor_ref, role=Role.VISITING)
    then = ruleset_of(kept)
    found = two_scores(host, visitor, then)
    context = {
        "host": host,
        "visitor": visitor,
        "scores": scores_of(found, current_ruleset(), then),
    }
    return render(request, "matching/ruleset_pair.html", context)


def _require_support_office(request: HttpRequest) -> None:
    access.require(can_keep_reference_data(request.user))


def _no_draft(request: HttpRequest) -> HttpResponse:
    messages.info(
        request, _("There is no draft now: it was published, thrown away or never begun.")
    )
    return redirect("matching:ruleset")


def _start(kept: RulesetDraft | None) -> tuple[Ruleset, str]:
    """The numbers to begin with, and the revision that the person sees."""
    return (ruleset_of(kept), kept.revision) if kept else (current_ruleset(), "")


def _shown_again(
    form: RulesetForm, kept: RulesetDraft | None, refused: StaleVersion
) -> RulesetForm:
    """The person's own numbers, which would now take the place of what has just been shown."""
    start, revision = _start(kept)
    numbers = form.data.copy()
    numbers["seen_revision"] = revision
    again = RulesetForm(numbers, start=start)
    again.add_error(None, str(refused))
    return again
