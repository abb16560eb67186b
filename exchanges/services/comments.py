"""Remarks of the four parties beside the sections of a draft."""

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.enums import Section
from exchanges.models import SectionComment
from exchanges.models.draft import COMMENT_LENGTH
from exchanges.notifications import building as notifications
from exchanges.permissions import can_comment_commitment
from exchanges.services.locking import locked_exchange
from profiles.models import User


def comment_section(*, exchange_id: int, section: str, text: str, actor: User) -> SectionComment:
    """The comment stands beside the section; the other parties hear of it in their daily letter.

    Raises `TransitionRefused` for an empty or overlong text.
    """
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if not can_comment_commitment(actor, exchange):
            raise NotAllowed(_("You may not comment on this commitment."))
        text = text.strip()
        if section not in Section.values:
            raise TransitionRefused("no_such_section", _("A commitment has no such section."))
        if not text:
            raise TransitionRefused("empty", _("Write something first."))
        if len(text) > COMMENT_LENGTH:
            raise TransitionRefused(
                "too_long", _("Write at most %(most)s characters.") % {"most": COMMENT_LENGTH}
            )
        comment = SectionComment.objects.create(
            exchange=exchange,
            section=section,
            author=actor,
            capacity=exchange.capacity_of(actor),
            text=text,
            at=clock.now(),
        )
        audit.record(
            "commitment.commented",
            subject=exchange,
            actor=actor,
            data={"section": section, "comment": comment.pk},
        )
        notifications.comment_added(comment)
    return comment


def settle_comment(*, comment_id: int, actor: User) -> SectionComment:
    """The comment is done with; it stays readable. Settling it again changes nothing."""
    with audit.transaction():
        key = SectionComment.objects.values_list("exchange_id", flat=True).get(pk=comment_id)
        exchange = locked_exchange(key)
        if not can_comment_commitment(actor, exchange):
            raise NotAllowed(_("You may not settle comments here."))
        comment = SectionComment.objects.get(pk=comment_id)
        if comment.settled_at is None:
            comment.settled_at, comment.settled_by = clock.now(), actor
            comment.save(update_fields=["settled_at", "settled_by"])
            audit.record(
                "commitment.comment_settled",
                subject=exchange,
                actor=actor,
                data={"comment": comment.pk},
            )
    return comment
