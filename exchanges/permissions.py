"""What a person may do with exchanges and commitments. Services and views ask the same."""

from typing import Any

from exchanges.enums import (
    AMENDABLE,
    ORGANISATIONS,
    Capacity,
    ExchangeState,
    InterruptionKind,
    InterruptionState,
)
from exchanges.models import (
    CommitmentVersion,
    Delegation,
    Exchange,
    GroupOffer,
    GroupPlace,
    Incident,
    Interruption,
)
from exchanges.workflows import (
    commitment_workflow,
    exchange_workflow,
    group_workflow,
    incident_workflow,
    interruption_workflow,
)
from exchanges.workflows.parties import awaited_capacities, standing_delegation
from matching.permissions import can_act_for_profile
from profiles.models import Profile

WRITABLE = (ExchangeState.BUILDING, ExchangeState.SIGNING, ExchangeState.REVIEW, *AMENDABLE)
"""In these states the text can still be changed: by a draft, a further version or an amendment."""
NOTING_ATTENDANCE = (ExchangeState.ONGOING, ExchangeState.REPORTING)
"""From the start of an online exchange on, both sides note who took part in its sessions."""
REPORTABLE = (ExchangeState.VALIDATED, ExchangeState.ONGOING, ExchangeState.REPORTING)
"""In these states something can go wrong with an exchange."""


def is_side_of(user: Any, exchange: Exchange) -> bool:
    """Whether the person belongs to one of the two organisations."""
    return any(capacity in ORGANISATIONS for capacity in exchange.capacities_of(user))


def is_partnership_of(user: Any, exchange: Exchange) -> bool:
    """Whether the person acts for one of the two partnerships."""
    return any(capacity.is_partnership for capacity in exchange.capacities_of(user))


def can_edit_commitment(user: Any, exchange: Exchange) -> bool:
    """Members of both sides, as long as nothing is over."""
    return exchange.state in WRITABLE and is_side_of(user, exchange)


def can_comment_commitment(user: Any, exchange: Exchange) -> bool:
    """All four parties, as long as the text can change."""
    return exchange.state in WRITABLE and bool(exchange.capacities_of(user))


def can_override_warning(user: Any, exchange: Exchange) -> bool:
    """Staff of one of the two partnerships, as long as the text can change."""
    return exchange.state in WRITABLE and is_partnership_of(user, exchange)


def can_freeze_commitment(user: Any, exchange: Exchange) -> bool:
    """Members of both sides: the first time while building, later as an amendment."""
    if exchange.state in AMENDABLE:
        return is_side_of(user, exchange)
    return exchange_workflow.is_open("freeze", exchange, user)


def is_signatory(user: Any, exchange: Exchange, capacity: str) -> bool:
    """Whether the person may sign in this capacity: the colleague whom the signatory named; else
    the participant of the profile (any member where there is none with an open account), and for a
    partnership anybody who works for it. Prefetched `delegations` are used."""
    if capacity not in exchange.capacities_of(user):
        return False
    if delegation := standing_delegation(exchange, capacity):
        return bool(delegation.delegate_id == user.pk)
    if Capacity(capacity).is_partnership:
        return True
    contact = exchange.profile_of(capacity).contact
    return contact is None or not contact.is_active or contact.pk == user.pk


def capacities_to_sign(user: Any, version: CommitmentVersion) -> list[Capacity]:
    """In which capacities the person can sign this version now; one partnership on both sides
    signs in both at once."""
    return [
        capacity
        for capacity in awaited_capacities(version)
        if is_signatory(user, version.exchange, capacity)
    ]


def can_sign_version(user: Any, version: CommitmentVersion) -> bool:
    return bool(capacities_to_sign(user, version))


def can_return_version(user: Any, version: CommitmentVersion) -> bool:
    """All four parties, as long as it is being signed."""
    return commitment_workflow.is_open("return", version, user)


def can_delegate_signature(user: Any, exchange: Exchange, capacity: str) -> bool:
    """Whoever signs in this capacity, as long as something is left to sign."""
    return exchange.state in WRITABLE and is_signatory(user, exchange, capacity)


def can_end_delegation(user: Any, exchange: Exchange, delegation: Delegation) -> bool:
    """Whoever named the colleague, the colleague, and the participant whose signature it is."""
    if delegation.capacity not in exchange.capacities_of(user):
        return False
    if user.pk in (delegation.delegator_id, delegation.delegate_id):
        return True
    is_partnership = Capacity(delegation.capacity).is_partnership
    return not is_partnership and user.pk == exchange.profile_of(delegation.capacity).contact_id


def can_enter_paper(user: Any, exchange: Exchange, capacity: str) -> bool:
    """The party itself, and its partnership on its behalf; members never act as staff."""
    own = exchange.capacities_of(user)
    if capacity in own:
        return True
    behalf = {Capacity.HO: Capacity.HOP, Capacity.VO: Capacity.VOP}
    return behalf.get(Capacity(capacity)) in own


