from reports.models.afterwards import AlumniEntry, LaterAnswer, StoryStep, SuccessStory
from reports.models.keeping import (
    Attribution,
    HandRecord,
    OutreachAction,
    ReportingPeriod,
    ReportText,
)
from reports.models.payment import (
    AccountLook,
    BankAccount,
    EvidenceItem,
    EvidenceStep,
    Payment,
    PaymentBatch,
    PaymentStep,
)
from reports.models.questionnaire import Question, Questionnaire
from reports.models.report import Report, ReportReminder, ReportStep

__all__ = [
    "AccountLook",
    "AlumniEntry",
    "Attribution",
    "BankAccount",
    "EvidenceItem",
    "EvidenceStep",
    "HandRecord",
    "LaterAnswer",
    "OutreachAction",
    "Payment",
    "PaymentBatch",
    "PaymentStep",
    "Question",
    "Questionnaire",
    "Report",
    "ReportReminder",
    "ReportStep",
    "ReportText",
    "ReportingPeriod",
    "StoryStep",
    "SuccessStory",
]
