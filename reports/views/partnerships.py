"""Which partnerships a page of numbers is about, for whoever looks at it."""

from profiles.models import Partnership, User


def staffed_partnerships(user: User) -> list[Partnership]:
    """Those that one works for."""
    found = Partnership.objects.filter(pk__in=user.staffed_partnership_ids)
    return list(found.order_by("acronym"))


def chosen_among(partnerships: list[Partnership], acronym: str) -> Partnership:
    """The one that is named, else the first."""
    return next((one for one in partnerships if one.acronym == acronym), partnerships[0])
