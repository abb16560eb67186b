"""What of a report is known from the commitment."""

from typing import Any

from exchanges.models import Exchange
from reports.models import Questionnaire


def prefilled(exchange: Exchange, capacity: str, questionnaire: Questionnaire) -> dict[str, Any]:
    """The answers that stand in a report when it is opened, by the keys of the questions."""
    return {}
