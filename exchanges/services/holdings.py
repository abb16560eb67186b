"""What exchanges hold about a person.

A commitment is a contract between four parties: its versions, signatures and what was decided about
it are kept as they were signed. Free texts of somebody who closed the account go, their time and
side stay; so does the private feed of dates.
"""

from django.utils.translation import gettext as _

from profiles.personal_data import Holding, Person, Rows, delete, keep


def erase_texts(rows: Rows, person: Person) -> None:
    """Comments lose their words, not their place."""
    rows.filter(author=person.user).update(text=_("(deleted with the account of its author)"))


def erase_answers(rows: Rows, person: Person) -> None:
    rows.exclude(text="").update(text=_("(deleted with the account of its author)"))


def _steps(model: str, section: str) -> Holding:
    shown = ("subject", "transition", "source", "target", "comment", "at")
    return Holding(f"exchanges.{model}", section, keep, people=("actor",), shown=shown)


HOLDINGS = (
    _steps("ExchangeStep", "steps_in_exchanges"),
    _steps("CommitmentStep", "steps_in_commitments"),
    _steps("IncidentStep", "steps_in_incidents"),
    _steps("InterruptionStep", "steps_in_interruptions"),
    _steps("GroupStep", "steps_in_groups"),
    Holding(
        "exchanges.DraftSection",
        "sections_changed",
        keep,
        people=("changed_by",),
        shown=("exchange__ref", "name", "content", "changed_at"),
    ),
    Holding(
        "exchanges.SectionChange",
        "changes_of_commitments",
        keep,
        people=("author",),
        shown=("section__exchange__ref", "section__name", "before", "after", "at"),
    ),
    Holding(
        "exchanges.SectionComment",
        "comments_on_commitments",
        erase_texts,
        people=("author", "settled_by"),
        shown=("exchange__ref", "section", "text", "at"),
    ),
    Holding(
        "exchanges.Override",
        "warnings_let_pass",
        keep,
        people=("by",),
        shown=("exchange__ref", "code", "reason", "at"),
    ),
    Holding(
        "exchanges.CommitmentVersion",
        "versions_frozen",
        keep,
        people=("frozen_by",),
        shown=("exchange__ref", "number", "frozen_at", "reason"),
    ),
    Holding(
        "exchanges.Signature",
        "signatures",
        keep,
        people=("signer", "entered_by"),
        shown=(
            "version__exchange__ref",
            "version__number",
            "capacity",
            "signer_name",
            "sentence",
            "method",
            "digest",
            "signed_at",
        ),
    ),
    Holding(
        "exchanges.Delegation",
        "delegations",
        keep,
        people=("delegator", "delegate"),
        shown=("exchange__ref", "capacity", "reason", "at", "ended_at"),
    ),
    Holding(
        "exchanges.SigningReminder",
        "reminders_to_sign",
        keep,
        people=("by",),
        shown=("version__exchange__ref", "capacity", "at"),
    ),
    Holding(
        "exchanges.CommitmentFile",
        "files_of_commitments",
        keep,
        people=("added_by",),
        shown=("exchange__ref", "title", "added_at"),
    ),
    Holding(
        "exchanges.CheckIn",
        "check_ins",
        keep,
        people=("by",),
        shown=("exchange__ref", "capacity", "note", "at"),
    ),
    Holding(
        "exchanges.MidwayAnswer",
        "midway_answers",
        erase_answers,
        people=("by",),
        shown=("exchange__ref", "rating", "text", "at"),
    ),
    Holding(
        "exchanges.Attendance",
        "attendances",
        keep,
        people=("by",),
        shown=("exchange__ref", "day", "was_present", "note", "at"),
    ),
    Holding(
        "exchanges.Incident",
        "incidents",
        keep,
        people=("reported_by",),
        shown=("exchange__ref", "kind", "severity", "text", "reported_at"),
    ),
    Holding(
        "exchanges.Interruption",
        "interruptions",
        keep,
        people=("asked_by",),
        shown=("exchange__ref", "kind", "reason", "asked_at"),
    ),
    Holding(
        "exchanges.GroupOffer",
        "group_exchanges",
        keep,
        people=("created_by",),
        shown=("title", "description", "starts_on", "ends_on", "created_at"),
    ),
    Holding(
        "exchanges.CountryGuide",
        "guides_to_countries",
        keep,
        people=("updated_by",),
        shown=("country__name", "partnership__acronym", "updated_at"),
    ),
    Holding(
        "exchanges.CalendarFeed",
        "calendar_feed",
        delete,
        people=("user",),
        shown=("created_at",),
    ),
)
