"""What ends together with an exchange: its commitment, its match, what is still asked. Whoever
calls holds the locks of `locked_with_visit`."""

from cxc_portal.core import clock
from exchanges.models import Exchange, GroupPlace
from exchanges.workflows import commitment_workflow, interruption_workflow
from exchanges.workflows.interruption import ASKED
from exchanges.workflows.parties import open_version, version_in_force
from matching.enums import MatchState
from matching.models import Match
from matching.services.matches import finish_match
from profiles.models import User


def void_open_version(exchange: Exchange, *, actor: User | None) -> None:
    """Nothing of this exchange can be signed any more."""
    if version := open_version(exchange):
        commitment_workflow.apply(version, "void", actor=actor)


def end_commitment(exchange: Exchange, *, actor: User | None) -> None:
    """No version is in force any more, and none can be signed."""
    void_open_version(exchange, actor=actor)
    if version := version_in_force(exchange):
        commitment_workflow.apply(version, "end", actor=actor)


def end_match(exchange: Exchange) -> None:
    """The two can be matched again."""
    if Match.objects.filter(pk=exchange.match_id, state=MatchState.CONFIRMED).exists():
        finish_match(match_id=exchange.match_id)


def drop_open_interruption(exchange: Exchange) -> None:
    """What is asked about an exchange that is over needs no answer."""
    for interruption in exchange.interruptions.filter(state=ASKED):
        interruption_workflow.apply(interruption, "withdraw", actor=None)


def free_place(exchange: Exchange) -> None:
    """Another visitor can take the place in the group."""
    GroupPlace.objects.filter(exchange=exchange, left_at=None).update(left_at=clock.now())
