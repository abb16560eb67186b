"""The private address of a person's dates: made on demand, and renewed when it got about."""

from cxc_portal.core import audit, clock
from exchanges.models import CalendarFeed
from exchanges.models.keeping import new_token
from profiles.models import User


def renew_feed(*, actor: User) -> CalendarFeed:
    """The person has a new address; the one before stops working at once."""
    with audit.transaction():
        User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
        feed, _is_new = CalendarFeed.objects.update_or_create(
            user=actor, defaults={"token": new_token(), "created_at": clock.now()}
        )
        audit.record("calendar.renew_feed", subject=feed, actor=actor)
    return feed


def drop_feed(*, actor: User) -> None:
    """The person has no address any more."""
    with audit.transaction():
        feed = CalendarFeed.objects.select_for_update(of=("self",)).filter(user=actor).first()
        if feed is None:
            return
        audit.record("calendar.drop_feed", subject=feed, actor=actor)
        feed.delete()
