from reports.workflows.evidence import evidence_workflow
from reports.workflows.payment import payment_workflow
from reports.workflows.report import report_workflow
from reports.workflows.story import story_workflow

__all__ = ["evidence_workflow", "payment_workflow", "report_workflow", "story_workflow"]
