"""Visitors take places in a group and give them up again; nobody is let in twice or too many."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.commitment.terms import Terms
from exchanges.enums import SIGNABLE, ExchangeMode, ExchangeState, GroupState
from exchanges.models import Exchange, GroupOffer, GroupPlace
from exchanges.notifications import groups as notifications
from exchanges.permissions import can_join_group, can_leave_group
from exchanges.queries.drafts import sections_of
from exchanges.queries.groups import template_in
from exchanges.services.cancelling import cancel_exchange
from exchanges.services.groups import locked_offer
from exchanges.services.locking import locked_exchange, locked_with_visit
from exchanges.services.starting import first_draft
from matching.services.group_matches import check_place, confirm_group_match
from matching.services.matches_rules import locked_profiles
from profiles.models import OrganisationType, Profile, User
from profiles.rules import RuleBook, current_rules

DAY = "j F Y"


def join_group(*, offer_id: int, visitor_id: int, actor: User) -> GroupPlace:
    """The visitor has a place, with a confirmed match and an exchange of its own, whose draft
    begins with what the host offers.

    Raises `NotAllowed` for whoever may not act for the visitor, `TransitionRefused` with the reason
    where the group or the two rule it out.
    """
    host_id = GroupOffer.objects.values_list("host_id", flat=True).get(pk=offer_id)
    with audit.transaction():
        visitor, _host = locked_profiles(visitor_id, host_id)
        offer = locked_offer(offer_id)
        if not can_join_group(actor, visitor):
            raise NotAllowed(_("Members of a published visitor can take a place."))
        check_join(offer, visitor, current_rules())
        match = confirm_group_match(
            host_id=host_id,
            visitor_id=visitor_id,
            actor=actor,
            mode=offer.mode,
            starts_on=offer.starts_on,
            ends_on=offer.ends_on,
            message=offer.title,
        )
        exchange = locked_exchange(Exchange.objects.values_list("pk", flat=True).get(match=match))
        exchange.group = offer
        exchange.save(update_fields=["group"])
        _begin_draft(exchange, offer)
        place = _take_place(offer, visitor, exchange)
        audit.record("group.join", subject=offer, actor=actor, data={"exchange": exchange.ref})
        notifications.visitor_joined(place)
    return place


def leave_group(*, offer_id: int, visitor_id: int, actor: User, comment: str) -> GroupPlace:
    """The place is free again and the visitor's exchange is given up; the host reads why.

    Raises `TransitionRefused` while the commitment is being signed and after it: then the exchange
    itself is cancelled, with all that this means.
    """
    with audit.transaction():
        found = GroupPlace.objects.filter(offer=offer_id, visitor=visitor_id).taken()
        place = found.select_related("offer", "visitor__organisation").first()
        if place is None:
            raise TransitionRefused("no_place", _("This visitor has no place in the group."))
        exchange = locked_with_visit(place.exchange_id)
        if not can_leave_group(actor, place):
            raise NotAllowed(_("You may not give up this place."))
        if exchange.state in (*SIGNABLE, ExchangeState.VALIDATED):
            raise TransitionRefused(
                "frozen_already",
                _("The commitment was frozen already. Cancel the exchange on its page instead."),
            )
        cancel_exchange(exchange_id=exchange.pk, actor=actor, reason=comment)
        place.refresh_from_db()
        audit.record(
            "group.leave", subject=place.offer, actor=actor, data={"exchange": exchange.ref}
        )
    return place


def reason_against_joining(offer: GroupOffer, visitor: Profile) -> str:
    """Why this visitor cannot take a place now, as a sentence; empty when it can."""
    try:
        rules = current_rules()
        check_join(offer, visitor, rules)
        check_place(visitor, offer.host, offer.mode, rules)
    except TransitionRefused as refused:
        return str(refused)
    return ""


def check_join(offer: GroupOffer, visitor: Profile, rules: RuleBook) -> None:
    """All that the offer itself asks; what rules the pair out is asked with the match."""
    taken = offer.places_taken.all().taken()
    if taken.filter(visitor=visitor).exists():
        raise TransitionRefused("in_already", _("You have a place in this group already."))
    if offer.state != GroupState.OPEN:
        raise TransitionRefused("closed", _("This group is closed for new visitors."))
    if offer.closes_on < clock.today():
        raise TransitionRefused(
            "too_late",
            _("Places could be taken until %(day)s.") % {"day": date_format(offer.closes_on, DAY)},
        )
    if taken.count() >= offer.places:
        raise TransitionRefused(
            "full", _("All places are taken. Look again later: somebody may give one up.")
        )
    _require_type(offer, visitor)
    _require_visit(offer, visitor, rules)


def _require_type(offer: GroupOffer, visitor: Profile) -> None:
    if visitor.organisation.organisation_type_id in offer.eligible_types:
        return
    labels = OrganisationType.objects.filter(pk__in=offer.eligible_types).order_by("position")
    raise TransitionRefused(
        "type",
        _("This group is for: %(types)s.") % {"types": ", ".join(one.label for one in labels)},
    )


def _require_visit(offer: GroupOffer, visitor: Profile, rules: RuleBook) -> None:
    """In person a visiting organisation has one visit, also one that is being signed."""
    if offer.mode != ExchangeMode.PHYSICAL:
        return
    others = Exchange.objects.taking_the_visit_of(visitor.organisation_id)
    if others.count() >= rules.integer("physical.visits_per_visitor"):
        raise TransitionRefused(
            "visit_used",
            _(
                "Your visit in person is planned or used up already. An online exchange is still "
                "possible."
            ),
        )


def _begin_draft(exchange: Exchange, offer: GroupOffer) -> None:
    """Each section begins with what the host offers, completed so that little is left to write."""
    rows, sections = sections_of(exchange), offer.sections
    contents = {name: {**row.content, **sections.get(name, {})} for name, row in rows.items()}
    if template := template_in(offer):
        parts = first_draft(exchange, Terms.from_json(contents), template, offer.starts_on)
        contents |= {name: part.to_json() for name, part in parts.items()}
    for name, row in rows.items():
        row.content = contents[name]
        row.save(update_fields=["content"])


def _take_place(offer: GroupOffer, visitor: Profile, exchange: Exchange) -> GroupPlace:
    """An earlier place of the same visitor, whose exchange was cancelled, is given up for good."""
    offer.places_taken.filter(visitor=visitor, left_at=None).update(left_at=clock.now())
    place: GroupPlace = GroupPlace.objects.create(offer=offer, visitor=visitor, exchange=exchange)
    return place
