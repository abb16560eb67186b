from matching.models.conversation import (
    ContactBlock,
    Conversation,
    ConversationReport,
    ConversationStep,
    Message,
    MessageAttachment,
    ReadMark,
)
from matching.models.index import IndexRecord, IndexState, IndexWord
from matching.models.keeping import Bookmark, PartnerAlert, SavedSearch
from matching.models.match import ContactLimits, Match, MatchStep
from matching.models.ruleset import RulesetDraft, RulesetVersion

__all__ = [
    "Bookmark",
    "ContactBlock",
    "ContactLimits",
    "Conversation",
    "ConversationReport",
    "ConversationStep",
    "IndexRecord",
    "IndexState",
    "IndexWord",
    "Match",
    "MatchStep",
    "Message",
    "MessageAttachment",
    "PartnerAlert",
    "ReadMark",
    "RulesetDraft",
    "RulesetVersion",
    "SavedSearch",
]
