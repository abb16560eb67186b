"""What reports hold about a person.

Reports, evidence and payments prove what public money was spent on: they are kept as they were
handed in, and so is what was answered after months. A story is no longer told, and an entry of the
directory is gone, once the account is.
"""

from profiles.personal_data import Holding, Person, Rows, delete, keep
from reports.services.stories import erase_story


def erase_stories(rows: Rows, person: Person) -> None:
    for story in rows:
        erase_story(story)


def _steps(model: str, section: str) -> Holding:
    shown = ("subject", "transition", "source", "target", "comment", "at")
    return Holding(f"reports.{model}", section, keep, people=("actor",), shown=shown)


HOLDINGS = (
    _steps("ReportStep", "steps_in_reports"),
    _steps("EvidenceStep", "steps_of_evidence"),
    _steps("PaymentStep", "steps_of_payments"),
    _steps("StoryStep", "steps_of_stories"),
    Holding(
        "reports.Questionnaire",
        "questionnaires",
        keep,
        people=("created_by", "changed_by", "published_by"),
        shown=("number", "note", "published_at"),
    ),
    Holding(
        "reports.Report",
        "reports_handed_in",
        keep,
        people=("saved_by", "submitted_by", "validated_by"),
        shown=("exchange__ref", "capacity", "outcome", "answers", "submitted_at"),
    ),
    Holding(
        "reports.ReportReminder",
        "reminders_to_report",
        keep,
        people=("by",),
        shown=("report__exchange__ref", "at"),
    ),
    Holding(
        "reports.EvidenceItem",
        "evidence_uploaded",
        keep,
        people=("uploaded_by",),
        shown=("exchange__ref", "kind", "file_name", "note", "uploaded_at"),
        files=("file",),
    ),
    Holding(
        "reports.BankAccount",
        "bank_accounts_entered",
        keep,
        people=("entered_by",),
        shown=("exchange__ref", "ending", "entered_at"),
    ),
    Holding(
        "reports.AccountLook",
        "looks_at_bank_accounts",
        keep,
        people=("by",),
        shown=("account__exchange__ref", "purpose", "at"),
    ),
    Holding(
        "reports.PaymentBatch",
        "lists_of_payments",
        keep,
        people=("made_by",),
        shown=("partnership__acronym", "number", "made_at"),
    ),
    Holding(
        "reports.Payment",
        "payments_decided",
        keep,
        people=("approved_by", "paid_by"),
        shown=("exchange__ref", "amount", "approved_at", "paid_at"),
    ),
    Holding(
        "reports.SuccessStory",
        "success_stories",
        erase_stories,
        people=("author",),
        shown=("exchange__ref", "title", "text", "quote", "author_name", "consented_at"),
        files=("photo",),
    ),
    Holding(
        "reports.AlumniEntry",
        "alumni_entry",
        delete,
        people=("user",),
        shown=("exchange__ref", "headline", "shows_address", "is_mentor", "joined_at"),
    ),
    Holding(
        "reports.LaterAnswer",
        "answers_after_months",
        keep,
        people=("answered_by",),
        shown=("exchange__ref", "months", "effects", "text", "answered_at"),
    ),
    Holding(
        "reports.HandRecord",
        "records_by_hand",
        keep,
        people=("recorded_by",),
        shown=("indicator__code", "title", "on", "participants", "recorded_at"),
    ),
    Holding(
        "reports.OutreachAction",
        "outreach_recorded",
        keep,
        people=("recorded_by",),
        shown=("kind", "title", "on", "recorded_at"),
    ),
    Holding(
        "reports.ReportingPeriod",
        "periods_frozen",
        keep,
        people=("frozen_by",),
        shown=("name", "starts_on", "ends_on", "frozen_at"),
    ),
    Holding(
        "reports.ReportText",
        "texts_of_the_implementation_report",
        keep,
        people=("changed_by",),
        shown=("partnership__acronym", "section", "text", "changed_at"),
    ),
)
