"""The life of an exchange, as one table: from the first draft to the end of the visit."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import SYSTEM, State, Step, Transition, Workflow
from exchanges.enums import ExchangeParty, ExchangeState
from exchanges.models import Exchange, ExchangeStep
from exchanges.workflows.parties import (
    names_of_awaited,
    names_of_parties,
    open_version,
    signing_parties,
)

(
    BUILDING,
    SIGNING,
    REVIEW,
    VALIDATED,
    ONGOING,
    REPORTING,
    CLOSED,
    CANCELLED,
    ABORTED,
    FAILED,
) = ExchangeState
HO, VO, HOP, VOP, SIDE, PARTNERSHIP, TO_SIGN, SUPPORT = ExchangeParty
DAY = "j F Y"


def parties(exchange: Exchange, user: Any) -> frozenset[str]:
    return signing_parties(exchange, open_version(exchange), user)


def _names(exchange: Exchange, user: Any) -> Mapping[str, Text]:
    """`awaited` are those who have yet to sign."""
    names = names_of_parties(exchange, user)
    return {
        **names,
        "awaited": names_of_awaited(exchange, open_version(exchange), user) or names["others"],
        "starts_on": date_format(exchange.starts_on, DAY) if exchange.starts_on else "",
        "ends_on": date_format(exchange.ends_on, DAY) if exchange.ends_on else "",
    }


_WRITE = Step(_("Write the commitment"), "exchanges:commitment")
_READ = Step(_("Read the commitment"), "exchanges:commitment")
_SIGN = Step(_("Read and sign"), "exchanges:sign")
_FOLLOW = Step(_("Open the exchange"), "exchanges:exchange")

STATES = (
    State(
        BUILDING,
        label=_("Being written"),
        responsible=SIDE,
        your_turn=_("Your turn: write the Commitment of Quality together with %(others)s."),
        waiting=_("Waiting for %(host)s and %(visitor)s to write the Commitment of Quality."),
        next=_("Once the text is frozen, both organisations sign it, then both partnerships."),
        steps={SIDE: _WRITE, PARTNERSHIP: _READ},
    ),
    State(
        SIGNING,
        label=_("To be signed by the two organisations"),
        responsible=TO_SIGN,
        your_turn=_("Your turn: read the Commitment of Quality and sign it."),
        waiting=_("Waiting for the signature of %(awaited)s."),
        next=_("Then the partnerships read it and sign."),
        steps={TO_SIGN: _SIGN, SIDE: _READ, PARTNERSHIP: _READ},
    ),
    State(
        REVIEW,
        label=_("To be signed by the partnerships"),
        responsible=TO_SIGN,
        your_turn=_("Your turn: read the Commitment of Quality, then sign it or return it."),
        waiting=_("Waiting for the signature of %(awaited)s."),
        next=_("With the last signature the exchange is validated."),
        steps={TO_SIGN: _SIGN, SIDE: _READ, PARTNERSHIP: _READ},
    ),
    State(
        VALIDATED,
        label=_("Validated"),
        responsible=SYSTEM,
        your_turn=_("All four have signed. The exchange starts on %(starts_on)s."),
        waiting=_("All four have signed. The exchange starts on %(starts_on)s."),
        next=_("On that day both sides check in with one press."),
        steps={SYSTEM: _FOLLOW, SIDE: _FOLLOW, PARTNERSHIP: _FOLLOW},
    ),
    State(
        ONGOING,
        label=_("Running"),
        responsible=SYSTEM,
        your_turn=_("The exchange is running until %(ends_on)s."),
        waiting=_("The exchange is running until %(ends_on)s."),
        next=_("After the last day both sides report in a few minutes."),
        steps={SYSTEM: _FOLLOW, SIDE: _FOLLOW, PARTNERSHIP: _FOLLOW},
    ),
    State(
        REPORTING,
        label=_("To be reported"),
        responsible=SYSTEM,
        your_turn=_("The exchange took place until %(ends_on)s. Both sides report on it."),
        waiting=_("The exchange took place until %(ends_on)s. Both sides report on it."),
        next=_("Once both partnerships have validated the reports, the exchange is closed."),
        steps={SYSTEM: _FOLLOW, SIDE: _FOLLOW, PARTNERSHIP: _FOLLOW},
    ),
    State(
        CLOSED,
        label=_("Closed"),
        responsible=None,
        your_turn="",
        waiting=_("Closed: the exchange took place, and both partnerships validated the reports."),
        next=_("It counts. What you learned stays with you, and others can read of it."),
    ),
    State(
        CANCELLED,
        label=_("Cancelled"),
        responsible=None,
        your_turn="",
        waiting=_("This exchange was cancelled before it started. The reason stands below."),
        next=_("The visitor keeps the visit. Both can look for other partners."),
    ),
    State(
        ABORTED,
        label=_("Broken off"),
        responsible=None,
        your_turn="",
        waiting=_("This exchange was broken off. The reason stands below."),
        next=_("Both partnerships keep in touch about what follows."),
    ),
    State(
        FAILED,
        label=_("Did not take place"),
        responsible=None,
        your_turn="",
        waiting=_("This exchange did not take place, as both sides reported."),
        next=_("The visitor keeps the visit. Both can look for other partners."),
    ),
)

TRANSITIONS = (
    Transition("freeze", _("Freeze the text"), sources=(BUILDING,), target=SIGNING, by=(SIDE,)),
    Transition(
        "hand_over",
        _("Hand over to the partnerships"),
        sources=(SIGNING,),
        target=REVIEW,
        by=(TO_SIGN, SIDE, PARTNERSHIP),
    ),
    Transition(
        "edit", _("Change the text"), sources=(SIGNING, REVIEW), target=BUILDING, by=(SIDE,)
    ),
    Transition(
        "return",
        _("Return with a comment"),
        sources=(SIGNING, REVIEW),
        target=BUILDING,
        by=(SIDE, PARTNERSHIP),
        needs_comment=True,
    ),
    Transition(
        "validate",
        _("Validate"),
        sources=(REVIEW,),
        target=VALIDATED,
        by=(TO_SIGN, PARTNERSHIP),
        stamps=("validated_at",),
    ),
    Transition(
        "refuse",
        _("Refuse to sign"),
        sources=(SIGNING, REVIEW),
        target=CANCELLED,
        by=(SIDE, PARTNERSHIP),
        needs_comment=True,
    ),
    Transition(
        "cancel",
        _("Cancel the exchange"),
        sources=(BUILDING, SIGNING, REVIEW, VALIDATED),
        target=CANCELLED,
        by=(SIDE, PARTNERSHIP, SUPPORT, SYSTEM),
        needs_comment=True,
    ),
    Transition(
        "start",
        _("Start"),
        sources=(VALIDATED,),
        target=ONGOING,
        by=(SYSTEM,),
        stamps=("started_at",),
    ),
    Transition(
        "finish",
        _("End"),
        sources=(ONGOING,),
        target=REPORTING,
        by=(SYSTEM, PARTNERSHIP),
        stamps=("finished_at",),
    ),
    Transition(
        "postpone",
        _("Write new dates"),
        sources=(VALIDATED, ONGOING),
        target=BUILDING,
        by=(PARTNERSHIP,),
        needs_comment=True,
    ),
    Transition(
        "abort",
        _("Break off"),
        sources=(ONGOING,),
        target=ABORTED,
        by=(PARTNERSHIP,),
        needs_comment=True,
        stamps=("finished_at",),
    ),
    Transition(
        "close",
        _("Close"),
        sources=(REPORTING,),
        target=CLOSED,
        by=(PARTNERSHIP, SUPPORT, SYSTEM),
        stamps=("closed_at",),
    ),
    Transition(
        "fail",
        _("Note that it did not take place"),
        sources=(REPORTING,),
        target=FAILED,
        by=(PARTNERSHIP, SUPPORT, SYSTEM),
    ),
)

exchange_workflow = Workflow(
    name="exchange",
    states=STATES,
    transitions=TRANSITIONS,
    log=ExchangeStep,
    parties=parties,
    names=_names,
)
