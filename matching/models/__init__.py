from matching.models.index import IndexRecord, IndexState
from matching.models.ruleset import RulesetVersion

__all__ = ["IndexRecord", "IndexState", "RulesetVersion"]
