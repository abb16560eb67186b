"""The one visit in person of a visiting organisation: used up when it starts, given back where the
rules say so. Whoever calls holds the locks of `locked_with_visit`."""

from exchanges.models import Exchange
from exchanges.queries.follow_up import today_there
from profiles.models import Organisation, Profile
from profiles.rules import current_rules
from profiles.signals import listing_changed


def use_visit(exchange: Exchange) -> None:
    """The visitor has travelled; with as many visits as the rules allow, no further one is
    possible. An online exchange uses nothing up."""
    organisation = exchange.visitor.organisation
    taken = Exchange.objects.taking_the_visit_of(organisation.pk).exclude(started_at=None)
    most = current_rules().integer("physical.visits_per_visitor")
    if exchange.is_physical and taken.count() >= most:
        organisation.physical_visit_used_on = today_there(exchange)
        _save(organisation)


def give_visit_back(exchange: Exchange) -> None:
    """What this exchange used up is free again."""
    organisation = exchange.visitor.organisation
    if exchange.is_physical and exchange.started_at and organisation.physical_visit_used_on:
        organisation.physical_visit_used_on = None
        _save(organisation)


def _save(organisation: Organisation) -> None:
    """The catalogue and the matches of all its profiles follow."""
    organisation.save(update_fields=["physical_visit_used_on"])
    keys = Profile.objects.filter(organisation=organisation).order_by("pk")
    listing_changed.send(sender=Profile, profile_ids=list(keys.values_list("pk", flat=True)))
