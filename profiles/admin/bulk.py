"""Publishing several profiles at once: look them over, confirm, see what became of each."""

import contextlib
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cxc_portal.core.errors import DomainError
from profiles.admin.base import DeskAdmin, page
from profiles.admin.queue import Line, lines, with_history
from profiles.admin.undo import undoable_step
from profiles.enums import ProfileState
from profiles.models import Profile
from profiles.rules import current_rules
from profiles.services.decisions import publish_profiles, undo_decision, undoable_steps

AT_ONCE = 100
RESULTS = "desk_results"
"""The session's key under which the results of the last publication are kept."""


class BulkPublishing(DeskAdmin):
    """The pages between the check boxes of the queue and the results."""

    def page_urls(self) -> list[URLPattern]:
        return [
            *super().page_urls(),
            self.named("publish/", self.publish_view, "publish"),
            self.named("results/", self.results_view, "results"),
            self.named("results/undo/", require_POST(self.undo_all_view), "undo_all"),
        ]

    def publish_view(self: Any, request: HttpRequest) -> HttpResponse:
        """Those that were ticked, or all that wait when none was. Green ones are ticked here."""
        if request.method == "POST":
            return self._publish(request)
        offered = self._offered(request)
        context = self.context(
            request,
            lines=offered,
            green=[line for line in offered if _is_ready(line)],
            publish_url=self._address(request, "publish"),
        )
        return page(request, "profiles/desk/publish.html", context)

    def _offered(self: Any, request: HttpRequest) -> list[Line]:
        refs = [token.partition(":")[0] for token in request.GET.getlist("profile")]
        waiting: QuerySet[Profile] = self.get_queryset(request).filter(state=ProfileState.SUBMITTED)
        if refs:
            waiting = waiting.filter(ref__in=refs)
        chosen = with_history(waiting).order_by("submitted_at", "pk")[:AT_ONCE]
        return lines(chosen, request.user, lambda ref: self.url_of(request, ref))

    def _publish(self: Any, request: HttpRequest) -> HttpResponse:
        numbers = dict(_token(token) for token in request.POST.getlist("profile")[:AT_ONCE])
        profiles = self.get_queryset(request).filter(ref__in=numbers)
        seen = {profile.pk: numbers[profile.ref] for profile in profiles}
        if not seen:
            messages.warning(request, _("No profile was ticked, so none was published."))
            return redirect(self.list_url(request))
        results = publish_profiles(seen=seen, actor=request.user)
        request.session[RESULTS] = [[result.profile.pk, result.refusal] for result in results]
        return redirect(self._address(request, "results"))

    def _address(self: Any, request: HttpRequest, name: str) -> str:
        """The address of one of these pages, which keeps the queue's filters."""
        filters = self.get_preserved_filters(request)
        return reverse(f"admin:profiles_profile_{name}") + (f"?{filters}" if filters else "")

    def results_view(self: Any, request: HttpRequest) -> HttpResponse:
        """What became of each profile; what was published can be undone here."""
        kept = request.session.get(RESULTS, [])
        found = {
            profile.pk: profile
            for profile in with_history(self.get_queryset(request)).filter(
                pk__in=[key for key, _refusal in kept]
            )
        }
        rules = current_rules()
        results = [
            {
                "profile": found[key],
                "url": self.url_of(request, found[key].ref),
                "refusal": refusal,
                "is_published": found[key].is_published,
                "undoable": undoable_step(found[key].transitions.all()[0], rules),
                "undo_url": self.url_of(request, found[key].ref, "undo"),
            }
            for key, refusal in kept
            if key in found
        ]
        published = [result for result in results if not result["refusal"]]
        context = self.context(
            request,
            results=results,
            published=len(published),
            refused=len(results) - len(published),
            undoable_count=sum(result["undoable"] is not None for result in published),
            undo_all_url=self._address(request, "undo_all"),
        )
        return page(request, "profiles/desk/results.html", context)

    def undo_all_view(self: Any, request: HttpRequest) -> HttpResponse:
        """Take back what was published together, as far as that is still possible."""
        keys = {key for key, refusal in request.session.get(RESULTS, []) if not refusal}
        undone = 0
        for step in undoable_steps(request.user):
            if step.transition == "publish" and step.subject_id in keys:
                with contextlib.suppress(DomainError):
                    undo_decision(profile_id=step.subject_id, actor=request.user)
                    undone += 1
        messages.success(
            request,
            ngettext(
                "%(number)s publication is undone; nobody was told.",
                "%(number)s publications are undone; nobody was told.",
                undone,
            )
            % {"number": undone},
        )
        return redirect(self._address(request, "results"))


def _is_ready(line: Line) -> bool:
    """Nothing speaks against it, and no colleague has it open."""
    return line.is_green and (line.holder is None or line.is_mine)


def _token(text: str) -> tuple[str, int]:
    ref, _colon, number = text.partition(":")
    return ref, int(number) if number.isdecimal() else 0
