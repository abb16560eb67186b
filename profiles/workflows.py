"""The life of a profile, as one table."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.workflow import SYSTEM, State, Step, Transition, Workflow
from profiles.enums import Party, ProfileState
from profiles.models import Profile, ProfileTransition

DRAFT, SUBMITTED, RETURNED, REJECTED, PUBLISHED, PAUSED, SUSPENDED, DORMANT, WITHDRAWN = (
    ProfileState
)
OWNER, PARTNERSHIP, SUPPORT = Party
STAFF = (PARTNERSHIP, SUPPORT)


def parties(profile: Profile, user: Any) -> frozenset[str]:
    """Which sides of a profile a person is on; staff never validates its own organisation."""
    found: set[str] = set()
    if profile.organisation.has_member(user):
        return frozenset({OWNER})
    if profile.partnership_id in user.staffed_partnership_ids:
        found.add(PARTNERSHIP)
    if user.is_support:
        found.add(SUPPORT)
    return frozenset(found)


_EDIT = Step(_("Continue your profile"), "profiles:edit")
_SHOW_MATCHES = Step(_("See your matches"), "matching:matches")
_DECIDE = Step(_("Check this profile"), "profiles:decide")
_REOPEN = Step(_("Return to the catalogue"), "profiles:reopen")

STATES = (
    State(
        DRAFT,
        label=_("Not submitted yet"),
        responsible=OWNER,
        your_turn=_("Your turn: finish your profile and submit it."),
        waiting=_("Waiting for the organisation to submit its profile."),
        next=_("Once submitted, your partnership checks it."),
        steps={OWNER: _EDIT},
    ),
    State(
        SUBMITTED,
        label=_("Waiting for validation"),
        responsible=PARTNERSHIP,
        your_turn=_("Your turn: check this profile and decide."),
        waiting=_("Waiting for the partnership to check the profile."),
        next=_("Once published, it sees its matches and others can find it."),
        steps={
            OWNER: Step(_("Add to your profile meanwhile"), "profiles:edit"),
            PARTNERSHIP: _DECIDE,
            SUPPORT: _DECIDE,
        },
    ),
    State(
        RETURNED,
        label=_("Returned with a comment"),
        responsible=OWNER,
        your_turn=_("Your turn: change what your partnership asked for and submit again."),
        waiting=_("Waiting for the organisation to make the changes asked for."),
        next=_("Once submitted again, the partnership checks what changed."),
        steps={OWNER: Step(_("Make the changes"), "profiles:edit")},
    ),
    State(
        REJECTED,
        label=_("Not accepted"),
        responsible=None,
        your_turn="",
        waiting=_("The partnership did not accept this profile. The reason stands below."),
        next=_("Whoever disagrees can write to the Support Office."),
    ),
    State(
        PUBLISHED,
        label=_("Published"),
        responsible=OWNER,
        your_turn=_("Your turn: look at your matches and choose a partner."),
        waiting=_("Published: the organisation is looking for a partner."),
        next=_("Once both sides agree, they plan the exchange together."),
        steps={OWNER: _SHOW_MATCHES},
    ),
    State(
        PAUSED,
        label=_("Paused"),
        responsible=OWNER,
        your_turn=_("Your turn: you paused this profile. Return when you are ready."),
        waiting=_("Paused by the organisation."),
        next=_("Once it returns, it is in the catalogue again."),
        steps={OWNER: _REOPEN},
    ),
    State(
        SUSPENDED,
        label=_("Suspended"),
        responsible=PARTNERSHIP,
        your_turn=_(
            "Your turn: this profile is suspended. Reinstate it when the matter is settled."
        ),
        waiting=_("Suspended: waiting for the partnership. The reason stands below."),
        next=_("Once reinstated, it is in the catalogue again."),
        steps={PARTNERSHIP: _DECIDE, SUPPORT: _DECIDE},
    ),
    State(
        DORMANT,
        label=_("Dormant"),
        responsible=OWNER,
        your_turn=_("Your turn: tell us that you are still interested."),
        waiting=_("Dormant: no sign of interest for six months."),
        next=_("One click brings it back into the catalogue."),
        steps={OWNER: _REOPEN},
    ),
    State(
        WITHDRAWN,
        label=_("Withdrawn"),
        responsible=None,
        your_turn="",
        waiting=_("Withdrawn by the organisation."),
        next=_("A new profile can be registered at any time."),
    ),
)

TRANSITIONS = (
    Transition(
        "submit",
        _("Submit"),
        sources=(DRAFT, RETURNED),
        target=SUBMITTED,
        by=(OWNER, *STAFF, SYSTEM),
        stamps=("submitted_at",),
    ),
    Transition(
        "publish",
        _("Publish"),
        sources=(SUBMITTED,),
        target=PUBLISHED,
        by=(*STAFF, SYSTEM),
        stamps=("published_at",),
    ),
    Transition(
        "return",
        _("Return for changes"),
        sources=(SUBMITTED,),
        target=RETURNED,
        by=STAFF,
        needs_comment=True,
    ),
    Transition(
        "reject",
        _("Reject"),
        sources=(SUBMITTED,),
        target=REJECTED,
        by=STAFF,
        needs_comment=True,
    ),
    Transition(
        "reassign",
        _("Hand to another partnership"),
        sources=(SUBMITTED,),
        target=SUBMITTED,
        by=STAFF,
        needs_comment=True,
    ),
    Transition(
        "undo",
        _("Undo the decision"),
        sources=(PUBLISHED, RETURNED, REJECTED, SUBMITTED),
        target=SUBMITTED,
        by=STAFF,
    ),
    Transition(
        "revalidate",
        _("Check again"),
        sources=(PUBLISHED, PAUSED, DORMANT),
        target=SUBMITTED,
        by=(OWNER, SYSTEM),
        stamps=("submitted_at",),
    ),
    Transition("pause", _("Pause"), sources=(PUBLISHED,), target=PAUSED, by=(OWNER,)),
    Transition(
        "reopen",
        _("Return to the catalogue"),
        sources=(PAUSED, DORMANT),
        target=PUBLISHED,
        by=(OWNER,),
        stamps=("confirmed_at",),
    ),
    Transition(
        "suspend",
        _("Suspend"),
        sources=(PUBLISHED,),
        target=SUSPENDED,
        by=STAFF,
        needs_comment=True,
    ),
    Transition("reinstate", _("Reinstate"), sources=(SUSPENDED,), target=PUBLISHED, by=STAFF),
    Transition("sleep", _("Set dormant"), sources=(PUBLISHED,), target=DORMANT, by=(SYSTEM,)),
    Transition(
        "withdraw",
        _("Withdraw"),
        sources=(DRAFT, SUBMITTED, RETURNED, REJECTED, PUBLISHED, PAUSED, SUSPENDED, DORMANT),
        target=WITHDRAWN,
        by=(OWNER,),
    ),
)

profile_workflow = Workflow(
    name="profile",
    states=STATES,
    transitions=TRANSITIONS,
    log=ProfileTransition,
    parties=parties,
)
