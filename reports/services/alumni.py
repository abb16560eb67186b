"""The alumni directory: whoever took part can stand in it, change the entry, and leave."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed
from exchanges.enums import ORGANISATIONS
from profiles.models import User
from reports.models import AlumniEntry
from reports.queries.alumni import last_closed_exchange


@dataclass(frozen=True)
class Entry:
    """What somebody says of themselves in the directory."""

    headline: str = ""
    is_mentor: bool = False
    shows_address: bool = False


def save_alumni_entry(*, entry: Entry, actor: User) -> AlumniEntry:
    """The actor stands in the directory like this; somebody who had left is back. Raises
    `NotAllowed` for whoever has no exchange that was closed."""
    with audit.transaction():
        User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
        exchange = last_closed_exchange(actor)
        if exchange is None:
            raise NotAllowed(_("The directory is for those whose exchange is closed."))
        row = AlumniEntry.objects.filter(user=actor).first()
        if row is None:
            row = AlumniEntry(user=actor, joined_at=clock.now())
        elif row.left_at is not None:
            row.joined_at, row.left_at = clock.now(), None
        row.exchange = exchange
        row.capacity = next(one for one in exchange.capacities_of(actor) if one in ORGANISATIONS)
        row.headline = entry.headline.strip()
        row.is_mentor, row.shows_address = entry.is_mentor, entry.shows_address
        row.save()
        audit.record("alumni.save", subject=row, actor=actor, data={"exchange": exchange.ref})
    return row


def leave_alumni(*, actor: User) -> None:
    """Nobody finds the actor any more, and what they said of themselves is forgotten. Whoever does
    not stand in the directory has left already."""
    with audit.transaction():
        listed = AlumniEntry.objects.select_for_update(of=("self",)).filter(left_at=None)
        row = listed.filter(user=actor).first()
        if row is None:
            return
        row.left_at, row.headline = clock.now(), ""
        row.is_mentor = row.shows_address = False
        row.save(update_fields=["left_at", "headline", "is_mentor", "shows_address"])
        audit.record("alumni.leave", subject=row, actor=actor)
