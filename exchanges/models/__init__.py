from exchanges.models.commitment import (
    CommitmentFile,
    CommitmentStep,
    CommitmentVersion,
    Delegation,
    Signature,
    SigningReminder,
)
from exchanges.models.draft import DraftSection, Override, SectionChange, SectionComment
from exchanges.models.exchange import Exchange, ExchangeStep, ExchangeYear
from exchanges.models.follow_up import (
    Attendance,
    CheckIn,
    Incident,
    IncidentStep,
    Interruption,
    InterruptionStep,
    MidwayAnswer,
)
from exchanges.models.group import GroupOffer, GroupPlace, GroupStep
from exchanges.models.keeping import CalendarFeed, CountryGuide

__all__ = [
    "Attendance",
    "CalendarFeed",
    "CheckIn",
    "CommitmentFile",
    "CommitmentStep",
    "CommitmentVersion",
    "CountryGuide",
    "Delegation",
    "DraftSection",
    "Exchange",
    "ExchangeStep",
    "ExchangeYear",
    "GroupOffer",
    "GroupPlace",
    "GroupStep",
    "Incident",
    "IncidentStep",
    "Interruption",
    "InterruptionStep",
    "MidwayAnswer",
    "Override",
    "SectionChange",
    "SectionComment",
    "Signature",
    "SigningReminder",
]
