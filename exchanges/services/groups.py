"""A host offers an exchange to several visitors at once: dates, agenda and places."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.commitment.terms import JSON, BadTerms, section
from exchanges.enums import ExchangeMode, ExchangeState, GroupState
from exchanges.models import Exchange, GroupOffer, GroupPlace
from exchanges.notifications import groups as notifications
from exchanges.permissions import can_edit_group, can_offer_group
from exchanges.services.cancelling import cancel_exchange
from exchanges.workflows import group_workflow
from matching.models import Match
from profiles.enums import Mode
from profiles.models import Organisation, OrganisationType, Profile, User
from profiles.rules import current_rules

FIXED = ("title", "mode", "starts_on", "ends_on", "eligible_types", "sections")
"""What whoever joined has agreed to."""


@dataclass(frozen=True, kw_only=True)
class GroupTerms:
    """What a host offers. `sections` holds, by the name of a section of the commitment, the
    contents that each visitor's draft begins with."""

    title: str
    description: str
    mode: str
    starts_on: date
    ends_on: date
    places: int
    eligible_types: tuple[str, ...]
    closes_on: date
    sections: Mapping[str, JSON]

    def values(self) -> dict[str, Any]:
        """As the fields of the offer."""
        return {**asdict(self), "eligible_types": sorted(self.eligible_types)}


def offer_group(*, host_id: int, actor: User, terms: GroupTerms) -> GroupOffer:
    """The group is open for visitors until its closing day.

    Raises `NotAllowed` for whoever is no member of a published host, `TransitionRefused` with the
    reason for terms that could not be kept.
    """
    with audit.transaction():
        host = _locked_host(host_id)
        if not can_offer_group(actor, host):
            raise NotAllowed(_("Members of a published host can offer a group exchange."))
        _require_sound(host, terms)
        _require_closing_day(terms)
        offer = GroupOffer.objects.create(host=host, created_by=actor, **terms.values())
        audit.record("group.offer", subject=offer, actor=actor, data={"host": host.ref})
    return offer


def edit_group(*, offer_id: int, actor: User, terms: GroupTerms) -> GroupOffer:
    """The offer says this from now on. Once somebody has joined, the description, more places and
    the closing day are what can still change."""
    with audit.transaction():
        offer = locked_offer(offer_id)
        if not can_edit_group(actor, offer):
            raise NotAllowed(_("You may not change this group exchange."))
        _require_sound(offer.host, terms)
        changed = [name for name, value in terms.values().items() if _kept(offer, name) != value]
        _require_kept(offer, terms, changed)
        if "closes_on" in changed:
            _require_closing_day(terms)
        for name in changed:
            setattr(offer, name, terms.values()[name])
        offer.save(update_fields=changed)
        audit.record("group.edit", subject=offer, actor=actor, data={"changed": changed})
    return offer


def close_group(*, offer_id: int, actor: User | None) -> GroupOffer:
    """No further places are given; the visitors' exchanges go on."""
    with audit.transaction():
        offer = locked_offer(offer_id)
        group_workflow.apply(offer, "close", actor=actor)
    return offer


def reopen_group(*, offer_id: int, actor: User) -> GroupOffer:
    """Places can be taken again until the closing day, which must be to come."""
    with audit.transaction():
        offer = locked_offer(offer_id)
        if offer.closes_on < clock.today():
            raise TransitionRefused(
                "closing_day_over",
                _("The closing day is over. Give a later one first, then open the group again."),
            )
        group_workflow.apply(offer, "reopen", actor=actor)
    return offer


def cancel_group(*, offer_id: int, actor: User, comment: str) -> GroupOffer:
    """The group does not take place. Exchanges that are still being written end with it, and their
    visitors read why. Those that are signed or being signed are contracts of their own: their
    visitors are told, and the parties cancel them one by one."""
    with audit.transaction():
        offer, exchanges = _locked_with_all(offer_id)
        group_workflow.apply(offer, "cancel", actor=actor, comment=comment)
        for exchange in exchanges:
            if exchange.state == ExchangeState.BUILDING:
                text = _("The group exchange was cancelled. %(reason)s")
                reason = text % {"reason": comment.strip()}
                cancel_exchange(exchange_id=exchange.pk, actor=actor, reason=reason)
            else:
                notifications.group_cancelled(offer, exchange, comment.strip())
    return offer


def close_due_groups() -> int:
    """Groups whose closing day is over take no further visitors; says how many."""
    due = GroupOffer.objects.filter(state=GroupState.OPEN, closes_on__lt=clock.today())
    number = 0
    for key in due.order_by("pk").values_list("pk", flat=True):
        with audit.transaction():
            offer = locked_offer(key)
            if offer.state == GroupState.OPEN and offer.closes_on < clock.today():
                group_workflow.apply(offer, "close", actor=None)
                number += 1
    return number


