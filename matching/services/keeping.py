"""What people keep: bookmarks, searches, and whether they are told of new profiles."""

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from matching.models import Bookmark, SavedSearch
from matching.models.keeping import MOST_SEARCHES, QUERY_LENGTH
from matching.permissions import can_see_catalogue
from profiles.models import Profile, User


def keep_bookmark(*, profile_id: int, actor: User, is_kept: bool) -> None:
    """The profile is among the person's bookmarks, or is not; twice changes nothing."""
    with audit.transaction():
        if not is_kept:
            Bookmark.objects.visible_to(actor).filter(profile=profile_id).delete()
            return
        if not Profile.objects.visible_to(actor).filter(pk=profile_id).exists():
            raise NotAllowed(_("You can only keep profiles that you can see."))
        Bookmark.objects.get_or_create(user=actor, profile_id=profile_id)


def save_search(*, name: str, query: str, actor: User) -> SavedSearch:
    """The person finds the search in the list of their own, and is told of new profiles."""
    if len(query) > QUERY_LENGTH:
        raise TransitionRefused(
            "too_long", _("This search has too many filters to be saved. Take some away.")
        )
    try:
        with audit.transaction():
            own = _own_locked(actor)
            if not can_see_catalogue(actor):
                raise NotAllowed(_("Searches can be saved by whoever sees the catalogue."))
            if own.count() >= MOST_SEARCHES:
                raise TransitionRefused(
                    "too_many",
                    _("You have %(number)s saved searches. Delete one before you save another.")
                    % {"number": MOST_SEARCHES},
                )
            return SavedSearch.objects.create(user=actor, name=name, query=query)
    except IntegrityError as twice:
        raise _name_taken(name) from twice


def rename_search(*, search_id: int, name: str, actor: User) -> SavedSearch:
    try:
        with audit.transaction():
            search = _own_locked(actor).get(pk=search_id)
            search.name = name
            search.save(update_fields=["name"])
    except IntegrityError as twice:
        raise _name_taken(name) from twice
    return search


def delete_search(*, search_id: int, actor: User) -> SavedSearch:
    """Gives what was deleted."""
    with audit.transaction():
        search = _own_locked(actor).get(pk=search_id)
        search.delete()
    return search


def set_search_alert(*, search_id: int, is_on: bool, actor: User) -> SavedSearch:
    """Whether the person is told of what is published from now on and fits the search."""
    with audit.transaction():
        search = _own_locked(actor).get(pk=search_id)
        _switch(search, is_on)
    return search


def set_partner_alert(*, profile_id: int, is_on: bool, actor: User) -> SavedSearch:
    """Whether the person is told of new profiles that fit this one of their own highly."""
    with audit.transaction():
        _lock(actor)
        profile = Profile.objects.get(pk=profile_id)
        if not profile.organisation.has_member(actor):
            raise NotAllowed(_("You are told of partners for your own profiles only."))
        search, _is_new = SavedSearch.objects.get_or_create(user=actor, profile=profile)
        _switch(search, is_on)
    return search


def _lock(actor: User) -> None:
    """Nobody adds a search of this person meanwhile."""
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)


def _own_locked(actor: User) -> QuerySet[SavedSearch]:
    _lock(actor)
    return SavedSearch.objects.visible_to(actor).filter(profile__isnull=True)


def _switch(search: SavedSearch, is_on: bool) -> None:
    if is_on and not search.has_alert:
        search.looked_at = clock.now()
    search.has_alert = is_on
    search.save(update_fields=["has_alert", "looked_at"])


def _name_taken(name: str) -> TransitionRefused:
    return TransitionRefused(
        "name_taken",
        _("You have a search called “%(name)s” already. Choose another name.") % {"name": name},
    )
