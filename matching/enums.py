"""The fixed vocabularies of contacts and matches."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ConversationState(TextChoices):
    ASKED = "asked", _("First contact")
    ANSWERED = "answered", _("Answered")
    REPLIED = "replied", _("In talks")
    LATER = "later", _("Not now")
    AGREED = "agreed", _("Became a match")
    REFUSED = "refused", _("Answered no")
    SILENT = "silent", _("Without an answer")
    ENDED = "ended", _("Conversation ended")


OPEN_CONVERSATIONS = (
    ConversationState.ASKED,
    ConversationState.ANSWERED,
    ConversationState.REPLIED,
    ConversationState.LATER,
)
"""Those in which somebody has the next word."""

WAITING_CONVERSATIONS = OPEN_CONVERSATIONS[:3]
"""Those that fall silent when nobody writes."""


class ConversationParty(TextChoices):
    """Who can have the next word: the side that wrote first, and the other one."""

    ASKER = "asker", _("the side that wrote first")
    ASKED = "asked", _("the side that was written to")
    PARTNERSHIP = "partnership", _("a partnership of the two")


class ReadyAnswer(TextChoices):
    """What a first contact can be answered with in one click."""

    YES = "yes", _("Yes, let us talk")
    LATER = "later", _("Not now, but later")
    NO = "no", _("No, because …")


class MatchState(TextChoices):
    PROPOSED = "proposed", _("Proposed")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Taken back")
    EXPIRED = "expired", _("Expired")
    DISSOLVED = "dissolved", _("Dissolved")
    FINISHED = "finished", _("Exchange over")


OPEN_MATCHES = (MatchState.PROPOSED, MatchState.CONFIRMED)
"""Those that keep the two from being matched a second time."""


class MatchOrigin(TextChoices):
    """How the two came together."""

    LIST = "list", _("Found in the list of matches")
    KNOWN = "known", _("They already knew each other")
    INTRODUCED = "introduced", _("Introduced by a partnership")
    GROUP = "group", _("A place in a group exchange")


class MatchParty(TextChoices):
    """Who can be responsible for a match. In a proposal each side is asked until it has agreed."""

    INVITED = "invited", _("the side that has not agreed yet")
    AGREED = "agreed", _("the side that has agreed")
    VISITOR = "visitor", _("the visiting organisation")
    HOST = "host", _("the host")
    PARTNERSHIP = "partnership", _("a partnership of the two")
    INTRODUCER = "introducer", _("the partnership that introduced the two")
