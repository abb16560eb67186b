"""What a person may do with contacts and matches. Services and views ask the same."""

from typing import Any

from cxc_portal.core.workflow import Workflow
from matching.enums import ConversationState
from matching.models import ContactBlock, Conversation, ConversationReport, Match
from matching.successors import successor_of
from matching.workflows import conversation_workflow, match_workflow
from profiles.models import Profile
from profiles.permissions import can_validate_profile

WRITABLE = (
    ConversationState.ASKED,
    ConversationState.ANSWERED,
    ConversationState.REPLIED,
    ConversationState.LATER,
    ConversationState.AGREED,
)


def can_act_for_profile(user: Any, profile: Profile) -> bool:
    """Whether the person may contact, propose and answer for this profile: members of a published
    one may."""
    return profile.is_published and profile.organisation.has_member(user)


def can_set_limits(user: Any, profile: Profile) -> bool:
    """Its members may."""
    return profile.organisation.has_member(user)


def can_introduce_profiles(user: Any, profile: Profile) -> bool:
    """Staff of the partnership in charge of one of the two may bring it together with another."""
    return profile.is_published and can_validate_profile(user, profile)


def can_introduce_pair(user: Any, host: Profile, visitor: Profile) -> bool:
    """Staff in charge of one of the two, who belongs to neither."""
    pair = (host, visitor)
    if any(one.organisation.has_member(user) for one in pair):
        return False
    return any(can_introduce_profiles(user, one) for one in pair)


def can_write_in_conversation(user: Any, conversation: Conversation) -> bool:
    """Members of both sides, while it is open and after it became a match."""
    return conversation.state in WRITABLE and is_side_of(user, conversation)


def can_report_conversation(user: Any, conversation: Conversation) -> bool:
    """Members of both sides may, also after its end."""
    return is_side_of(user, conversation)


def can_settle_report(user: Any, report: ConversationReport) -> bool:
    """Staff of the partnership of whoever reported, and the Support Office."""
    return bool(user.is_support or report.partnership_id in user.staffed_partnership_ids)


def can_lift_block(user: Any, block: ContactBlock) -> bool:
    """Members of the organisation that made it."""
    return block.organisation.has_member(user)


def can_take_step_in(workflow: Workflow, user: Any, pair: Conversation | Match, name: str) -> bool:
    """Whether the person may take this step now."""
    return workflow.is_open(name, pair, user)


def can_end_conversation(user: Any, conversation: Conversation) -> bool:
    return can_take_step_in(conversation_workflow, user, conversation, "end")


def can_decide_match(user: Any, match: Match) -> bool:
    """Whether the person may accept or decline it now."""
    return can_take_step_in(match_workflow, user, match, "confirm")


def can_withdraw_match(user: Any, match: Match) -> bool:
    return can_take_step_in(match_workflow, user, match, "withdraw")


def can_dissolve_match(user: Any, match: Match) -> bool:
    """As long as what became of the match still ends with it."""
    if not can_take_step_in(match_workflow, user, match, "dissolve"):
        return False
    successor = successor_of(match, user)
    return successor is None or not successor.is_binding


def is_side_of(user: Any, pair: Conversation | Match) -> bool:
    """Whether the person belongs to one of the two organisations."""
    return bool(
        pair.host.organisation.has_member(user) or pair.visitor.organisation.has_member(user)
    )


def can_see_catalogue(user: Any) -> bool:
    """Staff, and members of an organisation with a published profile."""
    return bool(user.is_staff or Profile.objects.of_member(user).published().exists())
