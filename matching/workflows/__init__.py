"""The two lifecycles of finding each other: the conversation and the match."""

from matching.workflows.conversation import conversation_workflow
from matching.workflows.match import match_workflow

__all__ = ["conversation_workflow", "match_workflow"]
