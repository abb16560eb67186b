from exchanges.workflows.commitment import commitment_workflow
from exchanges.workflows.exchange import exchange_workflow
from exchanges.workflows.group import group_workflow
from exchanges.workflows.incident import incident_workflow
from exchanges.workflows.interruption import interruption_workflow

__all__ = [
    "commitment_workflow",
    "exchange_workflow",
    "group_workflow",
    "incident_workflow",
    "interruption_workflow",
]
