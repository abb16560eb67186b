"""The final activity report in plain Python: its questions, reading and checking answers, and what
is missing. No Django in here."""

from reports.questionnaire.checking import BadAnswer, checked
from reports.questionnaire.completeness import Gap, missing
from reports.questionnaire.questions import Asked, Option, Stay, answers_for, asked_for

__all__ = [
    "Asked",
    "BadAnswer",
    "Gap",
    "Option",
    "Stay",
    "answers_for",
    "asked_for",
    "checked",
    "missing",
]
