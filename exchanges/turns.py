"""What the dashboard shows of exchanges: to the two sides, and to staff of the partnerships."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton, Workflow
from exchanges.aftermath import matters_after
from exchanges.enums import OVER, ExchangeParty, IncidentState, InterruptionState
from exchanges.models import Exchange, Incident, Interruption
from exchanges.queries.batons import batons_of
from exchanges.queries.shown import for_batons
from exchanges.queries.waiting import (
    incidents_waiting_for,
    interruptions_waiting_for,
    versions_waiting_for,
)
from exchanges.workflows import (
    commitment_workflow,
    incident_workflow,
    interruption_workflow,
)
from profiles.models import Profile
from profiles.turns import Turn

CLOSED_FOR = timedelta(days=30)
"""How long what came to an end stays on the dashboard."""
MOST_OF_STAFF = 5
"""Of more than these, staff reads how many there are."""


def turns(user: Any) -> Iterator[Turn]:
    """The user's own exchanges, and what those of others need of a member of staff."""
    own = set(Profile.objects.of_member(user).values_list("pk", flat=True))
    if own:
        yield from _own_exchanges(user, own)
    if user.is_support or user.staffed_partnership_ids:
        yield from _for_staff(user)


def _own_exchanges(user: Any, own: set[int]) -> Iterator[Turn]:
    """The open ones, those that ended lately and those that still need something of the user, with
    what is the matter beside their course."""
    after = matters_after(user)
    is_recent = Q(state_since__gte=clock.now() - CLOSED_FOR)
    shown = ~Q(state__in=OVER) | is_recent | Q(pk__in=list(after))
    found = for_batons(Exchange.objects.filter(Q(host__in=own) | Q(visitor__in=own)).filter(shown))
    exchanges = {exchange.pk: exchange for exchange in found}
    batons = batons_of(exchanges.values(), user)
    for exchange in exchanges.values():
        first, second = _in_order(batons[exchange.pk], after.get(exchange.pk))
        yield Turn(
            kind=_("Exchange"),
            title=_others(exchange, own),
            baton=first,
            url=exchange.get_absolute_url(),
            note=days_of(exchange),
            also=second,
        )
        yield from _amendments(exchange, user, _others(exchange, own))
    yield from _beside(user, exchanges, own)


def _in_order(course: Baton, matter: Baton | None) -> tuple[Baton, Baton | None]:
    """The course of the exchange comes first, unless only the other thing is for the user to do."""
    if matter and course.situation != "yours":
        return matter, course
    return course, matter


def _amendments(exchange: Exchange, user: Any, title: str) -> Iterator[Turn]:
    for version in exchange.versions.all():
        if version.is_amendment and version.is_open:
            version.exchange = exchange
            yield _turn(_("Amendment"), title, commitment_workflow, version, user)


def _beside(user: Any, exchanges: dict[int, Exchange], own: set[int]) -> Iterator[Turn]:
    """Open incidents and requests of these exchanges."""
    if not exchanges:
        return
    incidents = Incident.objects.filter(exchange__in=exchanges).exclude(state=IncidentState.SETTLED)
    asked = Interruption.objects.filter(exchange__in=exchanges, state=InterruptionState.ASKED)
    for kind, workflow, found in (
        (_("Incident"), incident_workflow, incidents),
        (_("Request to change course"), interruption_workflow, asked),
    ):
        for one in found:
            one.exchange = exchanges[one.exchange_id]
            yield _turn(kind, _others(one.exchange, own), workflow, one, user)


def _for_staff(user: Any) -> Iterator[Turn]:
    """One by one as long as they are few; else how many there are, with the way to the desk."""
    matters = (
        (_("Incident"), incident_workflow, incidents_waiting_for(user)),
        (_("Request to change course"), interruption_workflow, interruptions_waiting_for(user)),
        (_("Commitment to sign"), commitment_workflow, versions_waiting_for(user)),
    )
    for kind, workflow, waiting in matters:
        found: QuerySet[Any] = waiting.order_by("state_since")
        if workflow is commitment_workflow:
            found = found.defer("snapshot").prefetch_related("signatures")
        first = list(found[: MOST_OF_STAFF + 1])
        if len(first) > MOST_OF_STAFF:
            yield _summary(kind, found.count(), first[0].state_since)
            continue
        for one in _with_exchanges(first):
            yield _turn(kind, _both(one.exchange), workflow, one, user)


def _summary(kind: Text, number: int, since: Any) -> Turn:
    text = ngettext(
        "Your turn: %(number)s exchange waits for you.",
        "Your turn: %(number)s exchanges wait for you.",
        number,
    )
    url = f"{reverse('exchanges:exchanges')}?show=waiting"
    baton = Baton(
        situation="yours",
        label=kind,
        sentence=text % {"number": number},
        since=since,
        next=_("The one that has waited longest stands on top."),
        responsible=ExchangeParty.PARTNERSHIP,
        action_label=_("Open the desk of exchanges"),
        action_url=url,
    )
    return Turn(kind=kind, title="", baton=baton, url=url)


def _turn(kind: Text, title: str, workflow: Workflow, one: Any, user: Any) -> Turn:
    baton = workflow.baton(one, user)
    return Turn(kind=kind, title=title, baton=baton, url=baton.action_url or one.get_absolute_url())


def _with_exchanges(found: Iterable[Any]) -> list[Any]:
    """The matters with their exchanges and all that a baton asks of these."""
    matters = list(found)
    exchanges = for_batons(Exchange.objects.filter(pk__in={one.exchange_id for one in matters}))
    by_key = {exchange.pk: exchange for exchange in exchanges}
    for one in matters:
        one.exchange = by_key[one.exchange_id]
    return matters


def _others(exchange: Exchange, own: set[int]) -> str:
    """The name of the other side; of both for whoever belongs to both."""
    sides = (exchange.visitor, exchange.host)
    others = [side for side in sides if side.pk not in own] or sides
    return _(" and ").join(side.organisation.name for side in others)


def _both(exchange: Exchange) -> str:
    names = (exchange.visitor.organisation.name, exchange.host.organisation.name)
    return _(" and ").join(names)


def days_of(exchange: Exchange) -> str:
    """From when to when, as far as it is settled."""
    if not exchange.starts_on or not exchange.ends_on:
        return ""
    days = {
        "start": date_format(exchange.starts_on, "j F"),
        "end": date_format(exchange.ends_on, "j F Y"),
    }
    return _("%(start)s to %(end)s") % days
