"""Telling the staff that something is wrong with a conversation, and what it did about it."""

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from matching.models import ConversationReport
from matching.notifications import conversations as notifications
from matching.permissions import can_settle_report
from matching.services.conversations import lock_conversation, side_of
from profiles.models import User


def report_conversation(*, conversation_id: int, actor: User, reason: str) -> ConversationReport:
    """The partnership of the actor's side is asked to look, and the Support Office may read the
    conversation. A side has one unsettled report at most: a second one is refused."""
    with audit.transaction():
        conversation = lock_conversation(conversation_id)
        side = side_of(conversation, actor)
        if not reason.strip():
            raise TransitionRefused("empty", _("Say in a sentence what is wrong."))
        if conversation.reports.filter(side=side, settled_at__isnull=True).exists():
            text = _("Your organisation has reported this already. Somebody looks at it.")
            raise TransitionRefused("reported_already", text)
        report = ConversationReport.objects.create(
            conversation=conversation,
            side=side,
            partnership=side.partnership,
            reported_by=actor,
            reason=reason.strip(),
            at=clock.now(),
        )
        audit.record("conversation.reported", subject=conversation, actor=actor)
        notifications.conversation_reported(report)
    return report


def settle_report(*, report_id: int, actor: User, note: str) -> ConversationReport:
    """The report is settled, and the note says what was done; whoever reported is told."""
    with audit.transaction():
        report = (
            ConversationReport.objects.select_for_update(of=("self",))
            .select_related("conversation__host__organisation", "reported_by", "side")
            .get(pk=report_id)
        )
        if not can_settle_report(actor, report):
            raise NotAllowed(_("You may not settle this report."))
        if report.settled_at:
            raise TransitionRefused("settled", _("This report is settled already."))
        if not note.strip():
            raise TransitionRefused("empty", _("Say in a sentence what you did."))
        report.settled_by, report.settled_at = actor, clock.now()
        report.settlement = note.strip()
        report.save(update_fields=["settled_by", "settled_at", "settlement"])
        audit.record("conversation.report_settled", subject=report.conversation, actor=actor)
        notifications.report_settled(report)
    return report
