"""What a person may do with reports, evidence, payments and indicators. Services and views ask the
same."""

from typing import Any

from exchanges.enums import ORGANISATIONS, Capacity, ExchangeParty, ExchangeState
from exchanges.models import Exchange
from exchanges.workflows.parties import parties_of
from profiles.models import Partnership
from reports.models import AlumniEntry, HandRecord, Payment, Report, SuccessStory
from reports.workflows import (
    payment_workflow,
    report_workflow,
    story_workflow,
)
from reports.workflows.parties import OWN_PARTNERSHIP, parties_of_side


def can_write_report(user: Any, report: Report) -> bool:
    """Members of its side, until it is handed in."""
    sides = [one for one in report.exchange.capacities_of(user) if one in ORGANISATIONS]
    return report.is_writable and report.capacity in sides


def can_write_on_behalf(user: Any, report: Report) -> bool:
    """Staff of the partnership of its side, until it is handed in."""
    return report.is_writable and _is_own_partnership(user, report.exchange, report.capacity)


def can_validate_report(user: Any, report: Report) -> bool:
    """Staff of the partnership of its side, once it is handed in."""
    return report_workflow.is_open("validate", report, user)


def can_return_report(user: Any, report: Report) -> bool:
    """Staff of the partnership of its side and the Support Office, until the exchange is closed."""
    return is_still_reported(report) and report_workflow.is_open("return", report, user)


def is_still_reported(report: Report) -> bool:
    """Whether the exchange waits for its reports: nothing of them is settled for good."""
    return report.exchange.state in (ExchangeState.ONGOING, ExchangeState.REPORTING)


def is_staff_of_reports(user: Any, exchange: Exchange) -> bool:
    """Whether the person reads both reports: staff of both partnerships and the Support Office, but
    nobody who belongs to one of the two organisations."""
    return bool(parties_of(exchange, user) & {ExchangeParty.PARTNERSHIP, ExchangeParty.SUPPORT})


def sides_read_by(user: Any, exchange: Exchange) -> list[Capacity]:
    """Of which sides the person reads what they wrote: one's own; staff of both partnerships and
    the Support Office both. It says what `visible_to` says, of an exchange with its parties."""
    partnerships = {exchange.host_partnership_id, exchange.visitor_partnership_id}
    if user.is_staff and (user.is_support or user.staffed_partnership_ids & partnerships):
        return list(ORGANISATIONS)
    return [one for one in ORGANISATIONS if exchange.profile_of(one).organisation.has_member(user)]


def can_remind_author(user: Any, exchange: Exchange) -> bool:
    """Whoever reads both reports can ask for one that is missing."""
    return is_staff_of_reports(user, exchange)


def can_work_at_desk_of_reports(user: Any) -> bool:
    """Staff of partnerships and the Support Office."""
    return bool(user.is_staff and (user.is_support or user.staffed_partnership_ids))


def can_keep_questionnaire(user: Any) -> bool:
    """The Support Office."""
    return bool(user.is_authenticated and user.is_support)


def can_upload_evidence(user: Any, exchange: Exchange) -> bool:
    """Members of the visitor of an exchange in person."""
    return exchange.is_physical and Capacity.VO in exchange.capacities_of(user)


def can_enter_account(user: Any, exchange: Exchange) -> bool:
    """Members of the visitor of an exchange in person."""
    return can_upload_evidence(user, exchange)


def can_see_account(user: Any, exchange: Exchange) -> bool:
    """Staff of the visitor's partnership, nobody else."""
    return _is_own_partnership(user, exchange, Capacity.VO)


def can_take_step_in_payment(user: Any, payment: Payment, name: str) -> bool:
    """Whether the person may take this step now."""
    return payment_workflow.is_open(name, payment, user)


def can_work_with_payments(user: Any) -> bool:
    """Staff of partnerships."""
    return bool(user.is_staff and user.staffed_partnership_ids)


def can_offer_story(user: Any, exchange: Exchange) -> bool:
    """Members of the two organisations."""
    return any(one in ORGANISATIONS for one in exchange.capacities_of(user))


def can_decide_story(user: Any, story: SuccessStory) -> bool:
    """Staff of the partnership of its side, while it waits to be read."""
    return story_workflow.is_open("publish", story, user)


def can_withdraw_story(user: Any, story: SuccessStory) -> bool:
    """Its side at any time, its partnership and the Support Office."""
    return story_workflow.is_open("withdraw", story, user)


def can_see_alumni(user: Any) -> bool:
    """Those who stand in the directory, staff of partnerships and the Support Office."""
    if not user.is_authenticated:
        return False
    if user.is_support or user.staffed_partnership_ids:
        return True
    return AlumniEntry.objects.listed().filter(user=user).exists()


def can_join_alumni(user: Any) -> bool:
    """Members of an organisation that has taken part in an exchange that is closed."""
    return Exchange.objects.of_member(user).filter(state=ExchangeState.CLOSED).exists()


def can_answer_later(user: Any, exchange: Exchange) -> bool:
    """Members of the two organisations."""
    return can_offer_story(user, exchange)


def can_see_indicators(user: Any) -> bool:
    """Staff of partnerships, the Support Office and observers."""
    return bool(
        user.is_staff and (user.is_support or user.is_observer or user.staffed_partnership_ids)
    )


def can_see_rows(user: Any) -> bool:
    """Whoever may read which exchanges stand behind a number: observers see totals alone."""
    return bool(can_see_indicators(user) and (user.is_support or user.staffed_partnership_ids))


def can_record(user: Any, partnership: Partnership) -> bool:
    """Staff of the partnership record what the portal cannot see."""
    return partnership.pk in user.staffed_partnership_ids


def can_see_proof(user: Any, record: HandRecord) -> bool:
    """Staff of its partnership, and the Support Office."""
    return bool(user.is_support or can_record(user, record.partnership))


def can_keep_targets(user: Any, partnership: Partnership) -> bool:
    """Coordinators of the partnership, and the Support Office."""
    return bool(user.is_support or partnership.pk in user.coordinated_partnership_ids)


def can_freeze_period(user: Any, partnership: Partnership | None) -> bool:
    """Coordinators freeze the figures of their partnership; the Support Office those of all."""
    if partnership is None:
        return bool(user.is_support)
    return bool(user.is_support or partnership.pk in user.coordinated_partnership_ids)


def _is_own_partnership(user: Any, exchange: Exchange, side: str) -> bool:
    return OWN_PARTNERSHIP in parties_of_side(exchange, side, user)