def locked_offer(offer_id: int) -> GroupOffer:
    """The offer with its host, its row locked. Whoever locks profiles or matches too does so
    before."""
    GroupOffer.objects.select_for_update(of=("self",)).order_by().get(pk=offer_id)
    return GroupOffer.objects.select_related("host__organisation__country").get(pk=offer_id)


def _locked_host(host_id: int) -> Profile:
    Profile.objects.select_for_update(of=("self",)).get(pk=host_id)
    return Profile.objects.select_related("organisation").get(pk=host_id)


def _locked_with_all(offer_id: int) -> tuple[GroupOffer, list[Exchange]]:
    """The offer and the exchanges of its places, with everything locked in the one order. Whoever
    took a place in between is a surprise to the host, too: then nothing happens."""
    taken = GroupPlace.objects.filter(offer=offer_id).taken()
    places = list(taken.values_list("visitor", "exchange", "exchange__match"))
    host_id = GroupOffer.objects.values_list("host_id", flat=True).get(pk=offer_id)
    visitors = [visitor for visitor, *_more in places]
    organisations = Organisation.objects.select_for_update(of=("self",), no_key=True)
    list(organisations.filter(profiles__in=visitors).order_by("pk"))
    profiles = Profile.objects.select_for_update(of=("self",)).order_by("pk")
    list(profiles.filter(pk__in=[host_id, *visitors]))
    matches = Match.objects.select_for_update(of=("self",)).order_by("pk")
    list(matches.filter(pk__in=[match for *_more, match in places]))
    offer = locked_offer(offer_id)
    exchanges = Exchange.objects.select_for_update(of=("self",)).order_by("pk")
    locked = list(exchanges.filter(pk__in=taken.values("exchange")))
    if {exchange.pk for exchange in locked} - {exchange for _visitor, exchange, _match in places}:
        raise TransitionRefused(
            "joined_meanwhile", _("Somebody took a place just now. Look at the group again.")
        )
    return offer, list(Exchange.objects.with_parties().filter(pk__in=[one.pk for one in locked]))


def _kept(offer: GroupOffer, name: str) -> Any:
    value = getattr(offer, name)
    return sorted(value) if name == "eligible_types" else value


def _require_kept(offer: GroupOffer, terms: GroupTerms, changed: list[str]) -> None:
    """Nothing that somebody joined for is taken away."""
    taken = offer.places_taken.all().taken().count()
    if not taken:
        return
    if set(changed).intersection(FIXED):
        raise TransitionRefused(
            "joined_already",
            _(
                "Visitors have joined. The description, the closing day and more places are what "
                "can still change; everything else is settled in each visitor’s commitment."
            ),
        )
    if terms.places < offer.places:
        raise TransitionRefused(
            "fewer_places", _("Visitors have joined: the number of places can only grow.")
        )


def _require_sound(host: Profile, terms: GroupTerms) -> None:
    """An offer that can be kept."""
    if not terms.title.strip() or not terms.description.strip():
        raise TransitionRefused(
            "text", _("Give the group a title, and say in a few words what awaits visitors.")
        )
    if terms.mode not in ExchangeMode.values:
        raise TransitionRefused("mode", _("Choose in person or online."))
    if host.mode not in (Mode.EITHER, terms.mode):
        raise TransitionRefused(
            "host_mode",
            _(
                "Your profile does not allow this way of meeting. Change it there, then offer "
                "the group."
            ),
        )
    _require_days(terms)
    _require_places(terms)
    _require_types(terms)
    try:
        for name, content in terms.sections.items():
            section(name, content)
    except (BadTerms, KeyError) as wrong:
        raise TransitionRefused("sections", _("The agenda could not be read.")) from wrong


def _require_days(terms: GroupTerms) -> None:
    if terms.ends_on < terms.starts_on:
        raise TransitionRefused("dates", _("The last day is before the first."))
    if terms.closes_on >= terms.starts_on:
        raise TransitionRefused(
            "closing_day", _("Close the group before its first day, so that all can still sign.")
        )


def _require_closing_day(terms: GroupTerms) -> None:
    if terms.closes_on < clock.today():
        raise TransitionRefused("closing_day", _("The closing day is over. Give a later one."))


def _require_places(terms: GroupTerms) -> None:
    most = current_rules().integer("group.max_places")
    if not 1 <= terms.places <= most:
        raise TransitionRefused(
            "places",
            ngettext(
                "A group has %(most)s place.", "A group has between 1 and %(most)s places.", most
            )
            % {"most": most},
        )


def _require_types(terms: GroupTerms) -> None:
    visiting = set(OrganisationType.objects.filter(may_visit=True).values_list("pk", flat=True))
    if not terms.eligible_types or set(terms.eligible_types) - visiting:
        raise TransitionRefused(
            "types", _("Choose at least one type of organisation that may visit in this round.")
        )
