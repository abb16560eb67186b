"""A profile at the desk: what there is to know, and the decision."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError, StaleVersion
from cxc_portal.core.types import Text
from profiles.admin.base import page
from profiles.admin.bulk import BulkPublishing
from profiles.admin.forms import DESK_STEPS, CommentForm, HandOverForm, SeenForm
from profiles.admin.mails import mails_about
from profiles.admin.queue import Line, QueueAdmin, lines, with_history
from profiles.admin.site import desk
from profiles.admin.undo import undoable_by, undoable_step
from profiles.admin.words import Change, Words
from profiles.eligibility import blocking_failures
from profiles.enums import ProfileState
from profiles.facts import profile_facts
from profiles.models import Profile, ProfileTransition
from profiles.permissions import can_validate_profile
from profiles.rules import current_rules
from profiles.services.decisions import (
    DECISIONS,
    decide_profile,
    reassign_profile,
    reinstate_profile,
    suspend_profile,
    undo_decision,
)
from profiles.services.reviews import (
    is_held_by_another,
    release_profile,
    take_profile,
)
from profiles.workflows import profile_workflow

MOST_HOLDS = 12
"""How often an open page asks, every five minutes, to keep its profile."""

SUMMARIES: dict[str, Text] = {
    "publish": gettext_lazy("Publish with a message"),
    "return": gettext_lazy("Return for changes"),
    "reject": gettext_lazy("Reject"),
    "reassign": gettext_lazy("Hand to another partnership"),
    "suspend": gettext_lazy("Suspend"),
    "reinstate": gettext_lazy("Reinstate"),
}


@dataclass(frozen=True)
class Panel:
    """One decision that is open to the reader, with its form."""

    step: str
    label: Text
    summary: Text
    form: CommentForm
    is_open: bool = False


@admin.register(Profile, site=desk)
class ProfileAdmin(BulkPublishing, QueueAdmin):
    """The queue, and the page of each profile."""

    def page_urls(self) -> list[URLPattern]:
        return [
            *super().page_urls(),
            self.named("<str:ref>/change/", self.profile_view, "change"),
            self.named("<str:ref>/decide/", require_POST(self.decide_view), "decide"),
            self.named("<str:ref>/undo/", require_POST(self.undo_view), "undo"),
            self.named("<str:ref>/take/", require_POST(self.take_view), "take"),
            self.named("<str:ref>/hold/", require_POST(self.hold_view), "hold"),
            self.named("<str:ref>/leave/", require_POST(self.leave_view), "leave"),
            self.named("<str:ref>/words/", self.words_view, "words"),
        ]

    def _profile(self, request: HttpRequest, ref: str) -> Profile:
        """The profile if it is at the reader's desk; for others it does not exist."""
        small = self.get_queryset(request).select_related(None)
        return access.get_visible(small.select_related("organisation", "partnership"), ref=ref)

    def _profile_to_show(self, request: HttpRequest, ref: str) -> Profile:
        """The profile as it is now, with all that its page tells of its past."""
        return access.get_visible(with_history(self.get_queryset(request)), ref=ref)

    def profile_view(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Opening a waiting profile takes it, unless a colleague has it."""
        profile = self._profile(request, ref)
        if can_validate_profile(request.user, profile):
            take_profile(profile_id=profile.pk, actor=request.user)
        return self._page(request, self._profile_to_show(request, ref))

    def _page(
        self,
        request: HttpRequest,
        profile: Profile,
        *,
        bound: CommentForm | None = None,
        refusal: DomainError | None = None,
        seen: int | None = None,
    ) -> HttpResponse:
        user: Any = request.user
        rules = current_rules()
        (line,) = lines([profile], user, lambda ref: self.url_of(request, ref), rules)
        may_decide = can_validate_profile(user, profile)
        is_held = line.holder is not None and not line.is_mine
        words, facts = Words(), profile_facts(profile)
        mine = [step for step in undoable_by(user, rules) if step.profile.pk != profile.pk]
        context = self.context(
            request,
            profile=profile,
            line=line,
            may_decide=may_decide,
            is_held=is_held,
            panels=self._panels(request, profile, bound) if may_decide and not is_held else [],
            needs_exception=bool(blocking_failures(profile)),
            most=MOST_HOLDS,
            refusal=refusal,
            changes=_changes_since(words, line, profile, seen),
            edited=_edited_meanwhile(words, profile, facts),
            groups=words.groups(facts),
            further=_further(profile),
            undoable=undoable_step(line.last_step, rules) if may_decide else None,
            undoable_others=mine,
            history=_history(profile),
            mails=mails_about(profile, user),
            next_ref=self.next_waiting(request, after=profile),
            urls={
                name: self.url_of(request, profile.ref, name)
                for name in ("decide", "undo", "take", "hold", "leave")
            },
        )
        status = 409 if isinstance(refusal, StaleVersion) else 422 if refusal or bound else 200
        return page(request, "profiles/desk/profile.html", context, status=status)

    def _panels(
        self, request: HttpRequest, profile: Profile, bound: CommentForm | None
    ) -> list[Panel]:
        """The decisions that the reader may take now; the one that was refused stays filled in."""
        open_now = {step.name: step for step in profile_workflow.open_to(profile, request.user)}
        return [
            Panel(
                name,
                open_now[name].label,
                _summary(name, profile),
                bound if bound and bound.step == name else self._form(request, profile, name),
                is_open=bool(bound and bound.step == name),
            )
            for name in DESK_STEPS
            if name in open_now
        ]

    def _form(self, request: HttpRequest, profile: Profile, step: str, data: Any = None) -> Any:
        options: dict[str, Any] = {
            "step": step,
            "needs_comment": profile_workflow.transitions[step].needs_comment,
            "words_url": self.url_of(request, profile.ref, "words"),
        }
        if step == "reassign":
            return HandOverForm(data, profile=profile, **options)
        return CommentForm(data, **options)

    def decide_view(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Decide, and open the profile that waits next."""
        profile = self._profile(request, ref)
        step, seen_form = request.POST.get("step", ""), SeenForm(request.POST)
        if step not in DESK_STEPS or not seen_form.is_valid():
            raise Http404
        form = self._form(request, profile, step, request.POST)
        seen = seen_form.cleaned_data["seen_submission"]
        if not form.is_valid():
            return self._page(request, self._profile_to_show(request, ref), bound=form)
        next_ref = self.next_waiting(request, after=profile)
        try:
            _take(step, profile, request.user, seen, form.cleaned_data)
        except DomainError as refused:
            fresh = self._profile_to_show(request, ref)
            return self._page(request, fresh, bound=form, refusal=refused, seen=seen)
        if step == "reinstate":
            name = profile.organisation.name
            messages.success(request, _("%(name)s is back in the catalogue.") % {"name": name})
        if step not in (*DECISIONS, "reassign"):
            return redirect(self.url_of(request, ref))
        if not next_ref:
            messages.info(request, _("Nothing else waits here."))
            return redirect(self.list_url(request))
        return redirect(self.url_of(request, next_ref))

    def undo_view(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Take the last decision back, also a handover that left the reader's own desk."""
        user: Any = request.user
        handed_over = ProfileTransition.objects.filter(actor=user, transition="reassign")
        own = Q(pk__in=self.get_queryset(request).values("pk"))
        known = Profile.objects.filter(own | Q(pk__in=handed_over.values("subject")))
        profile = access.get_visible(known.select_related("organisation"), ref=ref)
        try:
            undo_decision(profile_id=profile.pk, actor=user)
        except DomainError as refused:
            messages.error(request, str(refused))
            return redirect(self.list_url(request))
        messages.success(
            request, _("Undone. Nobody was told about %(name)s.") % {"name": profile.organisation}
        )
        return redirect(self.url_of(request, ref))

    def take_view(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Take the profile over from a colleague."""
        profile = self._profile(request, ref)
        access.require(can_validate_profile(request.user, profile))
        take_profile(profile_id=profile.pk, actor=request.user, is_takeover=True)
        return redirect(self.url_of(request, ref))

    def hold_view(self, request: HttpRequest, ref: str) -> HttpResponse:
        """The open page asks for it now and then: the profile stays with its reader, for an hour
        at most, because a page may have been left open."""
        profile = self._profile(request, ref)
        access.require(can_validate_profile(request.user, profile))
        profile = take_profile(profile_id=profile.pk, actor=request.user)
        is_lost = profile.state != ProfileState.SUBMITTED or is_held_by_another(
            profile, request.user
        )
        asked = request.POST.get("times", "")
        context = {
            "is_lost": is_lost,
            "hold_url": self.url_of(request, ref, "hold"),
            "times": (int(asked) if asked.isdecimal() else 0) + 1,
            "most": MOST_HOLDS,
        }
        return render(request, "profiles/desk/_hold.html", context)

    def leave_view(self, request: HttpRequest, ref: str) -> HttpResponse:
        """Free the profile for others, and look at the next or go back to the queue."""
        profile = self._profile(request, ref)
        next_ref = self.next_waiting(request, after=profile)
        release_profile(profile_id=profile.pk, actor=request.user)
        if "next" in request.POST and next_ref:
            return redirect(self.url_of(request, next_ref))
        return redirect(self.list_url(request))

    def words_view(self, request: HttpRequest, ref: str) -> HttpResponse:
        """The field for the comment, filled with the ready-made text that was picked."""
        profile = self._profile(request, ref)
        step = next((step for step in DESK_STEPS if f"{step}-reason" in request.GET), None)
        if step is None:
            raise Http404
        form = self._form(request, profile, step, request.GET)
        form.is_valid()
        filled = self._form(request, profile, step)
        filled.initial = {"comment": form.with_reason(), "is_filled": True}
        return render(request, "profiles/desk/_words.html", {"form": filled})


def _summary(step: str, profile: Profile) -> Text:
    if step == "reassign" and profile.partnership is None:
        return _("Assign to a partnership")
    return SUMMARIES[step]


def _take(step: str, profile: Profile, user: Any, seen: int, cleaned: dict[str, Any]) -> None:
    """Call the service of a step."""
    comment = cleaned["comment"]
    if step in DECISIONS:
        decide_profile(
            profile_id=profile.pk,
            decision=step,
            actor=user,
            comment=comment,
            seen_submission=seen,
        )
    elif step == "reassign":
        reassign_profile(
            profile_id=profile.pk,
            partnership=cleaned["partnership"],
            actor=user,
            comment=comment,
        )
    elif step == "suspend":
        suspend_profile(profile_id=profile.pk, actor=user, comment=comment)
    else:
        reinstate_profile(profile_id=profile.pk, actor=user, comment=comment)


def _changes_since(words: Words, line: Line, profile: Profile, seen: int | None) -> list[Change]:
    """What the latest submission says differently from the one before, or from the one seen."""
    submissions = {s.number: s for s in profile.submissions.all()}
    before = submissions.get(line.number - 1 if seen is None else seen)
    latest = submissions.get(line.number)
    return words.changes(before.facts, latest.facts) if before and latest else []


def _edited_meanwhile(words: Words, profile: Profile, facts: dict[str, Any]) -> list[Change]:
    """What was edited since the latest submission."""
    latest = next(reversed(profile.submissions.all()), None)
    changes = words.changes(latest.facts, facts) if latest else []
    return changes


def _further(profile: Profile) -> list[tuple[str, Any]]:
    """How to reach the person, and the CV; these are not compared between submissions."""
    found: list[tuple[str, Any]] = []
    if profile.contact_phone:
        found.append((_("Telephone"), str(profile.contact_phone)))
    if profile.linkedin:
        link = format_html('<a href="{0}" rel="noreferrer">{0}</a>', profile.linkedin)
        found.append((_("LinkedIn page"), link))
    if profile.cv:
        url = reverse("profiles:cv", args=[profile.ref])
        found.append((_("CV"), format_html('<a href="{}">{}</a>', url, _("Open the CV"))))
    return found


def _history(profile: Profile) -> list[dict[str, Any]]:
    """Every step, the latest first: what, who, for whom, why."""
    names = profile_workflow.transitions
    return [
        {"step": step, "label": names[step.transition].label} for step in profile.transitions.all()
    ]