def can_remind_signatory(user: Any, version: CommitmentVersion, capacity: str) -> bool:
    """All parties but whoever signs in this capacity, and the Support Office."""
    exchange = version.exchange
    is_party = bool(exchange.capacities_of(user)) or user.is_support
    return is_party and not is_signatory(user, exchange, capacity)


def can_take_step_in_exchange(user: Any, exchange: Exchange, name: str) -> bool:
    """Whether the person may take this step now."""
    return exchange_workflow.is_open(name, exchange, user)


def can_work_at_desk_of_exchanges(user: Any) -> bool:
    """Whoever works for a partnership, and the Support Office; observers see nothing personal."""
    return bool(user.is_staff and (user.is_support or user.staffed_partnership_ids))


def can_keep_guide(user: Any, partnership_id: int) -> bool:
    """Staff of the partnership whose guide to a country it is."""
    return bool(user.is_staff and partnership_id in user.staffed_partnership_ids)


def can_cancel_exchange(user: Any, exchange: Exchange) -> bool:
    return can_take_step_in_exchange(user, exchange, "cancel")


def can_offer_group(user: Any, host: Profile) -> bool:
    """Members of a published host."""
    return host.is_host and can_act_for_profile(user, host)


def can_join_group(user: Any, visitor: Profile) -> bool:
    """Members of a published visitor."""
    return not visitor.is_host and can_act_for_profile(user, visitor)


def can_leave_group(user: Any, place: GroupPlace) -> bool:
    """Members of the visitor that has the place."""
    return place.visitor.organisation.has_member(user)


def can_edit_group(user: Any, offer: GroupOffer) -> bool:
    """The host and its partnership, until the group is cancelled."""
    return can_take_step_in_group(user, offer, "cancel")


def can_take_step_in_group(user: Any, offer: GroupOffer, name: str) -> bool:
    """Whether the person may take this step now."""
    return group_workflow.is_open(name, offer, user)


def sides_of(user: Any, exchange: Exchange) -> list[Capacity]:
    """For which of the two organisations the person acts."""
    return [one for one in exchange.capacities_of(user) if one in ORGANISATIONS]


def can_check_in(user: Any, exchange: Exchange) -> bool:
    """Members of both sides, while the exchange runs."""
    return exchange.state == ExchangeState.ONGOING and is_side_of(user, exchange)


def can_note_attendance(user: Any, exchange: Exchange) -> bool:
    """Members of both sides of an online exchange, from its start on."""
    is_online = not exchange.is_physical and exchange.state in NOTING_ATTENDANCE
    return is_online and is_side_of(user, exchange)


def can_report_incident(user: Any, exchange: Exchange) -> bool:
    """All four parties, from the last signature on."""
    return exchange.state in REPORTABLE and bool(exchange.capacities_of(user))


def can_comment_incident(user: Any, incident: Incident) -> bool:
    """All four parties and the Support Office, until it is settled."""
    return can_settle_incident(user, incident)


def can_settle_incident(user: Any, incident: Incident) -> bool:
    return incident_workflow.is_open("settle", incident, user)


def next_rung(user: Any, incident: Incident) -> str:
    """The step by which the person takes the incident one rung up; empty when there is none."""
    rungs = ("ask_partnership", "ask_both", "ask_support")
    open_steps = (step for step in rungs if incident_workflow.is_open(step, incident, user))
    return next(open_steps, "")


def interruptions_open_to(user: Any, exchange: Exchange) -> list[InterruptionKind]:
    """What the person may ask for now: any of the four parties, once all have signed, and one
    request at a time. Prefetched `interruptions` are used."""
    if exchange.state not in AMENDABLE or not exchange.capacities_of(user):
        return []
    if any(one.state == InterruptionState.ASKED for one in exchange.interruptions.all()):
        return []
    kinds = [InterruptionKind.POSTPONE, InterruptionKind.CANCEL]
    if exchange.state == ExchangeState.ONGOING:
        kinds.insert(0, InterruptionKind.EARLY_END)
    if exchange.is_physical:
        kinds.insert(-1, InterruptionKind.GO_VIRTUAL)
    return kinds


def can_decide_interruption(user: Any, interruption: Interruption) -> bool:
    """Staff of a partnership that has not agreed yet."""
    return interruption_workflow.is_open("agree", interruption, user)


def can_refuse_interruption(user: Any, interruption: Interruption) -> bool:
    return interruption_workflow.is_open("refuse", interruption, user)


def can_withdraw_interruption(user: Any, interruption: Interruption) -> bool:
    """Whoever asked, and the colleagues of the same party."""
    return interruption_workflow.is_open("withdraw", interruption, user)


def can_ask_for_evidence(user: Any, exchange: Exchange) -> bool:
    """The four parties and the Support Office."""
    return bool(user.is_support or exchange.capacities_of(user))
