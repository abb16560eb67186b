"""The life of a success story: its side offers it, the partnership of that side publishes it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import SYSTEM, State, Step, Transition, Workflow
from reports.enums import StoryState
from reports.models import StoryStep, SuccessStory
from reports.workflows.parties import (
    AUTHOR,
    OWN_PARTNERSHIP,
    SUPPORT,
    names_of_side,
    parties_of_side,
)

OFFERED, RETURNED, PUBLISHED, WITHDRAWN = StoryState


def parties(story: SuccessStory, user: Any) -> frozenset[str]:
    return parties_of_side(story.exchange, story.capacity, user)


def _names(story: SuccessStory, user: Any) -> Mapping[str, Text]:
    """`story` is what it is called for this reader."""
    names = names_of_side(story.exchange, story.capacity, user)
    if AUTHOR in parties(story, user):
        return {**names, "story": _("your success story")}
    return {**names, "story": str(_("the success story of %(author)s")) % names}


_LOOK = Step(_("Look at the story"), "reports:story")
_WRITE = Step(_("Write it anew"), "reports:story")
_ALL: dict[str, Step] = {OWN_PARTNERSHIP: _LOOK, AUTHOR: _LOOK}

STATES = (
    State(
        OFFERED,
        label=_("Story to be read"),
        responsible=OWN_PARTNERSHIP,
        your_turn=_("Your turn: read %(story)s and publish or return it."),
        waiting=_("Waiting for %(partnership)s to read %(story)s."),
        next=_("Once published, everybody can read it."),
        steps=_ALL,
    ),
    State(
        RETURNED,
        label=_("Story returned"),
        responsible=AUTHOR,
        your_turn=_("Your turn: look at the comment on your success story."),
        waiting=_("Waiting for %(author)s to look at the comment on the success story."),
        next=_("It can be offered again, or taken back."),
        steps={AUTHOR: _WRITE, OWN_PARTNERSHIP: _LOOK},
    ),
    State(
        PUBLISHED,
        label=_("Story published"),
        responsible=None,
        your_turn="",
        waiting=_("Published: everybody can read %(story)s."),
        next=_("It can be taken back at any time."),
        steps=_ALL,
    ),
    State(
        WITHDRAWN,
        label=_("Story taken back"),
        responsible=None,
        your_turn="",
        waiting=_("Taken back: nobody reads %(story)s any more."),
        next=_("It can be offered again."),
        steps=_ALL,
    ),
)

TRANSITIONS = (
    Transition(
        "offer",
        _("Offer again"),
        sources=(OFFERED, RETURNED, PUBLISHED, WITHDRAWN),
        target=OFFERED,
        by=(AUTHOR,),
    ),
    Transition(
        "return",
        _("Return with a comment"),
        sources=(OFFERED,),
        target=RETURNED,
        by=(OWN_PARTNERSHIP,),
        needs_comment=True,
    ),
    Transition(
        "publish",
        _("Publish"),
        sources=(OFFERED,),
        target=PUBLISHED,
        by=(OWN_PARTNERSHIP,),
        stamps=("published_at",),
    ),
    Transition(
        "withdraw",
        _("Take back"),
        sources=(OFFERED, RETURNED, PUBLISHED),
        target=WITHDRAWN,
        by=(AUTHOR, OWN_PARTNERSHIP, SUPPORT, SYSTEM),
    ),
)

story_workflow = Workflow(
    name="story",
    states=STATES,
    transitions=TRANSITIONS,
    log=StoryStep,
    parties=parties,
    names=_names,
)
