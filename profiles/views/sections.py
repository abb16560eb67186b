"""One page of a form that is saved by a service which may ask back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _

from cxc_portal.core.errors import DomainError, StaleVersion
from profiles.errors import RevalidationNeeded
from profiles.forms.section import Difference, Section, SectionForm
from profiles.models import Organisation, Profile
from profiles.strength import Field

Subject = Profile | Organisation


@dataclass
class Outcome:
    """What became of a form: saved, or what its page has to say besides the form."""

    is_saved: bool = False
    question: str = ""
    conflict: str = ""
    differences: list[Difference] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One line of the list of pages: what is still missing there, whether it counts towards the
    strength of the profile at all, and where it leads."""

    section: Section
    url: str
    missing: list[Field]
    is_counted: bool


def section_named(sections: tuple[Section, ...], slug: str, role: str = "") -> Section:
    """The section of that address; 404 for one that does not exist in this role."""
    for section in sections:
        if section.slug == slug and section.role in (None, role):
            return section
    raise Http404


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent; None, an unbound form, where the page is only opened."""
    return request.POST if request.method == "POST" else None


def save_section(
    request: HttpRequest,
    form: SectionForm,
    save: Callable[..., Subject],
    reload: Callable[[], Subject],
) -> Outcome:
    """Save what a valid form says. Nothing that was typed is lost, whatever the answer."""
    if request.method != "POST" or not form.is_valid():
        return Outcome()
    try:
        save(
            changes=form.changes,
            seen=form.cleaned_data["seen"],
            is_confirmed="confirmed" in request.POST,
        )
    except StaleVersion as stale:
        form.stored = reload()
        form.renew()
        return Outcome(conflict=str(stale.message), differences=form.differences())
    except RevalidationNeeded as question:
        return Outcome(question=str(question.message))
    except DomainError as refused:
        form.add_error(None, str(refused.message))
        return Outcome()
    for warning in form.warnings():
        messages.warning(request, warning)
    return Outcome(is_saved=True)


def say_saved(request: HttpRequest, section: Section) -> None:
    messages.success(request, _("Saved: %(section)s.") % {"section": section.title})


def page_context(section: Section, form: Any, outcome: Outcome, back_url: str) -> dict[str, Any]:
    """What the page of a section shows."""
    return {"section": section, "form": form, "outcome": outcome, "back_url": back_url}
