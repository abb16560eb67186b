"""The life of one version of a commitment, from freezing to its replacement, as one table.

Version 1 moves the exchange along; an amendment runs through the same states while the exchange
stays where it is.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import SYSTEM, State, Step, Transition, Workflow
from exchanges.enums import ExchangeParty, VersionState
from exchanges.models import CommitmentStep, CommitmentVersion
from exchanges.workflows.parties import names_of_awaited, names_of_parties, signing_parties

SIGNING, REVIEW, IN_FORCE, RETURNED, REFUSED, VOID, SUPERSEDED, ENDED = VersionState
SIDE, PARTNERSHIP, TO_SIGN = (
    ExchangeParty.SIDE,
    ExchangeParty.PARTNERSHIP,
    ExchangeParty.TO_SIGN,
)
ANYBODY = (SIDE, PARTNERSHIP, ExchangeParty.SUPPORT, SYSTEM)


def parties(version: CommitmentVersion, user: Any) -> frozenset[str]:
    return signing_parties(version.exchange, version, user)


def _names(version: CommitmentVersion, user: Any) -> Mapping[str, Text]:
    """`awaited` are those who have yet to sign."""
    names = names_of_parties(version.exchange, user)
    return {**names, "awaited": names_of_awaited(version.exchange, version, user)}


_SIGN = Step(_("Read and sign"), "exchanges:sign")
_READ = Step(_("Read the commitment"), "exchanges:commitment")

STATES = (
    State(
        SIGNING,
        label=_("To be signed by the two organisations"),
        responsible=TO_SIGN,
        your_turn=_("Your turn: read this version and sign it."),
        waiting=_("Waiting for the signature of %(awaited)s."),
        next=_("Then the partnerships read it and sign."),
        steps={TO_SIGN: _SIGN, SIDE: _READ, PARTNERSHIP: _READ},
    ),
    State(
        REVIEW,
        label=_("To be signed by the partnerships"),
        responsible=TO_SIGN,
        your_turn=_("Your turn: read this version, then sign it or return it."),
        waiting=_("Waiting for the signature of %(awaited)s."),
        next=_("With the last signature it is in force."),
        steps={TO_SIGN: _SIGN, SIDE: _READ, PARTNERSHIP: _READ},
    ),
    State(
        IN_FORCE,
        label=_("In force"),
        responsible=None,
        your_turn="",
        waiting=_("All four have signed this version."),
        next=_("A change is signed by all four again."),
    ),
    State(
        RETURNED,
        label=_("Version returned"),
        responsible=None,
        your_turn="",
        waiting=_("This version was returned. The comment stands below."),
        next=_("The organisations change the text and freeze it anew."),
    ),
    State(
        REFUSED,
        label=_("Version refused"),
        responsible=None,
        your_turn="",
        waiting=_("This version was refused. The reason stands below."),
        next=_("Nothing more happens with this text."),
    ),
    State(
        VOID,
        label=_("Void: the text was changed"),
        responsible=None,
        your_turn="",
        waiting=_("The text was changed after this version was frozen; its signatures are void."),
        next=_("The changed text is frozen as the next version."),
    ),
    State(
        SUPERSEDED,
        label=_("Replaced by a later version"),
        responsible=None,
        your_turn="",
        waiting=_("A later version is in force."),
        next=_("This one is kept as it was signed."),
    ),
    State(
        ENDED,
        label=_("No longer in force"),
        responsible=None,
        your_turn="",
        waiting=_("The exchange was cancelled or broken off; this version is no longer in force."),
        next=_("It is kept as it was signed."),
    ),
)

TRANSITIONS = (
    Transition(
        "hand_over",
        _("Hand over to the partnerships"),
        sources=(SIGNING,),
        target=REVIEW,
        by=(TO_SIGN, SIDE, PARTNERSHIP),
    ),
    Transition(
        "put_in_force",
        _("Put in force"),
        sources=(REVIEW,),
        target=IN_FORCE,
        by=(TO_SIGN, PARTNERSHIP),
        stamps=("in_force_at",),
    ),
    Transition(
        "return",
        _("Return with a comment"),
        sources=(SIGNING, REVIEW),
        target=RETURNED,
        by=(SIDE, PARTNERSHIP),
        needs_comment=True,
    ),
    Transition(
        "refuse",
        _("Refuse to sign"),
        sources=(SIGNING, REVIEW),
        target=REFUSED,
        by=(SIDE, PARTNERSHIP),
        needs_comment=True,
    ),
    Transition("void", _("Make void"), sources=(SIGNING, REVIEW), target=VOID, by=ANYBODY),
    Transition("supersede", _("Replace"), sources=(IN_FORCE,), target=SUPERSEDED, by=ANYBODY),
    Transition("end", _("End"), sources=(IN_FORCE,), target=ENDED, by=ANYBODY),
)

commitment_workflow = Workflow(
    name="commitment",
    states=STATES,
    transitions=TRANSITIONS,
    log=CommitmentStep,
    parties=parties,
    names=_names,
)
