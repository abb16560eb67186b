"""An exchange as its page shows it to one viewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton
from exchanges.commitment.terms import Person, Terms
from exchanges.enums import AMENDABLE, UNDONE, Capacity, ExchangeState
from exchanges.models import CommitmentVersion, Exchange, ExchangeStep
from exchanges.permissions import can_cancel_exchange, can_edit_commitment
from exchanges.queries.batons import baton_of
from exchanges.queries.progress import ProgressStep, phase_of, progress_of
from exchanges.queries.terms_shown import terms_shown
from exchanges.workflows import commitment_workflow
from profiles.models import User
from profiles.workdays import working_days_between

TONES = {
    ExchangeState.BUILDING: "info",
    ExchangeState.SIGNING: "info",
    ExchangeState.REVIEW: "info",
    ExchangeState.VALIDATED: "success",
    ExchangeState.ONGOING: "success",
    ExchangeState.REPORTING: "info",
    ExchangeState.CLOSED: "success",
    ExchangeState.CANCELLED: "warning",
    ExchangeState.ABORTED: "warning",
    ExchangeState.FAILED: "warning",
}
TAKEN: dict[str, Text] = {
    "freeze": gettext_lazy("The text was frozen"),
    "hand_over": gettext_lazy("Both organisations have signed"),
    "edit": gettext_lazy("The text was changed, so it is signed anew"),
    "return": gettext_lazy("Returned with a comment"),
    "validate": gettext_lazy("All four have signed: validated"),
    "refuse": gettext_lazy("Refused to sign"),
    "cancel": gettext_lazy("Cancelled"),
    "start": gettext_lazy("The exchange began"),
    "finish": gettext_lazy("The exchange ended"),
    "postpone": gettext_lazy("Postponed: new dates are written"),
    "abort": gettext_lazy("Broken off"),
    "close": gettext_lazy("Both partnerships validated the reports: closed"),
    "fail": gettext_lazy("Both sides reported that it did not take place"),
}
"""The steps of an exchange as they are told afterwards."""
ROLES: dict[Capacity, Text] = {
    Capacity.VO: gettext_lazy("Visitor"),
    Capacity.HO: gettext_lazy("Host"),
    Capacity.VOP: gettext_lazy("Partnership of the visitor"),
    Capacity.HOP: gettext_lazy("Partnership of the host"),
}


@dataclass(frozen=True)
class Party:
    """One of the four parties: the people of an organisation are those of the commitment."""

    role: Text
    name: str
    note: str
    people: Sequence[Person]
    is_own: bool


@dataclass(frozen=True)
class HistoryLine:
    """One step as all four read it. `actor` is for staff alone."""

    label: Text
    by: Text
    actor: str
    comment: str
    at: datetime


@dataclass(frozen=True)
class VersionLine:
    """A frozen version and what has become of it. `baton` is given for an amendment that is being
    signed: its turn is not that of the exchange."""

    version: CommitmentVersion
    label: Text
    tone: str
    baton: Baton | None


@dataclass(frozen=True)
class ExchangePage:
    """`has_action` is false where the next step is on this page itself; `shows_contacts` is true
    for the four parties alone, `shows_actors` for staff."""

    exchange: Exchange
    terms: Terms
    baton: Baton
    has_action: bool
    tone: str
    phase: int
    progress: list[ProgressStep]
    title: str
    working_days: int | None
    parties: list[Party]
    versions: list[VersionLine]
    history: list[HistoryLine]
    has_calendar: bool
    can_cancel: bool
    can_amend: bool
    shows_contacts: bool
    shows_actors: bool


def exchange_page(exchange: Exchange, viewer: User) -> ExchangePage:
    terms = terms_shown(exchange)
    own = exchange.capacities_of(viewer)
    baton = baton_of(exchange, viewer)
    return ExchangePage(
        exchange=exchange,
        terms=terms,
        baton=baton,
        has_action=baton.action_url != exchange.get_absolute_url(),
        tone=TONES[ExchangeState(exchange.state)],
        phase=phase_of(exchange),
        progress=progress_of(exchange),
        title=title_of(exchange, own),
        working_days=_working_days(exchange),
        parties=[_party(exchange, terms, capacity, own) for capacity in ROLES],
        versions=[_version_line(exchange, version, viewer) for version in exchange.versions.all()],
        history=history_of(exchange),
        has_calendar=any(version.in_force_at for version in exchange.versions.all()),
        can_cancel=can_cancel_exchange(viewer, exchange),
        can_amend=exchange.state in AMENDABLE and can_edit_commitment(viewer, exchange),
        shows_contacts=bool(own) and exchange.state not in UNDONE,
        shows_actors=viewer.is_staff,
    )


def history_of(exchange: Exchange) -> list[HistoryLine]:
    """The steps of an exchange in their order, from its opening on."""
    steps = exchange.transitions.select_related("actor").order_by("at", "pk")
    lines = [
        HistoryLine(
            label=TAKEN[step.transition],
            by=_on_behalf(exchange, step),
            actor=str(step.actor or ""),
            comment=step.comment,
            at=step.at,
        )
        for step in steps
    ]
    opened = HistoryLine(
        label=_("Both sides confirmed the match: the exchange is open"),
        by=_("the portal"),
        actor="",
        comment="",
        at=exchange.opened_at,
    )
    return [opened, *lines]


def _on_behalf(exchange: Exchange, step: ExchangeStep) -> Text:
    if step.actor is None:
        return _("the portal")
    capacities = [step.capacity] if step.capacity else exchange.capacities_of(step.actor)
    if not capacities:
        return _("the Support Office")
    return str(_(" and ")).join(dict.fromkeys(exchange.party_name(one) for one in capacities))


def title_of(exchange: Exchange, own: Sequence[str]) -> str:
    """What the exchange is called for somebody who acts in these capacities."""
    names = {
        "visitor": exchange.visitor.organisation.name,
        "host": exchange.host.organisation.name,
    }
    if Capacity.VO in own and Capacity.HO not in own:
        text = _("You visit %(host)s") if exchange.is_physical else _("You and %(host)s, online")
    elif Capacity.HO in own and Capacity.VO not in own:
        is_physical = exchange.is_physical
        text = _("%(visitor)s visits you") if is_physical else _("You and %(visitor)s, online")
    elif exchange.is_physical:
        text = _("%(visitor)s visits %(host)s")
    else:
        text = _("%(visitor)s and %(host)s, online")
    return text % names


def _working_days(exchange: Exchange) -> int | None:
    if not exchange.starts_on or not exchange.ends_on:
        return None
    before = exchange.starts_on - timedelta(days=1)
    country = exchange.host.organisation.country_id
    return working_days_between(before, exchange.ends_on, country)


def _party(exchange: Exchange, terms: Terms, capacity: Capacity, own: Sequence[str]) -> Party:
    is_organisation = not capacity.is_partnership
    organisation = exchange.profile_of(capacity).organisation
    return Party(
        role=ROLES[capacity],
        name=exchange.party_name(capacity),
        note=organisation.country.name
        if is_organisation
        else exchange.partnership_of(capacity).field,
        people=getattr(terms.people, capacity) if is_organisation else (),
        is_own=capacity in own,
    )


def _version_line(exchange: Exchange, version: CommitmentVersion, viewer: Any) -> VersionLine:
    version.exchange = exchange
    is_amending = version.is_amendment and version.is_open
    tones = {"in_force": "success", "signing": "info", "review": "info"}
    return VersionLine(
        version=version,
        label=commitment_workflow.states[version.state].label,
        tone=tones.get(version.state, ""),
        baton=commitment_workflow.baton(version, viewer) if is_amending else None,
    )
